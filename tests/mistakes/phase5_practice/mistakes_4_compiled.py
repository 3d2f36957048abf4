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


@mistake("5.4 gradient_program", "merged before it is folded", says="has to be folded before")
def gradient_program(f, inputs):
    program = fold_constants(merge_equal(trace(f, inputs)))
    return drop_unused(fold_constants(differentiate(program)))


@mistake(
    "5.4 gradient_program",
    "merged after it is differentiated",
    says="each tanh got a backward pass of its own",
)
def gradient_program(f, inputs):
    program = fold_constants(trace(f, inputs))
    return drop_unused(fold_constants(merge_equal(differentiate(program))))


@mistake("5.4 gradient_program", "traced with copies", says="f is traced with copies")
def gradient_program(f, inputs):
    program = merge_equal(fold_constants(trace(f, [Value(v.data) for v in inputs])))
    return drop_unused(fold_constants(differentiate(program)))


@mistake("5.4 gradient_program", "traced twice", says="f was called 2 times for one program")
def gradient_program(f, inputs):
    trace(f, inputs)
    program = merge_equal(fold_constants(trace(f, inputs)))
    return drop_unused(fold_constants(differentiate(program)))


@mistake(
    "5.4 Compiled.function", "kept by the number as a text", says="kept by the number of inputs"
)
def function(self, inputs):
    n = str(len(inputs))
    if n not in self.functions:
        self.functions[n] = self.build(gradient_program(self.f, inputs))
    return self.functions[n]


@mistake("5.4 Compiled.function", "traced with copies", says="f is traced with copies")
def function(self, inputs):
    n = len(inputs)
    if n not in self.functions:
        self.functions[n] = self.build(gradient_program(self.f, [Value(v.data) for v in inputs]))
    return self.functions[n]


@mistake("5.4 Compiled.function", "a failure is kept", says="building failed once")
def function(self, inputs):
    n = len(inputs)
    if n not in self.functions:
        self.functions[n] = None
        self.functions[n] = self.build(gradient_program(self.f, inputs))
    return self.functions[n]


@mistake("5.4 Compiled.__call__", "f is called each time", says="and f was called")
def __call__(self, inputs):
    self.f(inputs)
    result, *gradients = self.function(inputs)([v.data for v in inputs])
    return Value(result, tuple(inputs), tuple(gradients), "compiled")


@mistake("5.4 Compiled.__call__", "each parent once", says="one Value came as both inputs")
def __call__(self, inputs):
    result, *gradients = self.function(inputs)([v.data for v in inputs])
    return Value(result, tuple(dict.fromkeys(inputs)), tuple(gradients), "compiled")


@mistake(
    "5.4 Compiled.__call__",
    "no parent whose gradient is 0",
    says="all inputs are, also one whose gradient is 0",
)
def __call__(self, inputs):
    result, *gradients = self.function(inputs)([v.data for v in inputs])
    kept = [(v, g) for v, g in zip(inputs, gradients) if g]
    return Value(result, tuple(v for v, g in kept), tuple(g for v, g in kept), "compiled")


@mistake(
    "5.4 Compiled.__call__",
    "the caller's list as parents",
    says="the caller may change a list later",
)
def __call__(self, inputs):
    result, *gradients = self.function(inputs)([v.data for v in inputs])
    return Value(result, inputs, tuple(gradients), "compiled")


@mistake(
    "5.4 Compiled.__call__", "gradients that can be read once", says="local gradients are a tuple"
)
def __call__(self, inputs):
    result, *gradients = self.function(inputs)([v.data for v in inputs])
    return Value(result, tuple(inputs), (g for g in gradients), "compiled")


@mistake("5.4 Compiled.__call__", "data of any kind is handed on", says="it takes floats")
def __call__(self, inputs):
    result, *gradients = self.function(inputs)([value.data for value in inputs])
    return Value(result, tuple(inputs), tuple(gradients), "compiled")


@mistake("5.4 gradient_program", "inputs in reverse order", says="the inputs are in reverse order")
def gradient_program(f, inputs):
    program = merge_equal(fold_constants(trace(f, inputs[::-1])))
    return drop_unused(fold_constants(differentiate(program)))


@mistake(
    "5.4 Compiled.__call__", "the first call's function is kept", says="after calls with two inputs"
)
def __call__(self, inputs):
    if "run" not in self.__dict__:
        self.run = self.function(inputs)
    result, *gradients = self.run([v.data for v in inputs])
    return Value(result, tuple(inputs), tuple(gradients), "compiled")


@mistake(
    "5.4 Compiled.__call__",
    "data is rounded in place",
    says="data, grad and label of the inputs were",
)
def __call__(self, inputs):
    for v in inputs:
        v.data = round(float(v.data), 15)
    result, *gradients = self.function(inputs)([v.data for v in inputs])
    return Value(result, tuple(inputs), tuple(gradients), "compiled")


@mistake(
    "5.4 Compiled.function", "one for all smaller numbers", says="one input after two and three"
)
def function(self, inputs):
    n = len(inputs)
    if not self.functions or n > max(self.functions):
        self.functions[n] = self.build(gradient_program(self.f, inputs))
    return self.functions.get(n, self.functions[max(self.functions)])
