"""What a run of foreign code cannot get at: files, network, processes, more than its share.

Limits of resources hold everywhere. On Linux the rest comes from Landlock (no file but those that
Python needs, no network by TCP, no signal to a process outside) and from namespaces (no network at
all, no process that outlives the run); where the grading process is root, a run is another user,
who owns nothing. Whatever the system refuses is left out, and `standing` says what is there.
"""

import ctypes
import os
import resource
import signal
import site
import sys
from pathlib import Path

from dojo.grade.landlock import Landlock

FILE = 16 << 20  # bytes of the largest file that a run may write
DISK = 64 << 20  # ... and of all of them, where it has a disk of its own
PROCESSES = 32
USER = 64_100  # and up: users that no system has

_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 1 << 17, 1 << 27, 1 << 28, 1 << 29, 1 << 30
_PRIVATE = 1 << 14 | 1 << 18  # MS_REC, MS_PRIVATE
_BIND = 1 << 12 | 1 << 14  # MS_BIND, MS_REC
_NO_DEVICES = 1 << 1 | 1 << 2  # MS_NOSUID, MS_NODEV
_NO_NEW_PRIVILEGES, _SUBREAPER, _DIES_WITH_PARENT = 38, 36, 1


class Walls:
    """The walls around the runs of one process.

    room  the folder of the course that they read
    box   the folder below which they may write
    slot  which of several such processes this is
    """

    def __init__(self, room, box, slot):
        self.box = Path(box)
        self.user = None
        self.runs = 0
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self._own_disk = self._own_pids = self._alone = False
        self._mapped = False  # to a root that is one only in here
        self.standing = {}
        is_root, is_other = os.geteuid() == 0, False
        packages = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
        needed = (sys.prefix, sys.base_prefix, *packages, room, box)
        needed = [Path(path).resolve() for path in needed if os.path.isdir(path)]
        if self._libc:
            self._libc.prctl(_SUBREAPER, 1, 0, 0, 0)
            self._divide()
            is_other = is_root and self._tried(self._become_another) and self._reach(needed)
            self._landlock = Landlock(needed[:-1], self.box)
            version = self._landlock.version
            self.standing["files"] = version > 0
            self.standing["network"] = "all" if self._alone else "TCP" if version >= 4 else ""
            self.standing["processes"] = self._own_pids or version >= 6
            self.standing["disk"] = self._own_disk
        if is_other:
            self.user = USER + slot
        self.standing["user"] = self.user is not None

    def _become(self, user):
        """Be another user, who owns nothing but the box."""
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        return True

    def _become_another(self):
        tried = self.box / "tried"
        tried.mkdir()
        os.chown(tried, USER, USER)
        return self._become(USER)

    def _reach(self, needed):
        """True if any user gets at these folders: where one is shut in, everything else there goes.

        Python may lie in root's home. There the others see an empty folder that holds Python.
        """
        shut = {}
        for path in needed:
            for folder in reversed(path.parents):
                if not folder.stat().st_mode & 1:
                    shut.setdefault(folder, []).append(path)
                    break
        if shut and not self._own_disk:
            return False
        for folder, paths in shut.items():
            handles = {path: os.open(path, os.O_PATH) for path in paths}
            if self._libc.mount(b"none", bytes(folder), b"tmpfs", _NO_DEVICES, b"mode=755"):
                return False
            for path, handle in handles.items():
                path.mkdir(parents=True, exist_ok=True)
                seen = f"/proc/self/fd/{handle}".encode()
                if self._libc.mount(seen, bytes(path), None, _BIND, None):
                    return False
                os.close(handle)
        return True

    def _divide(self):
        """Leave what namespaces this process can leave."""
        if os.geteuid() and self._tried(self._map) and self._map():
            self._mapped = True
        self._alone = self._libc.unshare(_NEWNET | _NEWIPC) == 0
        if self._libc.unshare(_NEWNS) == 0:
            self._own_disk = self._libc.mount(None, b"/", None, _PRIVATE, None) == 0
        self._own_pids = self._tried(lambda: self._libc.unshare(_NEWPID) == 0)

    def _map(self):
        """Become the root of a namespace of users of one's own; False if that gives no power."""
        user, group = os.geteuid(), os.getegid()
        if self._libc.unshare(_NEWUSER):
            return False
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
        return True

    def _tried(self, step):
        """True if a step, which cannot be taken back, succeeds in a process made for that."""
        child = os.fork()
        if not child:
            try:
                os._exit(0 if step() else 1)
            except BaseException:
                os._exit(1)
        return os.waitpid(child, 0)[1] == 0

    def fork(self):
        """Fork a run: (0, 0) in it, and here the process to wait for and the one that it is.

        Where it has a namespace of processes of its own these are two: the first waits for the
        second, which is number 1 in there. With it ends whatever it has started.
        """
        self.runs += 1
        if not self._own_pids:
            child = os.fork()
            return child, child
        hears, tells = os.pipe()
        waits = os.fork()
        if waits:
            os.close(tells)
            with os.fdopen(hears, "rb") as file:
                return waits, int(file.read() or waits)
        os.close(hears)
        self._libc.unshare(_NEWPID)
        if run := os.fork():
            os.write(tells, b"%d" % run)
            os.close(tells)
            _end_as(os.waitpid(run, 0)[1])
        os.close(tells)
        return 0, 0

    def enter(self, seconds):
        """In a run that has just been forked: from here on it is inside. Its folder for files.

        seconds  that it may compute altogether
        """
        os.setsid()
        folder = self.box / str(self.runs)
        folder.mkdir(mode=0o700)
        if self._own_disk and self._libc.unshare(_NEWNS) == 0:
            options = f"size={DISK},nr_inodes=10000,mode=700"
            self._libc.mount(b"run", bytes(folder), b"tmpfs", _NO_DEVICES, options.encode())
        limits = {"CORE": 0, "FSIZE": FILE, "CPU": int(seconds) + 5, "NOFILE": 256}
        limits |= {"NPROC": PROCESSES + self._others()}
        for name, limit in limits.items():
            kind = getattr(resource, f"RLIMIT_{name}")
            hard = resource.getrlimit(kind)[1]
            limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(kind, (limit, limit))
        if self.user is not None:
            os.chown(folder, self.user, self.user)
            self._become(self.user)
        elif self._libc:  # a root, of the machine or of a namespace, without its powers
            header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
            self._libc.capset(header, none)
        if self._libc:
            self._libc.prctl(_DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
            self._libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
            self._landlock.close()
        return folder

    def _others(self):
        """How many processes and threads the user of this process has elsewhere."""
        if self.user is not None or self._mapped or not Path("/proc/self").exists():
            return 0 if self.user is not None or self._mapped else 1000
        count = 0
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if path.stat().st_uid == os.getuid():
                    count += len(os.listdir(path / "task"))
            except OSError:
                continue
        return count


def _end_as(status):
    """End this process as another one has ended."""
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)
