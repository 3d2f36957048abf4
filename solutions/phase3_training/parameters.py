"""3.1 · Parameters: whom a step moves; given."""


def listed(parameters):
    """Parameters in a list, whatever yields them, each of them once.

    TypeError if it is one parameter, whose rows would be taken for parameters and thrown away.
    ValueError if there are none, as in a generator that was used up, or one stands there twice.
    """
    if hasattr(parameters, "grad"):
        raise TypeError(f"parameters come in a list, and not as one {type(parameters).__name__}")
    parameters = list(parameters)
    if not parameters:
        raise ValueError("no parameters: perhaps a generator that was used up")
    if len({id(parameter) for parameter in parameters}) < len(parameters):
        raise ValueError(f"of {len(parameters)} parameters one stands there twice")
    return parameters
