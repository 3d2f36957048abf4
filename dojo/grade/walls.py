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
import sys
from pathlib import Path

FILE = 16 << 20  # bytes of the largest file that a run may write
DISK = 64 << 20  # ... and of all of them, where it has a disk of its own
PROCESSES = 32
USER = 64_100  # and up: users that no system has

_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 1 << 17, 1 << 27, 1 << 28, 1 << 29, 1 << 30
_PRIVATE = 1 << 14 | 1 << 18  # MS_REC, MS_PRIVATE
_BIND = 1 << 12 | 1 << 14  # MS_BIND, MS_REC
_NO_DEVICES = 1 << 1 | 1 << 2  # MS_NOSUID, MS_NODEV
_NO_NEW_PRIVILEGES, _SUBREAPER, _DIES_WITH_PARENT = 38, 36, 1

# Landlock: rights on files by version of its interface, as linux/landlock.h numbers them
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_READ, _OF_FILES = 0b1101, 0b111 | 1 << 14 | 1 << 15
_SYSTEM = "/usr", "/lib", "/lib64", "/bin", "/etc", "/opt", "/nix/store", "/var/cache/fontconfig"
_DEVICES = "/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random"
_TCP, _SIGNALS_AND_SOCKETS = 0b11, 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


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
        self._rules = None
        self._mapped = False  # whether this root is one only in a namespace that was made here
        self.standing = {}
        is_root, is_other = os.geteuid() == 0, False
        needed = [Path(path).resolve() for path in (sys.prefix, sys.base_prefix, room, box)]
        if self._libc:
            self._libc.prctl(_SUBREAPER, 1, 0, 0, 0)
            self._divide()
            is_other = is_root and self._may_be_another() and self._reach(needed)
            self._rules, version = self._landlock(needed[:3])
            self.standing["files"] = self._rules is not None
            self.standing["network"] = "all" if self._alone else "TCP" if version >= 4 else ""
            self.standing["processes"] = self._own_pids
            self.standing["disk"] = self._own_disk
        if is_other:
            self.user = USER + slot
        self.standing["user"] = self.user is not None

    def _may_be_another(self):
        """True if a process of this one's can become a user who owns nothing."""
        tried = os.fork()
        if not tried:
            try:
                os.chown(self.box, USER, USER)
                os.setgroups([])
                os.setgid(USER)
                os.setuid(USER)
            except OSError:
                os._exit(1)
            os._exit(0)
        return os.waitpid(tried, 0)[1] == 0

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
        user, group = os.geteuid(), os.getegid()
        if user and self._libc.unshare(_NEWUSER) == 0:
            try:
                Path("/proc/self/setgroups").write_text("deny")
                Path("/proc/self/uid_map").write_text(f"0 {user} 1")
                Path("/proc/self/gid_map").write_text(f"0 {group} 1")
                self._mapped = True
            except OSError:
                return
        self._alone = self._libc.unshare(_NEWNET | _NEWIPC) == 0
        if self._libc.unshare(_NEWNS) == 0:
            self._own_disk = self._libc.mount(None, b"/", None, _PRIVATE, None) == 0
        tried = os.fork()
        if not tried:
            os._exit(self._libc.unshare(_NEWPID) != 0)
        self._own_pids = os.waitpid(tried, 0)[1] == 0

    def _landlock(self, needed):
        """What Landlock is to allow, and its version; (None, 0) where there is none."""
        version = self._libc.syscall(_CREATE, None, 0, 1)
        if version < 1:
            return None, 0
        rights = sum(bits for since, bits in _RIGHTS.items() if since <= version)
        handled = _Ruleset(rights, _TCP * (version >= 4), _SIGNALS_AND_SOCKETS * (version >= 6))
        size = 8 if version < 4 else 16 if version < 6 else 24
        rules = self._libc.syscall(_CREATE, ctypes.byref(handled), size, 0)
        if rules < 0:
            return None, 0
        for path in (*_SYSTEM, *needed):
            self._allow(rules, path, rights & _READ)
        for path in _DEVICES:
            self._allow(rules, path, rights & _OF_FILES & ~1)
        self._allow(rules, self.box, rights & ~(1 << 6 | 1 << 11))  # no devices
        return rules, version

    def _allow(self, rules, path, rights):
        try:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        rule = _Beneath(rights, handle)
        self._libc.syscall(_ADD, rules, 1, ctypes.byref(rule), 0)
        os.close(handle)

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
            os.setgroups([])
            os.setgid(self.user)
            os.setuid(self.user)
        elif self._libc:  # a root, of the machine or of a namespace, without its powers
            header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
            self._libc.capset(header, none)
        if self._libc:
            self._libc.prctl(_DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
            self._libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        if self._rules is not None:
            if self._libc.syscall(_RESTRICT, self._rules, 0):
                raise OSError(ctypes.get_errno(), "Landlock does not close")
            os.close(self._rules)
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
