"""The machinery of the course: tree switch, report, progress, hints, quiz, stubs, command line."""

import os

# before anyone imports numpy: products as small as ours gain nothing from a second thread, and on
# a busy machine its threads wait for each other, up to ten times as long as the work takes
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
