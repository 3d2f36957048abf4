"""The engine that compiles itself, against those that walk a graph in every step."""

import gc
import importlib
import random
import shutil
import sys
import tracemalloc
from array import array
from time import perf_counter

from dojo import course
from katas.phase2_networks.losses import hinge, l2_penalty
from katas.phase5_practice.compiled import gradient_program
from katas.phase5_practice.emit import python_function
from katas.phase5_practice.emit_c import c_function
from tests.bench import closures, microgpt, moons, slots
from tests.bench.arrays import EAGER, ArrayStep, TorchGPT
from tests.bench.bench_row import row
from tests.bench.figure import Figure, faster, share
from tests.bench.scalar import CLOSURES, SLOTS, GPTStep, document
from tests.bench.timing import agree, alternate, ratio


class Step:
    """A step, built from a function of parameters: numbers in, loss and gradients out."""

    def __init__(self, loss, parameters, build, numbers_as):
        self.loss, self.parameters, self.build = loss, parameters, build
        self.numbers = numbers_as([parameter.data for parameter in parameters])
        begun = perf_counter()
        self.write()
        self.seconds = perf_counter() - begun

    def write(self):
        """Trace, differentiate, write and compile."""
        self.run = self.build(gradient_program(self.loss, self.parameters))

    def step(self):
        return self.run(self.numbers)


def steps_of(loss, parameters, wanted):
    """A step in Python and, where there is a compiler, one in C; both come to what is wanted."""
    made = [Step(loss, parameters, python_function, list)]
    if shutil.which("cc"):
        made.append(Step(loss, parameters, c_function, lambda numbers: array("d", numbers)))
    for one in made:
        agree(list(one.step()), wanted)
    return made


def building(made, name, peer, small):
    """How long it takes to write and compile, beside a step of the peer."""
    rounds = 1 if small else 3
    times, others = alternate([made[0].write, peer], rounds, 0)
    work, goal = "to write and compile, Python", "at most 8 of its steps"
    taken = share(work, times, name, others)
    figures = [Figure(work, taken.ours, "s", name, taken.theirs, ratio(times, others), goal, 8)]
    if len(made) > 1:
        figures.append(
            Figure("to write and compile, C", made[1].seconds, "s", "", None, None, "", None)
        )
    return figures


def peak_bytes(work):
    """The largest amount of memory that was in use while it worked, and what is left after it."""
    gc.collect()
    tracemalloc.start()
    kept = work()
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return now, peak


@row("compiled-moons")
def compiled_moons(small=False):
    """A step of the MLP on two moons, compiled: 100 points, 2-16-16-1, hinge and L2, collector on

    Nothing of a graph is left: a step is 89,000 products and as many sums, a few thousand choices,
    and in Python some 13 ns for each of them, since every result is an object. That is the
    interpreter's own: on a hundred names, all of them near the processor, the same operations take
    97 % of it. The order of instructions matters as much as their number. What is read once is
    written where it is read, and its object is given back at once; with a name for every number
    all of them would stay until the end, and a step would take several times as long. In C it is
    the processor that limits: 2 MB of code, each instruction of which is fetched once and never
    again. The 6,600 choices took a fifth of the time while each took two jumps; now it is one.
    Memory is that of the largest moment, when the text has been written and Python's own compiler
    has its tree; it holds against the graph that one step of the closures leaves behind.
    """
    n, hidden, rounds, at_least = (4, 3, 1, 0) if small else (100, 16, 5, 1.5)
    ours, (peer,) = moons.contenders([closures], n, hidden)
    wanted = ours.results()
    agree(wanted, peer.results())
    parameters = ours.model.parameters()

    def loss(_):
        scores = [ours.model(point)[0] for point in ours.points]
        return hinge(scores, ours.labels) + l2_penalty(parameters, moons.STRENGTH)

    made = steps_of(loss, parameters, wanted)
    steps = [*(one.step for one in made), ours.step, peer.step]
    *times, readable, others = alternate(steps, rounds, at_least)
    figures = []
    for name, goal, taken in zip(("Python", "C"), (400, 8000), times):
        figures.append(faster(f"compiled to {name}", taken, CLOSURES, others, goal))
        figures.append(faster(f"compiled to {name}", taken, "the course's own engine", readable))
    figures += building(made, CLOSURES, peer.step, small)
    _, peak = peak_bytes(made[0].write)
    graph, _ = peak_bytes(peer.step)
    work, goal = "memory at the peak of writing and compiling, Python", "at most 3 times its graph"
    figures.append(Figure(work, peak, "bytes", CLOSURES, graph, peak / graph, goal, 3))
    return figures


def traceable_gpt():
    """The model of 5.4, a file of the lesson."""
    folder = str(course.ROOT / "lessons" / "phase5_practice" / "4_compilation")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("traceable_gpt")


@row("compiled-gpt", needs="torch")
def compiled_gpt(small=False):
    """A step of the GPT of microgpt's size, compiled: 16 tokens, float64, one thread, collector on

    A step is 189,000 products and 180,000 sums, two thirds of them on the way back. On a hundred
    names the same operations take three quarters of the time in Python, and 100 times the peer
    would be just that. Bytecode has one byte for a name: beyond 256 of them each read and write
    costs an instruction more, EXTENDED_ARG, and that is most of the difference. There are 20,000;
    the 256 that are read most take 9 % of the reads; and to use names again, once their number has
    been read for the last time, gives 5 %, as 10,000 of them are needed at once. Of the time to
    write and compile, two fifths are the text, a fifth is Python's own compiler, and the rest the
    passes before them. Straight-line code has no loops: the C is 4 MB of instructions, which
    are read through once for each step, and that, not the arithmetic, is what it waits for.
    PyTorch has the loops, and its arithmetic takes a tenth of the time; the rest is what sixty
    operations cost before and after they compute. A larger model would turn this round at once:
    the code grows with every number, and PyTorch's overhead does not.
    """
    V, n, rounds, at_least = (3, 1, 1, 0) if small else (27, 16, 5, 1)
    ids = document(n, V, random.Random(0))
    model = traceable_gpt().TraceableGPT(V, rng=random.Random(0))
    parameters = model.parameters()
    ours = GPTStep(model, parameters, ids)
    peer = microgpt.MicroGPT(slots, model)
    theirs = GPTStep(peer, peer.parameters, ids)
    wanted = ours.results()
    agree(wanted, theirs.results())
    made = steps_of(lambda _: model.loss(ids), parameters, wanted)
    steps = [*(one.step for one in made), ours.step, theirs.step]
    *times, readable, others = alternate(steps, rounds, at_least)
    figures = []
    for name, goal, taken in zip(("Python", "C"), (100, 1000), times):
        figures.append(faster(f"compiled to {name}", taken, SLOTS, others, goal))
        figures.append(faster(f"compiled to {name}", taken, "the course's own engine", readable))
    if len(made) > 1:
        twin = importlib.import_module("tensor_twin").TensorGPT(model)
        for fused in (True, False):
            eager = TorchGPT(twin, fused)
            step = ArrayStep(eager, eager.parameters, ids, None).step
            agree([float(step().detach())], [wanted[0]])
            times, others_ = alternate([made[1].step, step], rounds, 0 if small else 0.3)
            name = f"{EAGER}, {'fused norm and attention' if fused else 'written out'}"
            figures.append(faster("compiled to C", times, name, others_, 1))
    return figures + building(made, SLOTS, theirs.step, small)
