"""Wrong solutions of 5.4's compiled that its specs reject by name."""

from tests.mistakes import mistake


@mistake("5.4 gradient_program", "it is not differentiated", says="it was not differentiated")
def gradient_program(f, inputs):
    program = drop_unused(merge_equal(fold_constants(trace(f, inputs))))
    return program


@mistake("5.4 gradient_program", "constants are not folded", says="still computed in every run")
def gradient_program(f, inputs):
    program = drop_unused(merge_equal(trace(f, inputs)))
    return drop_unused(differentiate(program))


@mistake("5.4 gradient_program", "equal work is not merged", says="needs e^x once")
def gradient_program(f, inputs):
    program = drop_unused(fold_constants(trace(f, inputs)))
    return drop_unused(fold_constants(differentiate(program)))


@mistake("5.4 gradient_program", "nothing is dropped at the end", says="that nobody reads")
def gradient_program(f, inputs):
    program = drop_unused(merge_equal(fold_constants(trace(f, inputs))))
    return fold_constants(differentiate(program))


@mistake(
    "5.4 Compiled.function", "f is traced in every call", says="f is called again, 2 times in all"
)
def function(self, inputs):
    n = len(inputs)
    if True:
        self.functions[n] = self.build(gradient_program(self.f, inputs))
    return self.functions[n]


@mistake("5.4 Compiled.function", "one function for all", says="f was called 1 time(s)")
def function(self, inputs):
    n = 0
    if n not in self.functions:
        self.functions[n] = self.build(gradient_program(self.f, inputs))
    return self.functions[n]


@mistake("5.4 Compiled.function", "only the last one is kept", says="is forgotten after three came")
def function(self, inputs):
    n = len(inputs)
    if n not in self.functions:
        self.functions.clear()
        self.functions[n] = self.build(gradient_program(self.f, inputs))
    return self.functions[n]


@mistake("5.4 Compiled.function", "always Python", says="build was called 0 times")
def function(self, inputs):
    n = len(inputs)
    if n not in self.functions:
        self.functions[n] = python_function(gradient_program(self.f, inputs))
    return self.functions[n]


@mistake(
    "5.4 Compiled.function",
    "the numbers of the inputs are part of the key",
    says="f is called again, 2 times in all",
)
def function(self, inputs):
    n = tuple(value.data for value in inputs)
    if n not in self.functions:
        self.functions[n] = self.build(gradient_program(self.f, inputs))
    return self.functions[n]


@mistake(
    "5.4 Compiled.function",
    "the program without its gradients is built",
    says="build gets the program with its gradients",
)
def function(self, inputs):
    n = len(inputs)
    if n not in self.functions:
        self.functions[n] = self.build(trace(self.f, inputs))
    return self.functions[n]


@mistake("5.4 Compiled.__call__", "a plain number is returned", says="should be a Value")
def __call__(self, inputs):
    result, *gradients = self.function(inputs)([value.data for value in inputs])
    return result


@mistake("5.4 Compiled.__call__", "a leaf is returned", says="the parents are the inputs")
def __call__(self, inputs):
    result, *gradients = self.function(inputs)([value.data for value in inputs])
    return Value(result)


@mistake(
    "5.4 Compiled.__call__",
    "gradients are set at once",
    says="gradients of 7 (x · y + x) + y is not right",
)
def __call__(self, inputs):
    result, *gradients = self.function(inputs)([value.data for value in inputs])
    for value, gradient in zip(inputs, gradients):
        value.grad += gradient
    return Value(result, tuple(inputs), tuple(gradients), "compiled")


@mistake("5.4 Compiled.__call__", "the result is among the gradients", says="local gradients of x")
def __call__(self, inputs):
    result, *_ = gradients = self.function(inputs)([value.data for value in inputs])
    return Value(result, tuple(inputs), tuple(gradients), "compiled")


@mistake(
    "5.4 Compiled.__call__",
    "the first call's numbers are kept",
    says="numbers of the first call are used",
)
def __call__(self, inputs):
    if not hasattr(self, "numbers"):
        self.numbers = [value.data for value in inputs]
    result, *gradients = self.function(inputs)(self.numbers)
    return Value(result, tuple(inputs), tuple(gradients), "compiled")


@mistake(
    "5.4 Compiled.__call__",
    "the first call's inputs are kept",
    says="are the inputs of the first call",
)
def __call__(self, inputs):
    if not hasattr(self, "inputs"):
        self.inputs = inputs
    result, *gradients = self.function(inputs)([value.data for value in inputs])
    return Value(result, tuple(self.inputs), tuple(gradients), "compiled")


@mistake("5.4 Compiled.function", "by the inputs themselves", says="f is called again")
def function(self, inputs):
    n = tuple(map(id, inputs))
    if n not in self.functions:
        self.functions[n] = self.build(gradient_program(self.f, inputs))
    return self.functions[n]


@mistake("5.4 Compiled.__call__", "gradients at once", says="a call adds to them already")
def __call__(self, inputs):
    result, *grads = self.function(inputs)([value.data for value in inputs])
    for v, g in zip(inputs, grads):
        v.grad += g
    return Value(result, tuple(inputs), tuple(grads), "compiled")
