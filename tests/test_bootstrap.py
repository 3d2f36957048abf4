"""dojo/bootstrap.py says its sentence on any Python: what is older stumbles over new syntax."""

import ast
import subprocess
import sys

from dojo.course import ROOT

BOOTSTRAP = ROOT / "dojo" / "bootstrap.py"

# what Python 2.7 cannot parse, and sees before anything is said
NEW = (
    ast.AnnAssign, ast.AsyncFor, ast.AsyncFunctionDef, ast.AsyncWith, ast.Await, ast.JoinedStr,
    ast.MatMult, ast.Match, ast.NamedExpr, ast.Nonlocal, ast.TryStar, ast.YieldFrom,
)  # fmt: skip


def test_an_old_python_can_parse_it():
    text = BOOTSTRAP.read_text(encoding="utf-8")
    assert text.isascii(), "Python 2 wants to know the encoding first"
    tree = ast.parse(text)
    future = [n.names[0].name for n in tree.body if isinstance(n, ast.ImportFrom)]
    assert future == ["print_function"], "print is a statement there, and takes no flush"
    for node in ast.walk(tree):
        assert not isinstance(node, NEW), f"line {node.lineno}: {ast.unparse(node)}"
        match node:
            case ast.FunctionDef(args=args, returns=returns):
                notes = [argument.annotation for argument in (*args.posonlyargs, *args.args)]
                assert not any([args.posonlyargs, args.kwonlyargs, returns, *notes])
            case ast.Raise(cause=cause):
                assert cause is None
            case ast.List() | ast.Tuple() | ast.Set():
                assert not any(isinstance(part, ast.Starred) for part in node.elts)


def test_an_old_python_reads_one_sentence():
    code = f"import sys; sys.version_info = (2, 7); exec(open({str(BOOTSTRAP)!r}).read())"
    ran = subprocess.run(
        [sys.executable, "-c", f"__file__ = {str(BOOTSTRAP)!r}; {code}"],
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 1 and ran.stdout == ""
    assert ran.stderr.startswith("Python 3.11 or newer is needed; this one is 2.7.")
    assert ran.stderr.count("\n") == 1
