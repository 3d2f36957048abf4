"""The pictures of the lessons, in line: nothing but shapes and words, and colours for the dark."""

import colorsys
import re
from xml.etree import ElementTree

from dojo import course

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {
    *("svg", "title", "desc", "g", "defs", "marker", "clipPath", "pattern"),
    *("linearGradient", "radialGradient", "stop", "path", "rect", "circle", "ellipse", "line"),
    *("polyline", "polygon", "text", "tspan"),
}
NAMES = {"white": "#ffffff", "black": "#000000"}
_COLOUR = re.compile(r'\b(fill|stroke)="(#[0-9a-fA-F]{3,6}|white|black)"')
_OWN = re.compile(r"url\(#([\w-]+)\)")


class NoPicture(ValueError):
    """A picture that holds more than a picture."""


def inline(path, number):
    """The SVG at this path as an element of a page, where a caption says what it shows.

    number  its place on the page, which keeps its ids apart from those of the others
    """
    root = ElementTree.parse(path).getroot()
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        if element.tag not in SHAPES:
            raise NoPicture(f"{path.name}: <{element.tag}>")
        for name, value in list(element.attrib.items()):
            if name.lower().startswith("on") or "href" in name or name == "style":
                raise NoPicture(f"{path.name}: {name}={value}")
            if name == "id":
                element.set(name, f"p{number}-{value}")
            elif "url(" in value:
                element.set(name, _OWN.sub(rf"url(#p{number}-\1)", value))
    for title in root.findall("title"):
        root.remove(title)  # browsers would show it as a tip over the whole picture
    root.attrib.update({"xmlns": SVG.strip("{}"), "aria-hidden": "true"})
    root.attrib.pop("role", None)
    return ElementTree.tostring(root, encoding="unicode")


def colours(text):
    """The colours in an SVG: {as they are written: as #rrggbb}."""
    found = {}
    for _, written in _COLOUR.findall(text):
        plain = NAMES.get(written, written)
        found[written] = plain if len(plain) == 7 else "#" + "".join(2 * c for c in plain[1:])
    return found


def in_the_dark(colour):
    """The same hue where paper is dark: white is that paper, and black nearly white."""
    if colour == "#ffffff":
        return "var(--card)"
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    shown = colorsys.hls_to_rgb(hue, 0.93 - 0.81 * light, min(saturation, 0.75))
    return "#" + "".join(f"{round(255 * part):02x}" for part in shown)


def style():
    """A style sheet that shows every picture of the lessons on dark paper, too."""
    found = {}
    for path in sorted((course.ROOT / "lessons").rglob("*.svg")):
        found.update(colours(path.read_text(encoding="utf-8")))
    rules = [
        f'  figure svg [{what}="{written}"] {{ {what}: {in_the_dark(plain)} }}'
        for written, plain in sorted(found.items())
        for what in ("fill", "stroke")
    ]
    ink = "  figure svg { fill: #e0e0e0 }"
    return "\n".join(["@media screen and (prefers-color-scheme: dark) {", ink, *rules, "}\n"])
