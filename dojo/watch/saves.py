"""Saves of the learner's files, whether the system reports them or not."""

import time

import watchfiles

from dojo import course

# a save is seen after one or two steps of 5 ms; the defaults alone would cost more than a run
QUICK = {"step": 5, "debounce": 100, "rust_timeout": 10, "yield_on_timeout": True}
UNREPORTED = 1  # second, after which a save that no system reported is seen by its time


def saves():
    """What was saved in katas/, a set for each look; no save is missed from here on.

    By looking at all files where nobody reports saves.
    """
    only_python = watchfiles.PythonFilter()
    katas = course.ROOT / "katas"
    for polling in (None, True):
        try:
            found = watchfiles.watch(
                katas, watch_filter=only_python, force_polling=polling, **QUICK
            )
            next(found)
            return found
        except Exception as error:  # of Rust's: as when all of the system's watches are in use
            if polling:
                raise
            print(f"the system does not report saves ({error}): looking at the files instead")
    return None


class LastSave:
    """When the file of a kata was saved, as the last run found it."""

    def __init__(self):
        self._kata = self._stamp = None

    def ran(self, kata):
        """A run of this kata begins."""
        self._kata, self._stamp = kata, _stamp(kata)

    def unreported(self):
        """True if the file has been another for a while, as on a disk of another machine."""
        if self._kata is None:
            return False
        stamp = _stamp(self._kata)
        return stamp != self._stamp and stamp + UNREPORTED < time.time()


def _stamp(kata):
    try:
        return (course.ROOT / kata.file).stat().st_mtime
    except OSError:
        return 0.0
