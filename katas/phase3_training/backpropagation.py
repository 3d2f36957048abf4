"""3.2 · Backpropagation: train a network on Values, then derive the same gradients on arrays."""

import numpy as np

from .classes import class_numbers
from .gradient_descent import gradient_descent_step

# ---- on Values


def train_step(model, inputs, targets, loss, lr):  # kata 3.2
    """Take one step of gradient descent on all examples together.

    model    a Module of 2.2: called with the inputs of one example, it returns a list of Values
    inputs   N lists of numbers
    targets  N targets, each as loss takes it
    loss     a function of (the model's outputs, the target) of one example that returns a
             Value, such as cross_entropy or mean_squared_error
    lr       the learning rate
    ->       a number: the mean loss of the examples, before the step

    Gradients that were left in the parameters do not count.

    ValueError, naming both lengths, if there are not as many targets as inputs.
    """
    raise NotImplementedError("3.2 train_step")


def train(model, inputs, targets, loss, lr, steps):  # kata 3.2
    """Take train_step again and again.

    steps  how many times
    ->     a list of steps numbers: the loss before each step
    """
    raise NotImplementedError("3.2 train")


# ---- on arrays: for every forward function, what it does to a gradient on the way back


def linear_forward(X, W, b):  # kata 3.2
    """Y = X W + b for all examples at once.

    X   (N, D)  inputs
    W   (D, H)  weights
    b   (H,)    biases
    ->  (N, H)
    """
    raise NotImplementedError("3.2 linear_forward")


def linear_backward(dY, X, W):  # kata 3.2
    """The gradients of linear_forward.

    dY  (N, H)  the gradient of the loss with respect to Y
    X   (N, D)  the inputs of the forward pass
    W   (D, H)  the weights of the forward pass
    ->  dX (N, D), dW (D, H), db (H,)

    Nothing is divided by N: if the loss is a mean, dY says so already.
    """
    raise NotImplementedError("3.2 linear_backward")


def relu_backward(dA, Z):  # kata 3.2
    """The gradient with respect to Z of A = maximum(0, Z).

    dA  any shape       the gradient with respect to A
    Z   the same shape  what went into the ReLU; at 0 the derivative is 0
    ->  the same shape; dA is left unchanged
    """
    raise NotImplementedError("3.2 relu_backward")


def tanh_backward(dA, A):  # kata 3.2
    """The gradient with respect to Z of A = tanh(Z).

    dA  any shape       the gradient with respect to A
    A   the same shape  what came out of the tanh
    ->  the same shape; dA is left unchanged
    """
    raise NotImplementedError("3.2 tanh_backward")


def softmax_cross_entropy(logits, targets):  # kata 3.2
    """The mean cross-entropy of N examples, and its gradient, in one go.

    logits   (N, K)  scores of any size; left unchanged
    targets  (N,)    integers: the right classes
    ->       loss, a number, and dlogits (N, K): (softmax - one-hot) / N; with NaN among the
             logits the loss is NaN

    IndexError, naming it and the range, if a target is not from 0 to K - 1; TypeError, naming what
    they are, if targets are not integers (booleans would choose like a mask); ValueError, naming
    both shapes, if they are not one for each row.
    """
    raise NotImplementedError("3.2 softmax_cross_entropy")


def unbroadcast(grad, shape):  # kata 3.2
    """Sum a gradient over the axes along which numpy had repeated an operand.

    grad   the gradient with respect to the result
    shape  the shape that the operand had, before it was broadcast to that of grad
    ->     an array of that shape; grad itself will do where nothing was repeated
    """
    raise NotImplementedError("3.2 unbroadcast")


def embedding_backward(dout, ids, n_rows):  # kata 3.2
    """The gradient with respect to a table of which the rows `ids` were looked up.

    dout    (..., C)  the gradient with respect to table[ids]
    ids     (...)     integers from 0 to n_rows - 1; one that stands several times collects
                      the gradients of all its places
    n_rows            how many rows the table has
    ->      (n_rows, C), of the dtype of dout
    """
    raise NotImplementedError("3.2 embedding_backward")


# ---- two layers


def two_layer_forward(X, W1, b1, W2, b2):  # kata 3.2
    """A tanh layer and a linear one: logits = tanh(X W1 + b1) W2 + b2.

    X       (N, D)          inputs
    W1, b1  (D, H), (H,)    the first layer
    W2, b2  (H, K), (K,)    the second
    ->      logits (N, K), and whatever two_layer_backward needs
    """
    raise NotImplementedError("3.2 two_layer_forward")


def two_layer_backward(dlogits, cache):  # kata 3.2
    """The gradients of two_layer_forward.

    dlogits  (N, K)  the gradient of the loss with respect to the logits
    cache            what two_layer_forward returned beside them; left unchanged, so that a
                     second call gives the same again
    ->       dW1 (D, H), db1 (H,), dW2 (H, K), db2 (K,)
    """
    raise NotImplementedError("3.2 two_layer_backward")


def gradient_norm_by_depth(depth, scale, rng):  # kata 3.2
    """Watch a gradient on its way back through a deep network of tanh layers without biases.

    depth  the number of layers, each 32 wide: A becomes tanh(A W)
    scale  how large the initial weights are: each is normal with deviation scale / √32
    rng    a numpy Generator or a seed; it draws, in this order, the inputs (16, 32), standard
           normal, and then the weights (32, 32), layer by layer
    ->     a list of depth numbers, first layer first: the Euclidean norm (the root of the sum
           of all squares) of the gradient with respect to the input of each layer, if that
           with respect to the output of the last layer, after its tanh, is 1 everywhere
    """
    raise NotImplementedError("3.2 gradient_norm_by_depth")
