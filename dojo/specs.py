"""`python -m dojo.specs`: pytest on the course, watched, as `make test` and `next` type it.

The process forks while it has next to nothing in memory. pytest by itself is forked by
dojo.telling when all of it is loaded, and each page that both need costs time.
"""

import os
import runpy
import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback; dojo.telling puts it back

from dojo import child

if __name__ == "__main__":
    if hasattr(os, "fork"):
        child.split()
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)
