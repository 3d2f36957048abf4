"""Files: written whole or not at all, and kept before they are replaced."""

import os
import tempfile
import time

from dojo import course


def keep(text, name):
    """Keep a text in .dojo/kept under a new name, and return its path."""
    folder = course.ROOT / ".dojo" / "kept"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    path = folder / f"{stamp}-{name}"
    again = 1
    while path.exists():
        again += 1
        path = folder / f"{stamp}-{again}-{name}"
    write_whole(path, text)
    return path


def write_whole(path, text):
    """Write a file so that a crash leaves the old one or the new one, never half of either."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
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
