"""Pages with pictures of the learner's own: a graph that was typed, and what experiments saved."""

import base64
import hashlib
import re
import urllib.parse
from html import escape

from dojo import course
from dojo.pictures import backward_page

KINDS = {".png": "image/png", ".svg": "image/svg+xml", ".html": "text/html"}
EXAMPLE = "x = 2\nw = -3\nb = 6.88\nL = (x * w + b).tanh()"


def policy():
    """What a page of the backward pass may do in here: run its own script, and nothing else.

    It has an origin of its own, from which it reaches nothing. Another page that an experiment
    has saved is shown without its scripts.
    """
    script = re.findall(r"<script>(.*?)</script>", backward_page.TEMPLATE.read_text("utf-8"), re.S)
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    return (
        "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )


def graph_body():
    """The page on which an expression is typed."""
    return (
        "<h1>Your graph</h1>"
        '<p class="lead">Type an expression of numbers, and step through its backward pass on the '
        "engine that you wrote.</p>"
        '<form data-graph><label for="expression">One line for each name; the last line is the '
        "root</label>"
        f'<textarea id="expression" rows="5" spellcheck="false">{EXAMPLE}</textarea>'
        '<label class="choice"><input type="checkbox" name="mine" checked> on my katas, and not on '
        'the reference</label><button type="submit">Draw</button></form>'
        '<div class="verdict" role="status"></div>'
        '<iframe title="The backward pass, step by step" hidden></iframe>'
    )


def gallery():
    """What is in output/, the newest first: [(name, path)]."""
    folder = course.ROOT / "output"
    found = [
        path
        for path in folder.glob("*/*")
        if path.suffix in KINDS and path.parent.name != "site" and path.is_file()
    ]
    found.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [(path.relative_to(folder).as_posix(), path) for path in found]


def gallery_stamp():
    """Something that changes when a picture is saved."""
    return [(name, path.stat().st_mtime_ns) for name, path in gallery()]


def gallery_body():
    """The pictures that experiments have saved."""
    parts = ["<h1>Pictures of your experiments</h1>"]
    shown = gallery()
    if not shown:
        parts.append("<p>None yet: an experiment says where it saves them.</p>")
    for name, path in shown:
        link, alt = urllib.parse.quote(f"output/{name}"), escape(name)
        version = path.stat().st_mtime_ns
        if path.suffix == ".html":
            parts.append(f'<p class="page"><a href="{link}">{alt}</a>, to step through</p>')
        else:
            parts.append(
                f'<figure class="plot"><a href="{link}"><img src="{link}?{version}" alt="{alt}" '
                f'loading="lazy"></a><figcaption>{alt}</figcaption></figure>'
            )
    return "\n".join(parts)


def picture(name):
    """(kind, content, policy) of a file in output/; None if it is none of the gallery."""
    path = dict(gallery()).get(name)
    if path is None or not path.resolve().is_relative_to((course.ROOT / "output").resolve()):
        return None
    still = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return KINDS[path.suffix], path.read_bytes(), policy() if path.suffix == ".html" else still
