"""What is compiled comes to what the readable engine and PyTorch come to, in Python and in C."""

import random
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.phase1_autodiff.value import Value
from solutions.phase2_networks.losses import hinge, l2_penalty
from solutions.phase2_networks.module import MLP
from solutions.phase5_practice.compiled import Compiled, gradient_program
from solutions.phase5_practice.emit import python_function
from solutions.phase5_practice.emit_c import c_function
from solutions.phase5_practice.program import interpret

CLOSE = 1e-15  # relative to 1 or to the number: a unit in the last place is 2e-16 there
numbers = st.floats(-3, 3)
BUILDS = [python_function, *([c_function] if shutil.which("cc") else [])]


def expression(choices):
    """A function of two Values: some operations, each on what is there already."""

    def f(inputs):
        made = [*inputs, inputs[0] * inputs[1]]
        for op, i, j in choices:
            a, b = made[i % len(made)], made[j % len(made)]
            made.append(
                {
                    "+": lambda a=a, b=b: a + b,
                    "*": lambda a=a, b=b: a * b * 0.5,
                    "tanh": lambda a=a: a.tanh(),
                    "relu": lambda a=a: a.relu() + 0.1,
                    "exp": lambda a=a: a.tanh().exp(),
                    "log": lambda a=a: (a * a + 1).log(),
                    "**": lambda a=a: (a * a + 0.5) ** -0.5,
                    "-": lambda a=a, b=b: a - b,
                    "/": lambda a=a, b=b: a / (b * b + 1),
                }[op]()
            )
        return sum(made)

    return f


def on_the_engine(f, at):
    inputs = [Value(x) for x in at]
    result = f(inputs)
    result.backward()
    return [result.data, *(value.grad for value in inputs)]


def close(found, wanted):
    scale = max(1.0, *map(abs, wanted))
    return all(abs(a - b) <= 50 * CLOSE * scale for a, b in zip(found, wanted))


steps = st.lists(
    st.tuples(
        st.sampled_from(["+", "*", "tanh", "relu", "exp", "log", "**", "-", "/"]),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(steps, numbers, numbers, numbers, numbers)
def test_a_program_traced_at_one_place_is_right_at_another(choices, x, y, to_x, to_y):
    f = expression(choices)
    program = gradient_program(f, [Value(x), Value(y)])
    wanted = on_the_engine(f, [to_x, to_y])
    found = interpret(program, [to_x, to_y])
    assert close(found, wanted), (found, wanted)
    assert python_function(program)([to_x, to_y]) == found


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__name__)
def test_a_training_on_points_goes_the_same_way_to_the_last_bit(build):
    rng = random.Random(0)
    points = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(11)]
    labels = [rng.choice([-1, 1]) for _ in points]
    losses = []
    for compiled in (False, True):
        model = MLP([2, 7, 5, 1], "relu", random.Random(1))
        parameters = model.parameters()

        def loss(_, model=model, parameters=parameters):
            scores = [model(point)[0] for point in points]
            return hinge(scores, labels) + l2_penalty(parameters, 1e-3)

        step = Compiled(loss, build) if compiled else loss
        losses.append([])
        for _ in range(30):
            model.zero_grad()
            result = step(parameters)
            result.backward()
            losses[-1].append(result.data)
            for parameter in parameters:
                parameter.data -= 0.2 * parameter.grad
    assert losses[0] == losses[1]
    assert losses[0][-1] < losses[0][0]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__name__)
def test_a_network_has_pytorchs_gradients(build):
    torch = pytest.importorskip("torch", reason="parity needs PyTorch, which is not installed")
    rng = random.Random(2)
    model = MLP([3, 5, 2], "tanh", rng)
    parameters = model.parameters()
    point = [rng.uniform(-1, 1) for _ in range(3)]

    def loss(_):
        a, b = model(point)
        return (a * b).exp() + (a * a + b * b + 1).log()

    run = Compiled(loss, build).function(parameters)
    for parameter in parameters:
        parameter.data = rng.uniform(-1, 1)
    found = run([parameter.data for parameter in parameters])

    def tensor(xs):
        return torch.tensor(xs, dtype=torch.float64, requires_grad=True)

    tensors, outputs = [], torch.tensor(point, dtype=torch.float64)
    for layer in model.layers:
        zs = []
        for neuron in layer.neurons:
            w, b = tensor([v.data for v in neuron.w]), tensor(neuron.b.data)
            tensors += [w, b]
            z = w @ outputs + b
            zs.append(z if layer is model.layers[-1] else z.tanh())
        outputs = torch.stack(zs)
    a, b = outputs
    result = (a * b).exp() + (a * a + b * b + 1).log()
    result.backward()
    wanted = [result.item(), *(g for t in tensors for g in t.grad.reshape(-1).tolist())]
    assert close(list(found), wanted)
