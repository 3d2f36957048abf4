"""The source of a module: read as Python reads it, and taken apart into its functions."""

import ast
import io
import re
import tokenize
from dataclasses import dataclass

_CLASS_LINE = re.compile(r"class (\w+)")
_DEF_LINE = re.compile(r"(\s*)def (\w+)\(")
_KATA_COMMENT = re.compile(r"#\s*kata (\d\.\d)\s*$")


@dataclass
class Definition:
    """A function or method in a source text; lines are counted from 0, the end is past the last."""

    name: str
    start: int  # its first line, with decorators
    end: int
    body_start: int  # the first line after the signature and docstring
    node: ast.FunctionDef
    source: str


def read(path):
    """The text of a module; SyntaxError if it is none that Python could read."""
    content = path.read_bytes()
    check(content, path, "utf-8")
    text = content.decode("utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n")  # Python ends a line at each


def check(content, path, encoding):
    """SyntaxError, with its place, if these bytes are not the source of a module."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SyntaxError("it is UTF-16, and not UTF-8", (str(path), 1, None, None))
    if b"\0" in content:
        raise SyntaxError("it holds null bytes", (str(path), 1, None, None))
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        name = encoding.upper()
        raise SyntaxError(f"it is not {name}", (str(path), line, None, None)) from None


def compiled(content, path):
    """The code of a module, as Python has it; SyntaxError, with its place, if it is none."""
    check(content, path, "latin-1")  # in which any byte is a letter
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    check(content, path, encoding)
    try:
        return compile(content, path, "exec", dont_inherit=True)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"Python cannot read it: {error}", (path, 1, None, None)) from None


def definitions(text):
    """All functions of a module and methods of its classes, by qualified name."""
    lines = lines_of(text)
    found = {}
    for name, node in _functions(text):
        start = _first_line(node) - 1
        documented = ast.get_docstring(node) is not None
        body_start = node.body[0].end_lineno if documented else node.body[0].lineno - 1
        source = "".join(lines[start : node.end_lineno])
        # a property's setter keeps the getter's name: the first one counts
        found.setdefault(name, Definition(name, start, node.end_lineno, body_start, node, source))
    return found


def lines_of(text):
    """The lines of a text with their ends, where Python sees them: no form feed ends one."""
    return io.StringIO(text, newline="\n").readlines()


def replaced(text, definition, by):
    """`text` with other lines in place of one of its functions."""
    lines = lines_of(text)
    lines[definition.start : definition.end] = [by]
    return "".join(lines)


def _first_line(node):
    """Where a function or class begins, with its decorators."""
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def bodies(text):
    """{qualified name: the body of every definition of it}, to be compared."""
    found = {}
    for name, node in _functions(text):
        found.setdefault(name, []).append(list(map(ast.dump, body(node))))
    return found


def _parsed(text):
    """The syntax tree of a module; SyntaxError whatever Python says of one that it cannot parse."""
    try:
        return ast.parse(text)
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, too deep
        raise SyntaxError(str(error) or "too deeply nested") from None


def _functions(text):
    """Yield (qualified name, node) for each function and method, top to bottom."""
    for top in _parsed(text).body:
        inside = top.body if isinstance(top, ast.ClassDef) else [top]
        prefix = f"{top.name}." if isinstance(top, ast.ClassDef) else ""
        for node in inside:
            if isinstance(node, ast.FunctionDef):
                yield prefix + node.name, node


def body(node):
    """The statements of a function, without its docstring."""
    return node.body[1:] if ast.get_docstring(node) is not None else node.body


def classes(text):
    """{class name: (first line, line past the last)}, counted from 0."""
    return {
        node.name: (_first_line(node) - 1, node.end_lineno)
        for node in _parsed(text).body
        if isinstance(node, ast.ClassDef)
    }


def marked_definitions(path):
    """Yield (name, section or None, line number) for each function of a module, top to bottom."""
    class_name = None
    if not path.is_file():  # an editor is just saving it, or a folder has its name
        return
    text = path.read_text(encoding="utf-8", errors="replace")  # an editor may have saved another
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("class ") and (opened := _CLASS_LINE.match(line)):
            class_name = opened[1]
        elif "def " in line and (found := _DEF_LINE.match(line)):
            indent, name = found.groups()
            if not indent:
                class_name = None
            if len(indent) > (4 if class_name else 0):
                continue  # a function inside a function
            mark = _KATA_COMMENT.search(line)
            yield (f"{class_name}.{name}" if class_name else name), mark and mark[1], number


def line_of(path, name):
    """The line on which a function or method is defined; 1 if it is not there."""
    return next((line for found, _, line in marked_definitions(path) if found == name), 1)
