"""SVG by hand: the palette of all figures, the page, a text, an arrow."""

# told apart by those who do not see all colours (Okabe and Ito), and dark enough on white
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#007A5E"
INK, GREY, RULE, FAINT = "#1a1a1a", "#595959", "#dddddd", "#f2f2f2"
PALE, WARM = "#f4f8fb", "#fdf1e8"  # of boxes in blue and orange
BOLD = ' font-weight="bold"'
_HEADS = {"blue": BLUE, "orange": ORANGE, "grey": GREY}  # of arrows


def page(width, height, title, parts, anchor="middle", size=17):
    """The text of an SVG file, on white so that it reads in dark mode too.

    title   what the picture shows, for those who cannot see it
    parts   lines of SVG, the lowest first
    anchor  where texts stand that do not say so themselves
    size    of their font
    """
    body = "\n".join(parts)
    heads = [
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" '
        f'markerHeight="6" orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
        for name, colour in _HEADS.items()
        if f"url(#{name})" in body
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" font-family="sans-serif" '
            f'font-size="{size}" text-anchor="{anchor}">',
            f"<title>{title}</title>",
            *(["<defs>", *heads, "</defs>"] if heads else []),
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            body,
            "</svg>\n",
        ]
    )


def text(x, y, words, fill=INK, anchor=None, more=""):
    """Words at a place; `more` is written into the tag as it is."""
    anchored = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{_short(x)}" y="{_short(y)}" fill="{fill}"{anchored}{more}>{words}</text>'


def arrow(path, colour=GREY, width=2.5, more=""):
    """A line along an SVG path with a head at its end; blue, orange or grey."""
    head = next(name for name, one in _HEADS.items() if one == colour)
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{more} '
        f'marker-end="url(#{head})"/>'
    )


def write(folder, pictures):
    """Write figures, {name of the file: its text}, into the folder of a lesson."""
    for name, picture in pictures.items():
        (folder / name).write_text(picture, encoding="utf-8", newline="\n")


def _short(x):
    return f"{float(x):.1f}".removesuffix(".0")
