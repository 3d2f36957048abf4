"""The machinery of the course: tree switch, report, progress, hints, quiz, stubs, command line.

Whatever uses arrays is started from here, and two settings make it faster, where nobody has set
them otherwise. They have to be there before numpy is imported, or before the process begins.
"""

import os

SETTINGS = {
    # products as small as ours gain nothing from a second thread, and on a busy machine its
    # threads wait for each other, up to ten times as long as the work takes
    "OPENBLAS_NUM_THREADS": "1",
    # the C library of Linux gives memory back after each step of training, and gets it again page
    # by page: a third of the time
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
}
for name, value in SETTINGS.items():
    os.environ.setdefault(name, value)
