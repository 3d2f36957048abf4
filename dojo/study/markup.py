"""A lesson's Markdown as HTML. Whatever is in it that is not Markdown stays plain text."""

import re
from html import escape

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from dojo.study import figures, formulas

FITS = 38  # characters of code on a line of a phone; of a formula half as many
_TAG = re.compile(r"<[^>]*>")
_ANCHOR = re.compile(r'<a id="([\w-]+)">')


class Markup:
    """Makes pages out of Markdown.

    link   where a link of a page leads: called with the path of the page and what the link says
    tip    what a symbol stands for on a page, or None: called with the symbol and the path

    A formula or picture that cannot be shown is named in its place, and in `problems`.
    """

    def __init__(self, link, tip=lambda symbol, path: None):
        self._link, self._tip = link, tip
        self.problems = []
        self._markdown = MarkdownIt("commonmark", {"highlight": coloured}).enable("table")
        self._markdown.use(dollarmath_plugin, allow_space=False, double_inline=True)
        for kind in (
            "html_inline",
            "html_block",
            "math_inline",
            "math_block",
            "image",
            "fence",
            "code_block",
        ):
            self._markdown.add_render_rule(kind, _plain(getattr(self, f"_{kind}")))
        self._markdown.add_render_rule("math_inline_double", _plain(self._math_block))
        for kind, html in TABLE.items():
            self._markdown.add_render_rule(kind, _plain(lambda *_, html=html: html))

    def page(self, text, path):
        """The HTML of a text that stands in the file at this path."""
        env = {"path": path, "pictures": 0}
        tokens = self._markdown.parse(text, env)
        for place, token in enumerate(tokens):
            if token.type == "heading_open":
                token.attrSet("id", slug(tokens[place + 1].content))
            if [child.type for child in token.children or ()] == ["image"]:
                tokens[place - 1].hidden = tokens[place + 1].hidden = True  # no paragraph around it
            for child in token.children or ():
                if child.type == "link_open":
                    child.attrSet("href", self._link(path, child.attrGet("href")))
        return self._markdown.renderer.render(tokens, self._markdown.options, env)

    def inline(self, text, path):
        """The HTML of a few words, without a paragraph around them."""
        return self._markdown.renderInline(text, {"path": path, "pictures": 0})

    # ---- what is set in a way of its own

    def _html_inline(self, tokens, index, env):
        content = tokens[index].content
        if found := _ANCHOR.fullmatch(content):
            return f'<span id="{found[1]}"></span>'
        return "" if content == "</a>" else escape(content)

    def _html_block(self, tokens, index, env):
        return f"<p>{escape(tokens[index].content)}</p>\n"

    def _math_inline(self, tokens, index, env):
        latex = tokens[index].content.strip()
        formula = self._formula(latex, env)
        if means := self._tip(latex, env["path"]):
            return f'<span class="term" title="{escape(means)}">{formula}</span>'
        return formula

    def _math_block(self, tokens, index, env):
        formula = self._formula(tokens[index].content.strip(), env, displayed=True)
        wide = len(_TAG.sub("", formula)) > FITS / 2
        return f'<div class="equation"{REACHED if wide else ""}>{formula}</div>\n'

    def _formula(self, latex, env, displayed=False):
        try:
            return formulas.mathml(latex, displayed)
        except formulas.CannotBeSet as error:
            return self._problem(latex, error, env)

    def _problem(self, instead, error, env):
        self.problems.append(f"{env['path'].name}: {error}")
        return f'<code class="missing">{escape(instead)}</code>'

    def _image(self, tokens, index, env):
        token, alt = tokens[index], tokens[index].content
        path = env["path"].parent / token.attrGet("src")
        env["pictures"] += 1
        try:
            picture = figures.inline(path, env["pictures"])
        except (OSError, SyntaxError, figures.NoPicture) as error:
            picture = self._problem(token.attrGet("src"), error, env)
        return f"<figure>{picture}<figcaption>{escape(alt)}</figcaption></figure>\n"

    def _code_block(self, tokens, index, env):
        code = tokens[index].content
        return f"<pre{reached(code)}><code>{escape(code)}</code></pre>\n"

    def _fence(self, tokens, index, env):
        token, before = tokens[index], tokens[index - 1] if index else None
        language = token.info.strip()
        follows = before is not None and before.type == "fence" and before.info == "python"
        kind = "output" if language == "text" and follows else language or "text"
        code = coloured(token.content, language)
        return f'<pre class="{escape(kind)}"{reached(token.content)}><code>{code}</code></pre>\n'


REACHED = ' tabindex="0"'  # by the keyboard, which then scrolls it
TABLE = {"table_open": f'<div class="wide"{REACHED}><table>\n', "table_close": "</table></div>\n"}


def coloured(code, language, _=None):
    """Code as HTML with a class on each token; without, if nobody knows the language."""
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False)
    except ClassNotFound:
        return escape(code)
    return highlight(code, lexer, HtmlFormatter(nowrap=True))


def reached(code):
    """What lets the keyboard scroll a block of code, where its lines may not fit."""
    return REACHED if any(len(line) > FITS for line in code.splitlines()) else ""


def slug(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower()).replace(" ", "-")


def _plain(rule):
    """A rule for markdown-it, which calls it with itself and its options, too."""

    def called(self, tokens, index, options, env):
        return rule(tokens, index, env)

    return called
