"""5.4 · Compiled: a function of Values that is traced once, and from then on runs as a program."""

from ..phase1_autodiff.value import Value
from .adjoint import differentiate
from .emit import python_function
from .passes import drop_unused, fold_constants, merge_equal
from .trace import trace


def gradient_program(f, inputs):  # kata 5.4
    """The program that computes f and all its gradients.

    f       a function of a list of Values that returns a Value
    inputs  that list, as `trace` takes it
    ->      a Program: f traced; then its constants folded, and equal work merged; then
            differentiated; then folded once more, and what is left over of all this dropped. Its
            outputs are the result and the gradient of each input
    """
    program = merge_equal(fold_constants(trace(f, inputs)))
    return drop_unused(fold_constants(differentiate(program)))


class Compiled:
    """A function of Values, compiled for each number of inputs when it first sees it.

    f          a function of a list of Values that returns a Value
    build      what turns a program into a function from a list of floats to a list of floats, such
               as python_function or c_function
    functions  what was built, by the number of inputs
    """

    def __init__(self, f, build=python_function):
        self.f = f
        self.build = build
        self.functions = {}

    def function(self, inputs):  # kata 5.4
        """What was built for as many inputs as these, and is built now if it has not been yet.

        inputs  a list of Values
        ->      a function: from the list of n inputs as floats to 1 + n floats, the result and the
                gradient of each

        f is called when something is built, and only then.
        """
        n = len(inputs)
        if n not in self.functions:
            self.functions[n] = self.build(gradient_program(self.f, inputs))
        return self.functions[n]

    def __call__(self, inputs):  # kata 5.4
        """f of these inputs, as one node of a graph.

        inputs  a list of Values, whose numbers are read now, as floats
        ->      a Value with op "compiled"; its parents are the inputs, all of them, and its local
                gradients those that the program has computed, both as tuples, so that `backward`
                works as ever

        As many inputs as before mean the same program, whatever they are.
        """
        result, *gradients = self.function(inputs)([float(value.data) for value in inputs])
        return Value(result, tuple(inputs), tuple(gradients), "compiled")
