"""A formula in LaTeX as MathML, which browsers set by themselves; or a refusal to guess."""

import re
from itertools import pairwise
from xml.etree import ElementTree

from latex2mathml.converter import convert

# how many children each has to have: a browser shows an error, or the wrong formula, otherwise
CHILDREN = {
    **dict.fromkeys(("mfrac", "msub", "msup", "munder", "mover", "mroot"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
# in em; the named widths of old MathML are no longer understood
WIDTHS = {
    "thinmathspace": 0.167,
    "mediummathspace": 0.222,
    "thickmathspace": 0.278,
    "negativethinmathspace": -0.167,
    "negativemediummathspace": -0.222,
    "negativethickmathspace": -0.278,
}
BARS = ("|", "‖")
SIGNS, OPENING, CLOSING = ("-", "−", "+", "±"), ("(", "[", "{", "|"), (")", "]", "}", "|", "!")
MATHML = "http://www.w3.org/1998/Math/MathML"


class CannotBeSet(ValueError):
    """A formula that would not come out as it was meant; the text says which, and why."""


def mathml(latex, displayed=False):
    """The formula as an element <math>; CannotBeSet if something in it is not known."""
    try:
        text = convert(latex, display="block" if displayed else "inline")
        tree = ElementTree.fromstring(text)
    except Exception as error:  # the package raises many kinds, some of them bare
        raise CannotBeSet(f"{latex}: {type(error).__name__} {error}".strip()) from None
    for element in [*tree.iter()]:
        name = element.tag.rpartition("}")[2]
        if "\\" in (element.text or ""):
            raise CannotBeSet(f"{latex}: {element.text} is not known")
        if len(element) != CHILDREN.get(name, len(element)):
            raise CannotBeSet(f"{latex}: {name} has {len(element)} parts, not {CHILDREN[name]}")
        if (width := element.get("width")) in WIDTHS:
            element.set("width", f"{WIDTHS[width]}em")
        element.tag = name
    for element in [*tree.iter()]:
        _space(element)
    for element in tree.iter("mtext"):  # a browser takes it for a space, and sets no sign apart
        element.tag = "mi"
        element.attrib.update({"class": "words", "mathvariant": "normal"})
    for element in tree.iter("mo"):
        if element.text in BARS and "form" not in element.attrib:  # not of \left and \right
            element.attrib.update({"stretchy": "false", "lspace": "0", "rspace": "0"})
    if not "".join(tree.itertext()).strip():
        raise CannotBeSet(f"{latex!r}: nothing is left of it")
    tree.set("xmlns", MATHML)
    if not displayed:
        tree.attrib.pop("display", None)
    return re.sub(r" (?=/>)", "", ElementTree.tostring(tree, encoding="unicode"))


def _space(parent):
    """Set a sign close to what it is the sign of, and a function apart from what follows it.

    TeX knows both by the kind of a symbol; MathML has to be told.
    """
    if parent.tag in CHILDREN:
        return
    children = [*parent]
    for before, element in pairwise(children):
        if element.text in SIGNS and _is_operator(before):
            element.set("form", "prefix")
        if _is_function(before) and not (element.tag == "mo" or _opens(element)):
            space = ElementTree.Element("mspace", width="0.167em")
            parent.insert([*parent].index(element), space)


def _is_operator(element):
    return element.tag == "mo" and element.text not in CLOSING


def _is_function(element):
    """True for tanh, or log with its base."""
    inside = element[0] if element.tag in CHILDREN and len(element) else element
    return inside.tag == "mi" and len(inside.text or "") > 1


def _opens(element):
    """True for something in brackets, or for a space."""
    first = element[0] if len(element) else element
    return element.tag == "mspace" or (first.tag == "mo" and first.text in OPENING)
