"""Watch mode: the current kata's specs again at each save."""

import subprocess
import sys
import time

from dojo import course


def watch_command(arguments):
    """Run `next` now and whenever a file in katas/ changes, until Ctrl-C.

    arguments  for `next`
    """
    try:
        import watchfiles
    except ImportError:
        print("watching needs the package watchfiles: python -m pip install watchfiles")
        return 1
    try:
        _next(arguments)
        only_python = watchfiles.PythonFilter()
        for _ in watchfiles.watch(course.ROOT / "katas", watch_filter=only_python):
            print(f"\n---- {time.strftime('%H:%M:%S')}\n")
            _next(arguments)
    except KeyboardInterrupt:
        pass
    print("\nno longer watching")
    return 0


def _next(arguments):
    """In a process of its own, which finds the files as they are now, and may fail."""
    subprocess.run([sys.executable, "-m", "dojo", "next", *arguments], cwd=course.ROOT)
    print("\nwatching katas/; Ctrl-C ends", flush=True)
