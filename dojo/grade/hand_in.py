"""A submission read: the modules in its `katas/`, as bytes, from a folder, a zip or a git bundle.

Nothing of it is written to the disk but a bundle's objects, in a folder for the time it is read.
"""

import os
import re
import shutil
import stat
import subprocess
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from dojo import course

WHOLE = 100 << 20  # bytes of a zip or a bundle at most
MODULE = 1 << 20  # bytes of one module at most
FILES = 500  # modules of one submission at most
ENTRIES = 50_000  # files in a zip, of all kinds
BUNDLE = 256 << 20  # bytes that a bundle may unpack to
SECONDS = 60  # that git may take for it

_MODULE = re.compile(r"phase\d_\w+/[A-Za-z]\w*\.py")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
    NotImplementedError, MemoryError, OverflowError,
)  # fmt: skip


class Refused(Exception):
    """A submission that cannot be graded; the text says why."""


def submissions(folder):
    """The submissions in a folder, [(name, path)] in the order of their names.

    Refused if there are none.
    """
    if not folder.is_dir():
        raise Refused(f"there is no folder {folder}")
    found = [path for path in sorted(folder.iterdir()) if _is_one(path)]
    if not found:
        raise Refused(f"{folder} holds no submission: no folder, no .zip and no .bundle")
    names = [path.name for path in found]
    stems = [_stem(path) for path in found]
    return [(s if stems.count(s) == 1 else n, p) for s, n, p in zip(stems, names, found)]


def _is_one(path):
    return not path.name.startswith(".") and (path.is_dir() or path.suffix in (".zip", ".bundle"))


def _stem(path):
    return path.name if path.is_dir() else path.stem


def modules(path):
    """{"phase1_autodiff/value.py": bytes} of a submission; Refused, with the reason."""
    if path.is_symlink():
        raise Refused("it is a symbolic link")
    if path.is_file() and (size := path.stat().st_size) > WHOLE:
        raise Refused(f"it has {size >> 20} MB, and may have {WHOLE >> 20}: leave .venv out")
    read = _of_folder if path.is_dir() else _of_zip if path.suffix == ".zip" else _of_bundle
    try:
        found = read(path)
    except _BROKEN as error:
        said = str(error).partition("\n")[0] or type(error).__name__
        raise Refused(f"it cannot be read: {said}") from None
    if not found:
        raise Refused("it has no folder katas/ with modules of the course in it")
    return found


def _wanted(names):
    """{name of a file: its name below katas/} of the modules, in the outermost katas/ there is."""
    below = {}
    for name in names:
        parts = PurePosixPath(name).parts
        if "katas" in parts[:-1]:
            at = parts.index("katas")
            below.setdefault((at, parts[: at + 1]), {})[name] = "/".join(parts[at + 1 :])
    if not below:
        return {}
    outermost = min(below)
    among = [place for place in below if place[0] == outermost[0]]
    if len(among) > 1:
        raise Refused(f"it has {len(among)} folders katas/ beside each other")
    there = below[outermost]
    phases = {module.partition("/")[0] for module in course.modules()}
    wanted = {
        name: inside
        for name, inside in there.items()
        if _MODULE.fullmatch(inside)
        and inside.partition("/")[0] in phases
        and not course.is_specs(inside.partition("/")[2].removesuffix(".py"))
        and not inside.endswith("/conftest.py")
    }
    if len(wanted) > FILES:
        raise Refused(f"it has {len(wanted)} modules, and may have {FILES}")
    return wanted


def _checked(content, name):
    if len(content) > MODULE:
        raise Refused(f"{name} is larger than {MODULE >> 20} MB")
    return content


def _of_folder(folder):
    names = []
    for root, folders, files in os.walk(folder):
        here = Path(root)
        depth = len(here.relative_to(folder).parts)
        folders[:] = [f for f in sorted(folders) if depth < 5 and not f.startswith(".")]
        names += [(here / file).relative_to(folder).as_posix() for file in files]
        if len(names) > ENTRIES:
            raise Refused(f"it has more than {ENTRIES:,} files")
        links = [f for f in folders if f == "katas" and (here / f).is_symlink()]
        if links:
            raise Refused(f"{(here / 'katas').relative_to(folder)} is a symbolic link")
    found = {}
    for name, inside in _wanted(names).items():
        if (folder / name).is_symlink():
            raise Refused(f"{name} is a symbolic link")
        handle = os.open(folder / name, os.O_RDONLY | _NO_LINK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Refused(f"{name} is not a file")
            found[inside] = _checked(file.read(MODULE + 1), name)
    return found


_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def _of_zip(path):
    with zipfile.ZipFile(path) as file:
        there = file.infolist()
        if len(there) > ENTRIES:
            raise Refused(f"it has more than {ENTRIES:,} files")
        for entry in there:
            parts = re.split(r"[/\\]", entry.filename)
            if ".." in parts or not parts[0] or ":" in parts[0]:
                raise Refused(f"{entry.filename[:200]!r} in it leads out of it")
        by_name = {entry.filename: entry for entry in there if not entry.is_dir()}
        found = {}
        for name, inside in _wanted(by_name).items():
            entry = by_name[name]
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise Refused(f"{name} is a symbolic link")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused(f"{name} is compressed in an unusual way")
            with file.open(entry) as one:
                found[inside] = _checked(one.read(MODULE + 1), name)
        return found


def _of_bundle(path):
    if not shutil.which("git"):
        raise Refused("it is a git bundle, and there is no git here")
    with tempfile.TemporaryDirectory(prefix="dojo-bundle-") as folder:
        git = _Git(folder)
        git.run("clone", "--bare", "--quiet", "--", str(path.resolve()), ".")
        heads = git.run("for-each-ref", "--format=%(refname)", "refs/heads").decode().split()
        if git.has_head():
            heads = ["HEAD"]
        if len(heads) != 1:
            raise Refused(
                f"it has {len(heads)} branches and no HEAD: make it by `git bundle … HEAD`"
            )
        listed = {}
        for line in git.run("ls-tree", "-r", "-z", "-l", heads[0]).split(b"\0")[:-1]:
            mode, _, key, size, name = re.fullmatch(
                rb"(\S+) (\S+) (\S+) +(\S+)\t(.*)", line, re.S
            ).groups()
            listed[name.decode("utf-8", "surrogateescape")] = mode, key, size
        found = {}
        for name, inside in _wanted(listed).items():
            mode, key, size = listed[name]
            if not mode.startswith(b"100"):
                raise Refused(f"{name} is a symbolic link or no file")
            if int(size) > MODULE:
                raise Refused(f"{name} is larger than {MODULE >> 20} MB")
            found[inside] = git.run("cat-file", "blob", key.decode())
        return found


class _Git:
    """git in an empty folder, without anybody's settings; with limits where a shell sets them."""

    def __init__(self, folder):
        self.folder = folder
        limits = f'ulimit -f {BUNDLE >> 9} -t {SECONDS}; exec git "$@"'
        self.command = ["sh", "-c", limits, "git"] if os.name == "posix" else ["git"]
        keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        nowhere = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "HOME": folder}
        self.environment = {**keep, **nowhere, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}

    def has_head(self):
        return self._finished("rev-parse", "--verify", "--quiet", "HEAD^{tree}").returncode == 0

    def run(self, *arguments):
        ran = self._finished(*arguments)
        if ran.returncode:
            said = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise Refused(f"git cannot read it: {said[:200] or f'code {ran.returncode}'}")
        return ran.stdout

    def _finished(self, *arguments):
        safe = ["-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false"]
        try:
            return subprocess.run(
                [*self.command, *safe, *arguments],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=2 * SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise Refused(f"git takes more than {2 * SECONDS} s to read it") from None
