"""3.1 · Parameters: whom a step moves; given."""


def listed(parameters):
    """Parameters in a list, whatever yields them, each of them once.

    TypeError if it is one parameter, whose rows would be taken for parameters and thrown away, or
    if one has no grad, as the pairs of named_parameters and the keys of a dict.
    ValueError if there are none, as in a generator that was used up, or one stands there twice.
    """
    if hasattr(parameters, "grad"):
        raise TypeError(f"parameters come in a list, and not as one {type(parameters).__name__}")
    parameters = list(parameters)
    if not parameters:
        raise ValueError("no parameters: perhaps a generator that was used up")
    for parameter in parameters:
        if not hasattr(parameter, "grad"):
            raise TypeError(f"a parameter has data and grad, and not {type(parameter).__name__}")
    if len({id(parameter) for parameter in parameters}) < len(parameters):
        raise ValueError(f"of {len(parameters)} parameters one stands there twice")
    return parameters
