"""A formula in LaTeX as one line of text, for a terminal: a fraction with a stroke, x_t, x²."""

import re
from xml.etree import ElementTree

from dojo.study import formulas

TIGHT = ("(", ")", "[", "]", "{", "}", "|", "‖", "!", "#", "′", "∞", "∂")  # no space beside these
RAISED = str.maketrans("0123456789−-+*⊤′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺*ᵀ′")
ACCENTS = {"^": "\u0302", "¯": "\u0304", "~": "\u0303"}  # over the letter before them
WIDE = "\t"  # a gap between two formulas in one line


def said(latex):
    """The formula as text; as it stands, where that cannot be."""
    try:
        return plain(latex)
    except formulas.CannotBeSet:
        return latex


def plain(latex):
    """The formula as text; formulas.CannotBeSet if something in it is not known."""
    tree = ElementTree.fromstring(formulas.mathml(latex).replace(f' xmlns="{formulas.MATHML}"', ""))
    text = re.sub(rf" *{WIDE}[ {WIDE}]*", "    ", _text(tree))
    return re.sub(r"(?<=\S) (?= \S)|(?<=[(\[]) | (?=[)\],])", "", text).strip()


def _text(element):
    parts = [_text(child) for child in element]
    tag = element.tag
    if tag in ("mi", "mn", "mtext"):
        return (element.text or "").replace("\xa0", " ")
    if tag == "mo":
        return _operator(element.text or "", element.get("form") == "prefix")
    if tag == "mspace":
        width = float(element.get("width", "0em").removesuffix("em"))
        return WIDE if width >= 0.5 else " " if width > 0 else ""
    if tag == "mfrac":
        return f"{_divided(parts[0])} / {_divided(parts[1])}"
    if tag == "msqrt":
        return f"√{_held(''.join(parts))}"
    if tag in ("msub", "munder"):
        return f"{parts[0].strip()}_{_held(parts[1])}"
    if tag == "msup":
        return f"{parts[0].strip()}{_raised(parts[1])}"
    if tag in ("msubsup", "munderover"):
        return f"{parts[0].strip()}_{_held(parts[1])}{_raised(parts[2])}"
    if tag == "mover" and parts[1].strip() in ACCENTS:
        return parts[0] + ACCENTS[parts[1].strip()]
    if tag in ("mtable", "mtr"):  # cases
        return ("; " if tag == "mtable" else ", ").join(part.strip() for part in parts)
    if tag in ("math", "mrow", "mstyle", "mtd"):
        return _row([*element], parts)
    raise formulas.CannotBeSet(f"{tag} cannot be said in one line")


def _operator(sign, prefix):
    if sign in TIGHT or prefix or sign.isalpha():  # max is a function
        return sign
    return f"{sign} " if sign == "," else f" {sign} "


def _row(elements, parts):
    """What stands side by side: factors apart, a sign in front of the first close to it."""
    line, before = "", None
    for place, (element, part) in enumerate(zip(elements, parts)):
        after = elements[place + 1] if place + 1 < len(elements) else None
        if element.tag == "mfrac" and (_is_factor(before, ")") or _is_factor(after, "(")):
            part = f"({part})"
        if not line and element.text in formulas.SIGNS:
            part = part.strip()
        line += " " * _apart(before, element, line, part) + part
        before = element if part else before
    return line


def _is_factor(element, bracket):
    """Whether what stands beside a fraction would be taken for a part of it."""
    return element is not None and (element.tag not in ("mo", "mspace") or element.text == bracket)


def _apart(before, element, line, part):
    """Whether a space belongs between what is there and what comes."""
    if before is None or element.tag == "mspace" or part[:1] in (")", "]", "|", "‖"):
        return False
    if before.tag in ("munder", "munderover"):  # a sum over something
        return part[:1] != " "
    if _is_letter(before) and _is_letter(element):  # relu, letter by letter
        return False
    if part[:1] == "(" and len(before.text or "") > 1:  # a function
        return False
    return element.tag != "mo" and re.search(r"[\w\u0300-\u036f)\]′ᵀ]$", line) is not None


def _is_letter(element):
    return element.get("mathvariant") == "normal" and element.get("class") is None


def _held(text):
    """In brackets, if it is more than one thing; letters side by side are indices."""
    text = text.strip()
    if re.fullmatch(r"\w( \w)+", text):
        return text.replace(" ", "")
    return text if re.fullmatch(r"[^\s/]+|\([^()]*\)", text) else f"({text})"


def _divided(text):
    text = text.strip()
    return text if re.fullmatch(r"[^\s/]+", text) else f"({text})"


def _raised(text):
    text = text.strip()
    raised = text.replace(" ", "").translate(RAISED)
    if re.fullmatch("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺*ᵀ′]+", raised):
        return raised
    return f"^{text}" if re.fullmatch(r"\w", text) else f"^({text})"
