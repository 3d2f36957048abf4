"""Run code of the lessons on the reference, in a process of its own: JSON in, JSON out.

stdin   {"together": whether the blocks share one namespace, "blocks": [[file, line, code], …]}
stdout  for each block {"printed": …, "answer": what it left in `answer`, "error": …}
"""

import contextlib
import io
import json
import sys
import traceback

from dojo import tree


def run(file, line, code, namespace):
    """Run one block; its lines keep the numbers they have in the file."""
    printed, error = io.StringIO(), None
    try:
        compiled = compile("\n" * line + code, file, "exec")
        with contextlib.redirect_stdout(printed):
            exec(compiled, namespace)
    except Exception:
        error = traceback.format_exc()
    answer = namespace.get("answer")
    if hasattr(answer, "tolist"):  # a number or an array of numpy
        answer = answer.tolist()
    elif hasattr(answer, "data"):  # a Value
        answer = answer.data
    return {"printed": printed.getvalue(), "answer": answer, "error": error}


def main():
    job = json.load(sys.stdin)
    tree.Tree(solutions=True).install()
    shared = {"__name__": "lesson"}
    results = [run(*block, shared if job["together"] else {**shared}) for block in job["blocks"]]
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
