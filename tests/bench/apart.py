"""Each row of the bench in a process of its own, so that none finds what another left behind."""

import importlib
import multiprocessing
import os
import sys

from dojo import course, tree

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
KERNELS = "OPENBLAS_CORETYPE"  # holds numpy, and not PyTorch, to the kernels of another processor


def rows():
    """All rows there are, by name, on the reference."""
    if not any(isinstance(finder, tree.Tree) for finder in sys.meta_path):
        tree.Tree(solutions=True).install()
    from tests.bench import arrays, compilation, grading, loop, reading, scalar  # noqa: F401  only now: they import from katas
    from tests.bench.bench_row import ROWS

    if (course.ROOT / "solutions" / "phase4_llms" / "transformer.py").exists():
        from tests.bench import growth, growth_language, language, one_text  # noqa: F401

    return ROWS


def apart(row, small, mine=False):
    """Measure a row in a fresh process, on as many threads as it says, with the best kernels.

    mine  with the learner's katas instead of the reference
    """
    for name in THREADS:
        os.environ[name] = str(row.threads)
    os.environ.pop(KERNELS, None)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (row.name, row.measure.__module__, small, mine))


def measure(name, module, small, mine):
    """The figures of a row, and what kept it from having any.

    Nothing is loaded but what the row needs: the collector would walk over the rest as well.
    """
    from tests.bench.bench_row import ROWS
    from tests.bench.timing import Disagree

    tree.Tree(solutions=not mine).install()
    try:
        importlib.import_module(module)
        return ROWS[name].measure(small), ""
    except Disagree as error:
        return [], f"not timed: {error}"
    except NotImplementedError as error:
        return [], f"not timed: {error} is not started"
