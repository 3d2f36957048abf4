"""Files: written whole or not at all, and kept before they are replaced."""

import os
import tempfile
import time

from dojo import course


def keep(text, name):
    """Keep a text in .dojo/kept under a new name, and return its path."""
    path = _new_place(name)
    write_whole(path, text)
    return path


def set_aside(path):
    """Move a file to .dojo/kept under a new name, as it is, and return its path there."""
    place = _new_place(path.name)
    os.replace(path, place)
    return place


def _new_place(name):
    folder = course.ROOT / ".dojo" / "kept"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    path, again = folder / f"{stamp}-{name}", 1
    while path.exists():
        again += 1
        path = folder / f"{stamp}-{again}-{name}"
    return path


def write_whole(path, text):
    """Write a file so that a crash leaves the old one or the new one, never half of either.

    It is written in .dojo/ first, where nobody looks if it is cut off. Behind a symbolic link the
    file that it leads to is the one that is written.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=_beside(path), prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if path.exists():
            os.chmod(temporary, path.stat().st_mode)
        else:
            os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _beside(path):
    """A folder from which a file can be moved to a path in one go."""
    folder = course.ROOT / ".dojo"
    folder.mkdir(exist_ok=True)
    return folder if folder.stat().st_dev == path.parent.stat().st_dev else path.parent
