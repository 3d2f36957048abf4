"""The stubs are those of the reference, nothing passes on them, and they can be solved in order."""

import ast

import pytest

from dojo import course, source, store, stubs
from dojo.expect.close import PROVING
from tests.support.scratch import node_id

KATAS = course.katas()

# functions of the reference that are not katas: they are given to the learner, on purpose
GIVEN = {
    "phase1_autodiff/value.py: Value.__neg__",  # the neighbour on which to model __sub__
    "phase2_networks/checks.py: check_lengths",  # bad input is not what 2.4 is about
    "phase2_networks/checks.py: check_shares",
    "phase2_networks/neuron.py: random_from",  # a seed does for a generator, as in numpy
    "phase3_training/plain_arrays.py: plain_array",  # what numpy would silently drop is refused
    "phase3_training/plain_arrays.py: real_array",
    "phase3_training/classes.py: class_numbers",  # what may be taken for a class, once for all
    "phase3_training/parameters.py: listed",  # and for parameters
    "phase3_training/optimizers.py: Optimizer.__init__",
    "phase3_training/optimizers.py: Optimizer.zero_grad",
    "phase3_training/files.py: read_table",  # what a file means is 3.4's; how it is read is not
    "phase3_training/files.py: replacing",
    "phase3_training/files.py: read_arrays",
    "phase3_training/training.py: Parameter.__init__",
    "phase4_llms/tensor.py: Tensor.__repr__",
    "phase4_llms/tensor.py: Tensor.__array__",  # what numpy would make of it is refused
    "phase4_llms/tensor.py: Tensor.__array_function__",
    "phase4_llms/tensor.py: Tensor.__eq__",
    "phase4_llms/tensor.py: Tensor.__bool__",
    "phase4_llms/tensor.py: Tensor.__iter__",
    "phase4_llms/tensor.py: array_of",
    "phase4_llms/tensor.py: Tensor.data",  # so that what is written into it is counted
    "phase4_llms/tensor.py: Tensor.shape",
    "phase4_llms/tensor.py: Tensor.__neg__",  # and the reflected operators, as in Phase 1
    "phase4_llms/tensor.py: Tensor.__radd__",
    "phase4_llms/tensor.py: Tensor.__rmul__",
    "phase4_llms/tensor.py: Tensor.__rsub__",
    "phase4_llms/tensor.py: Tensor.__rtruediv__",
    "phase4_llms/tensor.py: Tensor.__rmatmul__",
    "phase4_llms/tensor.py: column",
    "phase4_llms/tensor.py: sum_kept",  # its product with ones saves time, and is not the point
    "phase4_llms/bpe.py: listed_strings",  # as parameters are listed
    "phase4_llms/bpe.py: special_list",
    "phase4_llms/merges.py: load_merges",  # OpenAI's format
    "phase4_llms/language_model.py: load_names",  # everyone's losses are of the same names
    "phase4_llms/language_model.py: split_names",
    "phase4_llms/transformer.py: check_caches",
    "phase4_llms/transformer.py: check_context",
    "phase4_llms/transformer.py: length_of",
    "phase5_practice/windows.py: NormedAttention.__init__",
    "phase5_practice/experts.py: sigmoid",
    "phase5_practice/latent.py: LatentAttention.__init__",
    "phase5_practice/latent.py: LatentAttention.turn",
    "phase5_practice/latent.py: LatentAttention.queries",
    "phase5_practice/latent.py: LatentAttention.__call__",  # the neighbour of absorbed
    "phase5_practice/muon.py: Muon.__init__",
    "phase5_practice/speculative.py: probabilities",  # as sample has them
    "phase5_practice/speculative.py: draw",
    "phase5_practice/speculative.py: RewindableCache.extend",
    "phase5_practice/batching.py: Batch.__init__",
    "phase5_practice/batching.py: Batch.empty",
    "phase5_practice/batching.py: Batch.extend",
    "phase5_practice/batching.py: Batch.keep",
    "phase5_practice/inference.py: linear",  # 4.4 on arrays, for speed alone
    "phase5_practice/inference.py: layer_norm",
    "phase5_practice/inference.py: gelu",
    "phase5_practice/inference.py: attend",
    "phase5_practice/inference.py: feed_forward",
    "phase5_practice/paging.py: PagedCache.__init__",
    "phase5_practice/paging.py: PagedCache.begin",
    "phase5_practice/paging.py: PagedText.__init__",
    "phase5_practice/paging.py: PagedText.length",
    "phase5_practice/paging.py: PagedText.extend",
    "phase5_practice/paging.py: PagedText.fork",
    "phase5_practice/paging.py: PagedText.end",
    "phase5_practice/emit.py: bare",
    "phase5_practice/trace.py: record",  # what a walk over the learner's own graph has to know
    "phase5_practice/trace.py: products",
    "phase5_practice/trace.py: paired",
    "phase5_practice/trace.py: exponent",
    "phase5_practice/trace.py: keeps_its_numbers",
    "phase5_practice/program.py: exp",  # beyond the range of a float: as in C
    "phase5_practice/program.py: log",
    "phase5_practice/program.py: power",
    "phase5_practice/emit.py: python_function",  # source becomes a function
    "phase5_practice/emit_c.py: c_function",
    "phase5_practice/emit_c.py: load_c",
    "phase5_practice/compiled.py: Compiled.__init__",
}


def ids(katas):
    return {kata.id for kata in katas}


# ---- katas/ and solutions/ belong together


def test_the_trees_belong_together():
    assert stubs.check() == []


@pytest.mark.parametrize("module", course.modules())
def test_a_module_that_nobody_started_is_the_generated_one(module):
    text = (course.ROOT / "katas" / module).read_text(encoding="utf-8")
    marks, present = stubs.marks(module), source.definitions(text)
    started = {f"{marks[n]} {n}" for n in marks if n in present and not stubs.is_stub(present[n])}
    if started and started & store.kata_results().keys():
        pytest.skip("a learner works on this module: the test above looks at its stubs")
    assert text == stubs.generate(module)


@pytest.mark.parametrize("module", course.modules())
def test_stubs_parse_and_only_raise(module):
    found = source.definitions(stubs.generate(module))
    for name, section in stubs.marks(module).items():
        assert stubs.is_stub(found[name]), f"{section} {name} gives more than a stub"
        assert ast.get_docstring(found[name].node), f"{section} {name} has no assignment"


@pytest.mark.parametrize("module", course.modules())
def test_no_answer_is_given_away(module):
    """A function that is no kata stays whole in the stubs, so each such one is listed above."""
    text = (course.ROOT / "solutions" / module).read_text(encoding="utf-8")
    marks = stubs.marks(module)
    unmarked = {f"{module}: {name}" for name in source.definitions(text) if name not in marks}
    assert unmarked <= GIVEN, f"neither a kata nor on the list of given ones: {unmarked - GIVEN}"


def test_all_that_is_listed_as_given_exists():
    there = {
        f"{module}: {name}"
        for module in course.modules()
        for name in source.definitions(stubs.generate(module))
    }
    assert there >= GIVEN


# ---- on the stubs


def test_nothing_passes_on_the_stubs(scratch):
    scratch.solve(())
    run = scratch.pytest()
    assert not run.unloaded, "\n".join(run.unloaded)
    assert run.code == 1
    passed = [f"{spec.kata} · {spec.name}" for spec in run.specs if spec.status == "passed"]
    assert not passed, "pass with nothing done:\n" + "\n".join(passed)
    other = [spec.text for spec in run.specs if spec.status == "failed"]
    assert not other, "neither 'not started' nor 'blocked':\n\n" + "\n\n".join(other)
    assert all("\n" not in spec.text.strip() for spec in run.specs), "more than a line"
    assert "Traceback" not in run.output and "Error" not in run.output, run.output


def test_every_spec_passes_on_the_reference(scratch):
    """And no mistake that a spec names has the answer of another one, or the right one."""
    run = scratch.pytest(solutions=True, **{PROVING: "1"})
    failed = "\n\n".join(spec.text for spec in run.specs if spec.status != "passed")
    assert run.code == 0, failed or run.output


# ---- one kata after the other


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.id)
def test_no_spec_needs_a_later_kata(kata, scratch):
    """With all before this kata solved, the one before it is green and this one can be begun."""
    place = KATAS.index(kata)
    scratch.solve(ids(KATAS[:place]))
    before = KATAS[place - 1 : place]  # of those still earlier, each had this test of its own
    run = scratch.pytest(*map(node_id, [*before, kata]))
    for spec in run.specs:
        wanted = "not started" if spec.kata == kata.id else "passed"
        assert spec.status == wanted, (
            f"with {place} katas solved, up to {before[0].id if before else 'none'}, the spec\n"
            f"  {spec.kata} · {spec.name}\n"
            f"should be {wanted} and is {spec.status}\n\n{spec.text}"
        )
    assert run.of(kata.id), run.output


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.id)
def test_no_spec_passes_without_its_kata(kata, scratch):
    """With everything solved but this kata, each of its specs says that it is not started."""
    scratch.solve(ids(KATAS) - {kata.id})
    run = scratch.pytest(node_id(kata))
    assert run.code == 1 and run.of(kata.id), run.output
    for spec in run.specs:
        assert spec.status == "not started", f"{spec.name} is {spec.status}\n\n{spec.text}"
