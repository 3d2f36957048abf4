"""How much memory a spec may ask for, where the system sets a limit."""

from contextlib import contextmanager

try:
    import resource
except ImportError:  # Windows
    resource = None

MB = 2048  # for all of the run, which needs a tenth of it


@contextmanager
def bounded():
    """Have whoever asks for more get a MemoryError, instead of the whole machine's memory."""
    if resource is None:
        yield
        return
    soft, hard = before = resource.getrlimit(resource.RLIMIT_DATA)
    limit = MB << 20
    if soft == resource.RLIM_INFINITY or soft > limit:
        soft = limit
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
