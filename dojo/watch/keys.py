"""Keys that are read as they are pressed, without Enter, where the terminal allows it."""

import contextlib
import os
import signal

from dojo import screen

try:
    import msvcrt
except ImportError:
    msvcrt = None
try:
    import select
    import termios
    import tty
except ImportError:
    termios = None

END = "end"  # "pressed" when the terminal is gone


class NoKeys:
    """No terminal: nobody presses anything."""

    there = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def pressed(self):
        """The key that was pressed since the last call, in lower case; "" if none was."""
        return ""

    @contextlib.contextmanager
    def set_aside(self):
        """Leave the terminal to others for a while, as they know it."""
        yield


class _Console(NoKeys):
    """The console of Windows."""

    there = True

    def pressed(self):
        key = ""
        while msvcrt.kbhit():
            key = msvcrt.getwch()
            if key in ("\0", "\xe0"):  # an arrow or function key: its code follows
                msvcrt.getwch()
                key = ""
        return key.lower()


class _Terminal(NoKeys):
    """Any other terminal: no echo and no lines while in use, and as it was on every way out."""

    there = True

    def __enter__(self):
        self._before = termios.tcgetattr(0)
        self._signals = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGTERM, _end),
                (signal.SIGHUP, _end),
                (signal.SIGTSTP, self._suspend),
            )
        }
        tty.setcbreak(0)
        return self

    def __exit__(self, *_):
        self._restore()
        for number, handler in self._signals.items():
            signal.signal(number, handler)

    def pressed(self):
        if not select.select([0], [], [], 0)[0]:
            return ""
        try:
            read = os.read(0, 64)
        except OSError:
            return END
        if read.startswith(b"\x1b"):  # an arrow or function key
            return ""
        return read[-1:].decode(errors="replace").lower() if read else END

    @contextlib.contextmanager
    def set_aside(self):
        self._restore()
        try:
            yield
        finally:
            tty.setcbreak(0)

    def _restore(self):
        with contextlib.suppress(termios.error):  # a terminal that is gone needs nothing
            termios.tcsetattr(0, termios.TCSADRAIN, self._before)

    def _suspend(self, *_):
        """Ctrl-Z: the shell finds the terminal as it was, and so do we when we go on."""
        with self.set_aside():
            os.kill(os.getpid(), signal.SIGSTOP)


def keys():
    """The keys of the terminal we are in; those of nobody if there is none."""
    if not screen.interactive():
        return NoKeys()
    if termios:
        return _Terminal()
    return _Console() if msvcrt else NoKeys()


def _end(*_):
    raise KeyboardInterrupt
