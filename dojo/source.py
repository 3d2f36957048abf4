"""The source of a module: read as Python reads it, and taken apart into its functions."""

import ast
import io
from dataclasses import dataclass


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
    if b"\0" in content:
        raise SyntaxError("it holds null bytes", (str(path), 1, None, None))
    try:
        text = content.decode("utf-8-sig")
        return text.replace("\r\n", "\n").replace("\r", "\n")  # Python ends a line at each
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SyntaxError("it is not UTF-8", (str(path), line, None, None)) from None


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


def _functions(text):
    """Yield (qualified name, node) for each function and method, top to bottom."""
    for top in ast.parse(text).body:
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
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
    }
