"""`make study`: the pages, live, for as long as the terminal is open."""

import os
import signal
import sys
import threading
import webbrowser

from dojo import current, editor, screen
from dojo.study.answers import Answers
from dojo.study.server import Server
from dojo.study.session import Session


def study_command(choice, named):
    """Serve the pages until Ctrl-C, and open the one of the section that was named; 0.

    named  False if no section or kata was: then it is the table of contents
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)
    page = choice.one_sitting().id.replace(" ", "-") + ".html" if named else ""
    try:
        session = Session(choice.given)
        with Server(Answers(session, editor.found()), session) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                _open(server.address(page))
                current.restore()
                session.changed()
                session.watch()
            finally:
                server.shutdown()
    except KeyboardInterrupt:
        pass
    print("\nthe course is closed")
    return 0


def _open(address):
    """Say where the pages are, and open a browser where somebody would see it."""
    print(f"the course is at {address}\nCtrl-C ends", flush=True)
    if screen.interactive() and _has_a_screen():
        webbrowser.open(address)


def _has_a_screen():
    """False where a browser would take over the terminal, or nobody would see it."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _end(*_):
    raise KeyboardInterrupt
