"""Wrong solutions of 2.3 that its specs reject by name."""

from tests.mistakes import mistake

# ---- sigmoid


@mistake("2.3 sigmoid", "overflow far below", says="e^710 is already larger than any float")
def sigmoid(x):
    s = 1 / (1 + math.exp(-x.data))
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "overflow far above", says="at 1000 an OverflowError")
def sigmoid(x):
    e = math.exp(x.data)
    s = e / (1 + e)
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "the two branches exchanged", says="e^710 is already larger than any float")
def sigmoid(x):
    if x.data < 0:
        s = 1 / (1 + math.exp(-x.data))
    else:
        e = math.exp(x.data)
        s = e / (1 + e)
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "the input in its own rule", says="given the input and not the output")
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = 1 / (1 + e) if x.data >= 0 else e / (1 + e)
    return Value(s, (x,), (x.data * (1 - x.data),), "sigmoid")


@mistake("2.3 sigmoid", "the derivative of tanh", says="that of tanh, 1 - s²")
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = 1 / (1 + e) if x.data >= 0 else e / (1 + e)
    return Value(s, (x,), (1 - s * s,), "sigmoid")


@mistake("2.3 sigmoid", "the derivative of the output's sigmoid", says="once more, of the output")
def sigmoid(x):
    def plain(z):
        e = math.exp(-abs(z))
        return 1 / (1 + e) if z >= 0 else e / (1 + e)

    s = plain(x.data)
    return Value(s, (x,), (plain(s) * (1 - plain(s)),), "sigmoid")


@mistake("2.3 sigmoid", "1 - s alone", says="without the factor s")
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = 1 / (1 + e) if x.data >= 0 else e / (1 + e)
    return Value(s, (x,), (1 - s,), "sigmoid")


@mistake("2.3 sigmoid", "the sign of the derivative", says="the sign is wrong: s·(s - 1)")
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = 1 / (1 + e) if x.data >= 0 else e / (1 + e)
    return Value(s, (x,), (s * (s - 1),), "sigmoid")


@mistake("2.3 sigmoid", "the sign of x lost", says="e^x stands where e^-x should")
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = 1 / (1 + e) if x.data < 0 else e / (1 + e)
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "one form on both sides", says="the size of x counts and not its sign")
def sigmoid(x):
    s = 1 / (1 + math.exp(-abs(x.data)))
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "tanh", says="it is computed as tanh")
def sigmoid(x):
    return x.tanh()


@mistake("2.3 sigmoid", "from tanh, digits lost", says="rounding leaves nothing")
def sigmoid(x):
    s = (1 + math.tanh(x.data / 2)) / 2
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "as 1 minus the other side", says="rounding leaves nothing")
def sigmoid(x):
    s = 1 / (1 + math.exp(-abs(x.data)))
    s = s if x.data >= 0 else 1 - s
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "the input clipped", says="in units of e^-50")
def sigmoid(x):
    s = 1 / (1 + math.exp(-max(-20.0, min(20.0, x.data))))
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "the input clipped further out", says="in units of e^-700")
def sigmoid(x):
    s = 1 / (1 + math.exp(-max(-100.0, min(100.0, x.data))))
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "composed", says="it is a chain of nodes")
def sigmoid(x):
    return 1 / (1 + (-x).exp())


@mistake("2.3 sigmoid", "a plain number", says="should return a Value")
def sigmoid(x):
    return 1 / (1 + math.exp(-x.data))


@mistake("2.3 sigmoid", "no parents", says="should be x itself alone")
def sigmoid(x):
    e = math.exp(-abs(x.data))
    return Value(1 / (1 + e) if x.data >= 0 else e / (1 + e))


@mistake("2.3 sigmoid", "another op", says="and should be 'sigmoid'")
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = 1 / (1 + e) if x.data >= 0 else e / (1 + e)
    return Value(s, (x,), (s * (1 - s),), "σ")


@mistake("2.3 sigmoid", "x changed in place", says="x was changed in place")
def sigmoid(x):
    below, x.data = x.data < 0, -abs(x.data)
    e = math.exp(x.data)
    s = e / (1 + e) if below else 1 / (1 + e)
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


# ---- leaky_relu


@mistake("2.3 leaky_relu", "the slope on the wrong side", says="the slope is on the wrong side")
def leaky_relu(x, slope=0.01):
    local_grad = slope if x.data > 0 else 1.0
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 leaky_relu", "relu", says="nothing passes below 0: that is relu")
def leaky_relu(x, slope=0.01):
    return x.relu()


@mistake("2.3 leaky_relu", "the derivative of relu", says="nothing is left below 0")
def leaky_relu(x, slope=0.01):
    y = x.data if x.data > 0 else slope * x.data
    return Value(y, (x,), (float(x.data > 0),), "leaky_relu")


@mistake("2.3 leaky_relu", "the output as derivative below 0", says="slope · x is noted")
def leaky_relu(x, slope=0.01):
    if x.data > 0:
        return Value(x.data, (x,), (1.0,), "leaky_relu")
    return Value(slope * x.data, (x,), (slope * x.data,), "leaky_relu")


@mistake("2.3 leaky_relu", "the larger of the two", says="the larger of x and slope · x is taken")
def leaky_relu(x, slope=0.01):
    y = max(x.data, slope * x.data)
    return Value(y, (x,), (1.0 if x.data > 0 else slope,), "leaky_relu")


@mistake("2.3 leaky_relu", "0 counts as above 0", says="0 counts as above 0")
def leaky_relu(x, slope=0.01):
    local_grad = 1.0 if x.data >= 0 else slope
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 leaky_relu", "0 as in relu", says="0 is given the derivative of relu")
def leaky_relu(x, slope=0.01):
    local_grad = 1.0 if x.data > 0 else slope if x.data < 0 else 0.0
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 leaky_relu", "the sign lost", says="the sign is lost below 0")
def leaky_relu(x, slope=0.01):
    y = x.data if x.data > 0 else slope * abs(x.data)
    return Value(y, (x,), (1.0 if x.data > 0 else slope,), "leaky_relu")


@mistake("2.3 leaky_relu", "the slope put out", says="the slope itself is put out")
def leaky_relu(x, slope=0.01):
    if x.data > 0:
        return Value(x.data, (x,), (1.0,), "leaky_relu")
    return Value(slope, (x,), (slope,), "leaky_relu")


@mistake("2.3 leaky_relu", "a slope of a tenth", says="the slope is 0.1")
def leaky_relu(x, slope=0.1):
    local_grad = 1.0 if x.data > 0 else slope
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 leaky_relu", "the slope ignored", says="and 0.01 used")
def leaky_relu(x, slope=0.01):
    local_grad = 1.0 if x.data > 0 else 0.01
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 leaky_relu", "x and slope · x added", says="x and slope · x are added")
def leaky_relu(x, slope=0.01):
    y = max(0.0, x.data) + slope * x.data
    return Value(y, (x,), ((1 + slope) if x.data > 0 else slope,), "leaky_relu")


@mistake("2.3 leaky_relu", "composed of relu", says="it is a chain of nodes")
def leaky_relu(x, slope=0.01):
    return x.relu() - slope * (-x).relu()


@mistake("2.3 leaky_relu", "x itself above 0", says="should be x itself alone")
def leaky_relu(x, slope=0.01):
    return x if x.data > 0 else Value(slope * x.data, (x,), (slope,), "leaky_relu")


# ---- softplus


@mistake("2.3 softplus", "overflow", says="e^710 is already larger than any float")
def softplus(x):
    return Value(math.log(1 + math.exp(x.data)), (x,), (sigmoid(x).data,), "softplus")


@mistake("2.3 softplus", "from relu and abs", says="have a corner there")
def softplus(x):
    y = max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data)))
    sign = (x.data > 0) - (x.data < 0)
    e = math.exp(-abs(x.data))
    return Value(y, (x,), (float(x.data > 0) - sign * e / (1 + e),), "softplus")


@mistake("2.3 softplus", "composed of relu and a logarithm", says="it is a chain of nodes")
def softplus(x):
    distance = x.relu() + (-x).relu()
    return x.relu() + (1 + (-distance).exp()).log()


@mistake("2.3 softplus", "0 counts as above 0", says="as if there were a corner")
def softplus(x):
    e = math.exp(-abs(x.data))
    y = max(x.data, 0.0) + math.log1p(e)
    local_grad = 1.0 if x.data == 0 else sigmoid(x).data
    return Value(y, (x,), (local_grad,), "softplus")


@mistake("2.3 softplus", "the derivative of relu", says="the derivative is that of relu")
def softplus(x):
    y = max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data)))
    return Value(y, (x,), (float(x.data > 0),), "softplus")


@mistake("2.3 softplus", "the sigmoid of the output", says="the sigmoid is taken of the output")
def softplus(x):
    y = max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data)))
    return Value(y, (x,), (sigmoid(Value(y)).data,), "softplus")


@mistake("2.3 softplus", "the inner derivative left out", says="1 / (1 + e^x) is noted")
def softplus(x):
    y = max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data)))
    return Value(y, (x,), (sigmoid(Value(-x.data)).data,), "softplus")


@mistake(
    "2.3 softplus", "the derivative of sigmoid", says="that of sigmoid, and not sigmoid itself"
)
def softplus(x):
    y = max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data)))
    s = sigmoid(x).data
    return Value(y, (x,), (s * (1 - s),), "softplus")


@mistake("2.3 softplus", "a Value as local gradient", says="should be a plain number")
def softplus(x):
    y = max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data)))
    return Value(y, (x,), (sigmoid(x),), "softplus")


@mistake("2.3 softplus", "1 + e^x rounded", says="rounded to 1 before its logarithm")
def softplus(x):
    y = max(x.data, 0.0) + math.log(1 + math.exp(-abs(x.data)))
    return Value(y, (x,), (sigmoid(x).data,), "softplus")


@mistake("2.3 softplus", "a threshold as in PyTorch", says="above some threshold x itself")
def softplus(x):
    y = x.data if x.data > 20 else math.log1p(math.exp(x.data))
    return Value(y, (x,), (sigmoid(x).data,), "softplus")


@mistake("2.3 softplus", "relu", says="or it is computed as relu")
def softplus(x):
    return x.relu()


@mistake("2.3 softplus", "the 1 left out", says="the 1 in log(1 + e^x) is left out")
def softplus(x):
    return Value(math.log(math.exp(x.data)), (x,), (sigmoid(x).data,), "softplus")


@mistake("2.3 softplus", "|x| above and below", says="x is taken for |x|")
def softplus(x):
    y = abs(x.data) + math.log1p(math.exp(-abs(x.data)))
    return Value(y, (x,), (sigmoid(x).data,), "softplus")


@mistake("2.3 softplus", "base 2", says="the logarithm has base 2")
def softplus(x):
    y = (max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data)))) / math.log(2)
    return Value(y, (x,), (sigmoid(x).data / math.log(2),), "softplus")


# ---- silu


@mistake("2.3 silu", "the sigmoid as a constant", says="the sigmoid counts as a constant")
def silu(x):
    return x * sigmoid(x).data


@mistake("2.3 silu", "x as a constant", says="x counts as a constant")
def silu(x):
    return x.data * sigmoid(x)


@mistake("2.3 silu", "the derivative of the output", says="given silu and not the sigmoid")
def silu(x):
    y = x.data * sigmoid(x).data
    return Value(y, (x,), (y + x.data * y * (1 - y),), "silu")


@mistake("2.3 silu", "half a product rule", says="not multiplied by x")
def silu(x):
    s = sigmoid(x).data
    return Value(x.data * s, (x,), (s + s * (1 - s),), "silu")


@mistake("2.3 silu", "the input in the rule of sigmoid", says="given the input and not the output")
def silu(x):
    s = sigmoid(x).data
    return Value(x.data * s, (x,), (s + x.data * x.data * (1 - x.data),), "silu")


@mistake("2.3 silu", "relu", says="it is computed as relu")
def silu(x):
    return x.relu()


@mistake("2.3 silu", "gelu", says="it is computed as gelu")
def silu(x):
    return gelu(x)


@mistake("2.3 silu", "sigmoid alone", says="the sigmoid is not multiplied by x")
def silu(x):
    return sigmoid(x)


@mistake("2.3 silu", "x and its sigmoid added", says="x and its sigmoid are added")
def silu(x):
    return x + sigmoid(x)


@mistake("2.3 silu", "tanh", says="multiplied by tanh")
def silu(x):
    return x * x.tanh()


@mistake("2.3 silu", "overflow", says="e^710 is already larger than any float")
def silu(x):
    return x / (1 + (-x).exp())


@mistake("2.3 silu", "a plain number", says="should return a Value")
def silu(x):
    return x.data * sigmoid(x).data


# ---- gelu


@mistake("2.3 gelu", "relu", says="it is computed as relu")
def gelu(x):
    return x.relu()


@mistake("2.3 gelu", "silu", says="it is computed as silu")
def gelu(x):
    return silu(x)


@mistake("2.3 gelu", "the quick form", says="the quick form")
def gelu(x):
    return x * sigmoid(1.702 * x)


@mistake("2.3 gelu", "the exact form", says="it is the exact form, with the error function")
def gelu(x):
    phi = 0.5 * (1 + math.erf(x.data / math.sqrt(2)))
    density = math.exp(-x.data * x.data / 2) / math.sqrt(2 * math.pi)
    return Value(x.data * phi, (x,), (phi + x.data * density,), "gelu")


@mistake("2.3 gelu", "the root left out", says="2/π is used without its root")
def gelu(x):
    return 0.5 * x * (1 + (2 / math.pi * (x + 0.044715 * x**3)).tanh())


@mistake("2.3 gelu", "√(2/π) left out", says="√(2/π) is left out")
def gelu(x):
    return 0.5 * x * (1 + (x + 0.044715 * x**3).tanh())


@mistake("2.3 gelu", "a bracket in the wrong place", says="multiplies x alone and not the cube")
def gelu(x):
    return 0.5 * x * (1 + (math.sqrt(2 / math.pi) * x + 0.044715 * x**3).tanh())


@mistake("2.3 gelu", "the cube left out", says="the cube is left out")
def gelu(x):
    return 0.5 * x * (1 + (math.sqrt(2 / math.pi) * x).tanh())


@mistake("2.3 gelu", "a square for the cube", says="x² stands where x³ should")
def gelu(x):
    return 0.5 * x * (1 + (math.sqrt(2 / math.pi) * (x + 0.044715 * x**2)).tanh())


@mistake("2.3 gelu", "a digit of the factor", says="the factor of the cube is 0.44715")
def gelu(x):
    return 0.5 * x * (1 + (math.sqrt(2 / math.pi) * (x + 0.44715 * x**3)).tanh())


@mistake("2.3 gelu", "½ left out", says="the factor ½ is left out")
def gelu(x):
    return x * (1 + (math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)).tanh())


@mistake("2.3 gelu", "1 left out", says="the 1 is left out")
def gelu(x):
    return 0.5 * x * (math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)).tanh()


@mistake("2.3 gelu", "x left out", says="x is left out in front")
def gelu(x):
    return 0.5 * (1 + (math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)).tanh())


@mistake("2.3 gelu", "tanh as a constant", says="the tanh counts as a constant")
def gelu(x):
    t = math.tanh(math.sqrt(2 / math.pi) * (x.data + 0.044715 * x.data**3))
    return 0.5 * x * (1 + t)


@mistake("2.3 gelu", "the inner derivative left out", says="the derivative inside of tanh")
def gelu(x):
    t = math.tanh(math.sqrt(2 / math.pi) * (x.data + 0.044715 * x.data**3))
    local_grad = 0.5 * (1 + t) + 0.5 * x.data * (1 - t * t)
    return Value(0.5 * x.data * (1 + t), (x,), (local_grad,), "gelu")


@mistake("2.3 gelu", "the 3 of the cube missing", says="the 3 of 3x² is missing")
def gelu(x):
    c = math.sqrt(2 / math.pi)
    t = math.tanh(c * (x.data + 0.044715 * x.data**3))
    inner = c * (1 + 0.044715 * x.data**2)
    local_grad = 0.5 * (1 + t) + 0.5 * x.data * (1 - t * t) * inner
    return Value(0.5 * x.data * (1 + t), (x,), (local_grad,), "gelu")


@mistake("2.3 gelu", "tanh from exp", says="e^710 is already larger than any float")
def gelu(x):
    e = (2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)).exp()
    return 0.5 * x * (1 + (e - 1) / (e + 1))


# ---- softmax


@mistake("2.3 softmax", "no shift", says="The scores are not shifted")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    exps = [(value / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "shifted by the smallest", says="not far enough")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    lowest = min(value.data for value in values)
    exps = [((value - lowest) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "shifted by the mean", says="not far enough")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    mean = sum(value.data for value in values) / len(values)
    exps = [((value - mean) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "shifted by the first", says="not far enough")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    exps = [((value - values[0]) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "shifted by the largest size", says="make every power of e vanish")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    largest = max(abs(value.data) for value in values)
    exps = [((value - largest) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "clipped instead of shifted", says="is not right")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    exps = [(v if abs(v.data) < 500 else v * (500 / abs(v.data))) for v in values]
    exps = [(v / temperature).exp() for v in exps]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "divided by the maximum", says="divided by their maximum")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    exps = [(value / temperature).exp() for value in values]
    largest = max(e.data for e in exps)
    return [e / largest for e in exps]


@mistake("2.3 softmax", "shifted and not divided", says="a shift by the largest score does that")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    return [((value - highest) / temperature).exp() for value in values]


@mistake("2.3 softmax", "divided by the mean", says="divided by their mean")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    mean = sum(exps) / len(exps)
    return [e / mean for e in exps]


@mistake("2.3 softmax", "scores divided by their sum", says="without e")
def softmax(values, temperature=1.0):
    total = sum(values)
    return [value / total for value in values]


@mistake("2.3 softmax", "a sigmoid each", says="through a sigmoid on its own")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    return [sigmoid(value / temperature) for value in values]


@mistake("2.3 softmax", "temperature multiplied", says="multiplied by the temperature")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) * temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake(
    "2.3 softmax", "temperature on the probabilities", says="probabilities are divided by the temp"
)
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [(value - highest).exp() for value in values]
    total = sum(exps)
    return [e / total / temperature for e in exps]


@mistake("2.3 softmax", "temperature on the powers", says="dividing the powers by it cancels out")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [(value - highest).exp() / temperature for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "temperature as a power", says="and no longer sum to 1")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [(value - highest).exp() for value in values]
    total = sum(exps)
    return [(e / total) ** (1 / temperature) for e in exps]


@mistake("2.3 softmax", "temperature 0 let through", says="softmax at temperature")
def softmax(values, temperature=1.0):
    if temperature < 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / (temperature or 1e-9)).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "a negative temperature let through", says="should raise ValueError")
def softmax(values, temperature=1.0):
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "the temperature not named", says="does not name")
def softmax(values, temperature=1.0):
    if temperature <= 0:
        raise ValueError("the temperature has to be positive")
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "the sum as a number", says="the sum below is a plain number")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    total = sum(e.data for e in exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "only the diagonal", says="only the diagonal")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [math.exp((value.data - highest) / temperature) for value in values]
    probs = [e / sum(exps) for e in exps]
    return [Value(p, (v,), (p * (1 - p) / temperature,)) for p, v in zip(probs, values)]


@mistake(
    "2.3 softmax", "the temperature left out of the gradient", says="left out of the gradients"
)
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [math.exp((value.data - highest) / temperature) for value in values]
    probs = [e / sum(exps) for e in exps]
    return [
        Value(p, tuple(values), tuple(p * ((i == j) - q) for j, q in enumerate(probs)))
        for i, p in enumerate(probs)
    ]


@mistake("2.3 softmax", "new Values", says="without a way back to the scores")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [math.exp((value.data - highest) / temperature) for value in values]
    return [Value(e / sum(exps)) for e in exps]


@mistake("2.3 softmax", "plain numbers", says="entry [0] of what softmax returns")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [math.exp((value.data - highest) / temperature) for value in values]
    return [e / sum(exps) for e in exps]


@mistake("2.3 softmax", "the caller's scores shifted in place", says="scores were 1, 3, 2")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    for value in values:
        value.data -= highest
    exps = [(value / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "sorted", says="come back sorted")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((v - highest) / temperature).exp() for v in sorted(values, key=lambda v: v.data)]
    total = sum(exps)
    return [e / total for e in exps]


# ---- collapse_linear


@mistake("2.3 collapse_linear", "the first bias dropped", says="the first bias is dropped")
def collapse_linear(w1, b1, w2, b2):
    if any(len(row) != len(w2) for row in [*w1, b1]):
        raise ValueError(f"the first layer has {len(b1)} outputs, the second {len(w2)} inputs")
    return [[sum(x * w for x, w in zip(row, c)) for c in zip(*w2)] for row in w1], list(b2)


@mistake("2.3 collapse_linear", "the second bias dropped", says="the second bias is dropped")
def collapse_linear(w1, b1, w2, b2):
    if any(len(row) != len(w2) for row in [*w1, b1]):
        raise ValueError(f"the first layer has {len(b1)} outputs, the second {len(w2)} inputs")
    rows = [[sum(x * w for x, w in zip(row, c)) for c in zip(*w2)] for row in [*w1, b1]]
    return rows[:-1], rows[-1]


@mistake("2.3 collapse_linear", "biases added as they are", says="without the second weights")
def collapse_linear(w1, b1, w2, b2):
    if any(len(row) != len(w2) for row in [*w1, b1]):
        raise ValueError(f"the first layer has {len(b1)} outputs, the second {len(w2)} inputs")
    w = [[sum(x * w for x, w in zip(row, c)) for c in zip(*w2)] for row in w1]
    return w, [x + y for x, y in zip(b1, b2)]


@mistake("2.3 collapse_linear", "transposed", says="they come out transposed")
def collapse_linear(w1, b1, w2, b2):
    if any(len(row) != len(w2) for row in [*w1, b1]):
        raise ValueError(f"the first layer has {len(b1)} outputs, the second {len(w2)} inputs")
    w = [[sum(x * w for x, w in zip(row, c)) for row in w1] for c in zip(*w2)]
    return w, [sum(x * w for x, w in zip(b1, c)) + y for c, y in zip(zip(*w2), b2)]


@mistake("2.3 collapse_linear", "in the wrong order", says="multiplied in the wrong order")
def collapse_linear(w1, b1, w2, b2):
    if any(len(row) != len(w2) for row in [*w1, b1]):
        raise ValueError(f"the first layer has {len(b1)} outputs, the second {len(w2)} inputs")
    w = [[sum(x * w for x, w in zip(row, c)) for c in zip(*w1)] for row in w2]
    return w, [sum(x * w for x, w in zip(b1, c)) + y for c, y in zip(zip(*w2), b2)]


@mistake("2.3 collapse_linear", "entry by entry", says="entry by entry")
def collapse_linear(w1, b1, w2, b2):
    if any(len(row) != len(w2) for row in [*w1, b1]):
        raise ValueError(f"the first layer has {len(b1)} outputs, the second {len(w2)} inputs")
    w = [[x * y for x, y in zip(a, b)] for a, b in zip(w1, w2)]
    return w, [sum(x * w for x, w in zip(b1, c)) + y for c, y in zip(zip(*w2), b2)]


@mistake("2.3 collapse_linear", "lengths unchecked", says="zip drops what is left over")
def collapse_linear(w1, b1, w2, b2):
    w = [[sum(x * w for x, w in zip(row, c)) for c in zip(*w2)] for row in w1]
    return w, [sum(x * w for x, w in zip(b1, c)) + y for c, y in zip(zip(*w2), b2)]


@mistake("2.3 collapse_linear", "the bias unchecked", says="3 biases beside 2 outputs")
def collapse_linear(w1, b1, w2, b2):
    if any(len(row) != len(w2) for row in w1):
        raise ValueError(f"the first layer has {len(w1[0])} outputs, the second {len(w2)} inputs")
    w = [[sum(x * w for x, w in zip(row, c)) for c in zip(*w2)] for row in w1]
    return w, [sum(x * w for x, w in zip(b1, c)) + y for c, y in zip(zip(*w2), b2)]


@mistake("2.3 collapse_linear", "the first row checked alone", says="where the first has 2")
def collapse_linear(w1, b1, w2, b2):
    for row in [w1[0], b1]:
        if len(row) != len(w2):
            raise ValueError(f"the first layer has {len(row)} outputs, the second {len(w2)} inputs")
    w = [[sum(x * w for x, w in zip(row, c)) for c in zip(*w2)] for row in w1]
    return w, [sum(x * w for x, w in zip(b1, c)) + y for c, y in zip(zip(*w2), b2)]


@mistake("2.3 gelu", "the cube as a constant", says="the cube is forgotten inside of tanh")
def gelu(x):
    return 0.5 * x * (1 + (math.sqrt(2 / math.pi) * (x + 0.044715 * x.data**3)).tanh())


@mistake("2.3 softmax", "shifted by the last", says="not far enough")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    exps = [((value - values[-1]) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "a generator", says="what softmax returns is <generator")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    return (e / sum(exps) for e in exps)


@mistake("2.3 leaky_relu", "a product with the slope", says="it is a chain of nodes")
def leaky_relu(x, slope=0.01):
    return x * (1.0 if x.data > 0 else slope)


@mistake("2.3 collapse_linear", "the caller's bias changed", says="make new lists")
def collapse_linear(w1, b1, w2, b2):
    for row in [*w1, b1]:
        if len(row) != len(w2):
            raise ValueError(f"the first layer has {len(row)} outputs, the second {len(w2)} inputs")
    for k in range(len(b2)):
        b2[k] += sum(b1[h] * w2[h][k] for h in range(len(w2)))
    return [[sum(x * w for x, w in zip(row, c)) for c in zip(*w2)] for row in w1], b2


@mistake("2.3 collapse_linear", "one list for all rows", says="is not right")
def collapse_linear(w1, b1, w2, b2):
    for row in [*w1, b1]:
        if len(row) != len(w2):
            raise ValueError(f"the first layer has {len(row)} outputs, the second {len(w2)} inputs")
    w, b = [[0] * len(b2)] * len(w1), list(b2)
    for k in range(len(b2)):
        for d in range(len(w1)):
            w[d][k] += sum(w1[d][h] * w2[h][k] for h in range(len(w2)))
        b[k] += sum(b1[h] * w2[h][k] for h in range(len(w2)))
    return w, b


# ---- saturated_fraction


@mistake("2.3 saturated_fraction", "only near 1", says="not those near -1")
def saturated_fraction(outputs, limit=0.97):
    return sum(Value.wrap(a).data > limit for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "the limit counts", says="the limit itself counts")
def saturated_fraction(outputs, limit=0.97):
    return sum(abs(Value.wrap(a).data) >= limit for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "a count", says="not divided by how many")
def saturated_fraction(outputs, limit=0.97):
    return sum(abs(Value.wrap(a).data) > limit for a in outputs)


@mistake("2.3 saturated_fraction", "tanh once more", says="they are outputs already")
def saturated_fraction(outputs, limit=0.97):
    return sum(abs(Value.wrap(a).tanh().data) > limit for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "the limit ignored", says="the limit given is ignored")
def saturated_fraction(outputs, limit=0.97):
    return sum(abs(Value.wrap(a).data) > 0.97 for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "the others", says="the share that is not saturated")
def saturated_fraction(outputs, limit=0.97):
    return sum(abs(Value.wrap(a).data) < limit for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "a percentage", says="a percentage is returned")
def saturated_fraction(outputs, limit=0.97):
    return 100 * sum(abs(Value.wrap(a).data) > limit for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "numbers only", says="Value")
def saturated_fraction(outputs, limit=0.97):
    return sum(abs(a) > limit for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "Values only", says="has no attribute 'data'")
def saturated_fraction(outputs, limit=0.97):
    return sum(abs(a.data) > limit for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "the mean size", says="is not right")
def saturated_fraction(outputs, limit=0.97):
    return float(sum(abs(Value.wrap(a).data) for a in outputs) / len(outputs) > limit)


# ---- dead_fraction


@mistake("2.3 dead_fraction", "per example", says="per example instead of per unit")
def dead_fraction(outputs_per_example):
    dead = [all(Value.wrap(a).data == 0 for a in row) for row in outputs_per_example]
    return sum(dead) / len(dead)


@mistake("2.3 dead_fraction", "all zeros", says="all zeros are counted, whatever their unit")
def dead_fraction(outputs_per_example):
    outputs = [Value.wrap(a).data for row in outputs_per_example for a in row]
    return outputs.count(0.0) / len(outputs)


@mistake("2.3 dead_fraction", "one zero is enough", says="one zero is enough")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example))
    return sum(any(Value.wrap(a).data == 0 for a in unit) for unit in units) / len(units)


@mistake("2.3 dead_fraction", "divided by the examples", says="divided by the examples")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example))
    dead = sum(all(Value.wrap(a).data == 0 for a in unit) for unit in units)
    return dead / len(outputs_per_example)


@mistake("2.3 dead_fraction", "the living", says="the share of living units")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example))
    return sum(any(Value.wrap(a).data != 0 for a in unit) for unit in units) / len(units)


@mistake("2.3 dead_fraction", "the last example", says="only one of the examples")
def dead_fraction(outputs_per_example):
    last = outputs_per_example[-1]
    return sum(Value.wrap(a).data == 0 for a in last) / len(last)


@mistake("2.3 dead_fraction", "almost 0 counts", says="a very small output counts as 0")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example))
    return sum(all(abs(Value.wrap(a).data) < 1e-6 for a in u) for u in units) / len(units)


@mistake("2.3 dead_fraction", "a count", says="not divided by how many")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example))
    return sum(all(Value.wrap(a).data == 0 for a in unit) for unit in units)


@mistake("2.3 dead_fraction", "Values compared with 0", says="relu(x), relu(-|x|)")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example))
    return sum(all(a == 0 for a in unit) for unit in units) / len(units)


# ---- limits that nobody asked for, and other forms


@mistake("2.3 sigmoid", "0 far below", says="or 0 is put in where x is far below")
def sigmoid(x):
    s = 0.0 if x.data < -20 else 1 / (1 + math.exp(-x.data))
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 leaky_relu", "0 counts as not given", says="0 is taken for 'not given'")
def leaky_relu(x, slope=None):
    slope = slope or 0.01
    local_grad = 1.0 if x.data > 0 else slope
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 silu", "hard swish", says="made of straight lines")
def silu(x):
    return x * ((x + 3).relu() - (x - 3).relu()) / 6


@mistake("2.3 silu", "the sigmoid of 2x", says="the sigmoid is taken of 2x")
def silu(x):
    return x * sigmoid(2 * x)


@mistake("2.3 gelu", "the bracket around the cube", says="the factor is cubed along with x")
def gelu(x):
    return 0.5 * x * (1 + (math.sqrt(2 / math.pi) * (x + (0.044715 * x) ** 3)).tanh())


@mistake("2.3 softmax", "a little in the denominator", says="1e-12 is added to the sum below")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    total = sum(exps) + 1e-12
    return [e / total for e in exps]


@mistake("2.3 softmax", "the temperature held above 0.01", says="the temperature is held at 0.01")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / max(temperature, 0.01)).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 softmax", "small probabilities dropped", says="what is small is rounded to 0")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total if e.data > 1e-15 else 0 * e for e in exps]


@mistake("2.3 softmax", "an assert for an error", says="python -O leaves it out")
def softmax(values, temperature=1.0):
    assert temperature > 0
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake(
    "2.3 saturated_fraction", "another limit by default", says="the limit is 0.99 unless given"
)
def saturated_fraction(outputs, limit=0.99):
    return sum(abs(Value.wrap(a).data) > limit for a in outputs) / len(outputs)


@mistake("2.3 saturated_fraction", "rounded down", says="the division rounds down")
def saturated_fraction(outputs, limit=0.97):
    return sum(abs(Value.wrap(a).data) > limit for a in outputs) // len(outputs)


@mistake("2.3 dead_fraction", "without the last example", says="the last example is left out")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example[:-1]))
    return sum(all(Value.wrap(a).data == 0 for a in unit) for unit in units) / len(units)


@mistake("2.3 dead_fraction", "equal units are one", says="counted once, as in a set")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example))
    dead = {unit for unit in units if all(Value.wrap(a).data == 0 for a in unit)}
    return len(dead) / len(units)


@mistake("2.3 softmax", "a temperature of nan", says="softmax at temperature nan")
def softmax(values, temperature=1.0):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, not {temperature}")
    top = max(v.data for v in values)
    es = [((v - top) / temperature).exp() for v in values]
    total = sum(es)
    return [e / total for e in es]


@mistake("2.3 saturated_fraction", "whatever has data is a Value", says="whatever kind of number")
def saturated_fraction(outputs, limit=0.97):
    return sum(1 for o in outputs if abs(o.data if hasattr(o, "data") else o) > limit) / len(
        outputs
    )


@mistake("2.3 sigmoid", "held at ±500", says="x is held at -500")
def sigmoid(x):
    z = max(-500.0, min(500.0, x.data))
    s = 1 / (1 + math.exp(-z))
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake("2.3 sigmoid", "s·(1 - x)", says="the output once and the input once")
def sigmoid(x):
    if x.data >= 0:
        s = 1 / (1 + math.exp(-x.data))
    else:
        e = math.exp(x.data)
        s = e / (1 + e)
    return Value(s, (x,), (s * (1 - x.data),), "sigmoid")


@mistake("2.3 softplus", "a slope that was made up", says="this is not its derivative")
def softplus(x):
    return Value(
        max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data))),
        (x,),
        (1 - math.exp(-max(x.data, 0.0)) / 2 if x.data > 0 else math.exp(x.data) / 2,),
        "softplus",
    )


@mistake(
    "2.3 softmax", "the caller's list is written over", says="changed a list that it was given"
)
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, not {temperature}")
    top = max(v.data for v in values)
    es = [((v - top) / temperature).exp() for v in values]
    total = sum(es)
    values[:] = [e / total for e in es]
    return values


@mistake(
    "2.3 collapse_linear", "a row of biases", says="one list too deep", prelude="import numpy as np"
)
def collapse_linear(w1, b1, w2, b2):
    w1, b1, w2, b2 = map(np.array, (w1, b1, w2, b2))
    return (w1 @ w2).tolist(), (b1 * w2.T).sum(axis=1).tolist() if False else (
        (w1 @ w2).tolist(),
        (b1.reshape(1, -1) @ w2 + b2).tolist(),
    )[1]


@mistake("2.3 leaky_relu", "the slope of Keras' operation", says="as in tf.nn and keras.ops")
def leaky_relu(x, slope=0.2):
    local_grad = 1.0 if x.data > 0 else slope
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 leaky_relu", "the slope of Keras' layer", says="as in Keras' layer")
def leaky_relu(x, slope=0.3):
    local_grad = 1.0 if x.data > 0 else slope
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 leaky_relu", "0 is above 0, as in JAX", says="as in JAX, MLX and tinygrad")
def leaky_relu(x, slope=0.01):
    local_grad = 1.0 if x.data >= 0 else slope
    return Value(local_grad * x.data, (x,), (local_grad,), "leaky_relu")


@mistake("2.3 leaky_relu", "nan is 0", says="nan is hidden")
def leaky_relu(x, slope=0.01):
    y = x.data if x.data > 0 else slope * x.data if x.data <= 0 else 0.0
    return Value(y, (x,), (1.0 if x.data > 0 else slope,), "leaky_relu")


@mistake("2.3 gelu", "the exact form, in one node", says="as PyTorch, Keras and MLX have it")
def gelu(x):
    cdf = 0.5 * (1 + math.erf(x.data / math.sqrt(2)))
    pdf = math.exp(-x.data * x.data / 2) / math.sqrt(2 * math.pi)
    return Value(x.data * cdf, (x,), (cdf + x.data * pdf,), "gelu")


@mistake("2.3 softplus", "x itself above 20", says="as PyTorch does above 20")
def softplus(x):
    y = x.data if x.data > 20 else math.log1p(math.exp(x.data))
    return Value(y, (x,), (sigmoid(x).data,), "softplus")


@mistake("2.3 silu", "the slope of the function next to it", says="this is not its derivative")
def silu(x):
    s = sigmoid(x).data
    return Value(x.data * s, (x,), (s * (1 + x.data),), "silu")


@mistake("2.3 softmax", "a tuple", says="what softmax returns is (")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    total = sum(exps)
    return tuple(e / total for e in exps)


@mistake("2.3 softmax", "the scores are shifted in place", says="changed a list that it was given")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    for value in values:
        value.data -= highest
    exps = [(value / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 saturated_fraction", "a Value", says="and should be a plain number")
def saturated_fraction(outputs, limit=0.97):
    return Value(sum(abs(Value.wrap(a).data) > limit for a in outputs)) / len(outputs)


@mistake("2.3 dead_fraction", "by example, and divided by the units", says="divided by the units")
def dead_fraction(outputs_per_example):
    numbers = [[Value.wrap(a).data for a in row] for row in outputs_per_example]
    return sum(not any(row) for row in numbers) / len(numbers[0])


@mistake("2.3 dead_fraction", "units in a set", says="as in a set or a dict")
def dead_fraction(outputs_per_example):
    units = list(zip(*[[Value.wrap(a).data for a in row] for row in outputs_per_example]))
    return len({unit for unit in units if not any(unit)}) / len(units)


@mistake("2.3 silu", "another factor", says="taken of 1.5·x")
def silu(x):
    return x * sigmoid(1.5 * x)


@mistake("2.3 gelu", "a rounded factor", says="0.044715 is rounded to 0.0447")
def gelu(x):
    return 0.5 * x * (1 + (math.sqrt(2 / math.pi) * (x + 0.0447 * x**3)).tanh())


@mistake("2.3 gelu", "a rounded root", says="is rounded to 0.7979")
def gelu(x):
    return 0.5 * x * (1 + (0.7979 * (x + 0.044715 * x**3)).tanh())


@mistake("2.3 leaky_relu", "the ELU", says="it is the ELU")
def leaky_relu(x, slope=0.01):
    if x.data > 0:
        return Value(x.data, (x,), (1.0,), "leaky_relu")
    e = math.exp(x.data)
    return Value(slope * (e - 1), (x,), (slope * e,), "leaky_relu")


@mistake("2.3 softmax", "the temperature squared", says="the temperature is squared")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature**2).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]


@mistake("2.3 dead_fraction", "a Value compared with 0", says="it equals nothing but itself")
def dead_fraction(outputs_per_example):
    units = list(zip(*outputs_per_example))
    return sum(all(a == 0 for a in unit) for unit in units) / len(units)


@mistake("2.3 silu", "the sigmoid squared", says="multiplied by itself")
def silu(x):
    return sigmoid(x) * sigmoid(x)


@mistake(
    "2.3 sigmoid",
    "x is held at 60",
    says="x is held at -60",
)
def sigmoid(x):
    s = 1 / (1 + math.exp(-max(-60, min(60, x.data))))
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake(
    "2.3 sigmoid",
    "the output is kept away from 0 and 1",
    says="away from 0 and 1",
)
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = 1 / (1 + e) if x.data >= 0 else e / (1 + e)
    s = min(max(s, 1e-7), 1 - 1e-7)
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake(
    "2.3 sigmoid",
    "1e-12 is added to the slope",
    says="is added to it, or it is kept above that",
)
def sigmoid(x):
    e = math.exp(-abs(x.data))
    s = 1 / (1 + e) if x.data >= 0 else e / (1 + e)
    return Value(s, (x,), (s * (1 - s) + 1e-12,), "sigmoid")


@mistake(
    "2.3 sigmoid",
    "NaN is a half",
    says="nan is hidden",
)
def sigmoid(x):
    e = math.exp(-max(x.data, -x.data)) if x.data == x.data else 1.0
    s = 1 / (1 + e) if x.data >= 0 else e / (1 + e)
    return Value(s, (x,), (s * (1 - s),), "sigmoid")


@mistake(
    "2.3 saturated_fraction",
    "NaN counts as saturated",
    says="NaN counts as saturated",
)
def saturated_fraction(outputs, limit=0.97):
    v = [o.data if isinstance(o, Value) else o for o in outputs]
    return sum(1 for x in v if not -limit <= x <= limit) / len(v)


@mistake(
    "2.3 saturated_fraction",
    "NaN is left out",
    says="NaN is left out",
)
def saturated_fraction(outputs, limit=0.97):
    v = [o.data if isinstance(o, Value) else o for o in outputs]
    v = [x for x in v if x == x]
    return sum(abs(x) > limit for x in v) / len(v) if v else 0.0


@mistake(
    "2.3 dead_fraction",
    "whatever has data is a Value",
    says="isinstance tells",
)
def dead_fraction(outputs_per_example):
    cs = list(zip(*outputs_per_example))
    return sum(all(getattr(o, "data", o) == 0 for o in c) for c in cs) / len(cs)


@mistake(
    "2.3 dead_fraction",
    "hasattr takes a number of numpy for a Value",
    says="isinstance tells",
)
def dead_fraction(outputs_per_example):
    cs = list(zip(*outputs_per_example))
    return sum(all((o.data if hasattr(o, "data") else o) == 0 for o in c) for c in cs) / len(cs)


@mistake("2.3 silu", "0 far below", says="it is held at 0 far below")
def silu(x):
    return x * sigmoid(x) if x.data > -20 else x * 0


@mistake("2.3 softmax", "a nan is left out", says="the score that is NaN is left out")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"the temperature is {temperature}, and should be above 0")
    values = [v for v in values if v.data == v.data]
    top = max(v.data for v in values)
    powers = [((v - top) / temperature).exp() for v in values]
    total = sum(powers)
    return [power / total for power in powers]


# ---- what is lost far out, and rows that are one


@mistake("2.3 softplus", "e^x far below", says="below some threshold e^x itself is returned")
def softplus(x):
    e = math.exp(-abs(x.data))
    y = math.exp(x.data) if x.data < -15 else max(x.data, 0.0) + math.log1p(e)
    return Value(y, (x,), (sigmoid(x).data,), "softplus")


@mistake("2.3 collapse_linear", "one row for all", says="all rows are one and the same")
def collapse_linear(w1, b1, w2, b2):
    for row in (*w1, b1):
        if len(row) != len(w2):
            raise ValueError(f"{len(row)} outputs before {len(w2)} inputs")
    columns = list(zip(*w2))
    new = [0.0] * len(columns)
    w = []
    for row in w1:
        for k, column in enumerate(columns):
            new[k] = sum(x * y for x, y in zip(row, column))
        w.append(new)
    return w, [sum(x * y for x, y in zip(b1, c)) + b for c, b in zip(columns, b2)]


@mistake("2.3 collapse_linear", "the second bias too", says="no matter of the first layer")
def collapse_linear(w1, b1, w2, b2):
    for row in (*w1, b1, b2):
        if len(row) != len(w2):
            raise ValueError(f"{len(row)} entries for {len(w2)} hidden units")
    columns = list(zip(*w2))
    w = [[sum(x * y for x, y in zip(row, c)) for c in columns] for row in w1]
    return w, [sum(x * y for x, y in zip(b1, c)) + b for c, b in zip(columns, b2)]


@mistake("2.3 softplus", "a slope by the output", says="it is 1 minus something near 1")
def softplus(x):
    y = max(x.data, 0.0) + math.log1p(math.exp(-abs(x.data)))
    return Value(y, (x,), (1 - math.exp(-y),), "softplus")


@mistake("2.3 softmax", "whole temperatures", says="is made a whole number")
def softmax(values, temperature=1.0):
    if not temperature > 0:
        raise ValueError(f"a temperature is above 0, not {temperature}")
    temperature = int(temperature) or temperature
    highest = max(value.data for value in values)
    exps = [((value - highest) / temperature).exp() for value in values]
    total = sum(exps)
    return [e / total for e in exps]
