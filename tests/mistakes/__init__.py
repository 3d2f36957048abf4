"""The catalogue of wrong solutions: each has to be rejected by its section's specs, by name.

@mistake("1.1 numerical_derivative", "the step is taken to one side", says="forwards only")
def numerical_derivative(f, x, h=1e-5):
    return (f(x + h) - f(x)) / h
"""

from tests.support.catalogue import Entry, load

MISTAKES = []


def mistake(kata_id, name, says, prelude=""):
    """Enter the function below as a wrong solution.

    kata_id  the kata that it replaces in the reference
    name     the mistake, in words
    says     a text, or several, that one failing spec has to hold in its message
    prelude  lines for the top of the module: imports that the function needs
    """
    says = (says,) if isinstance(says, str) else tuple(says)

    def enter(function):
        MISTAKES.append(Entry.of(function, kata_id, name, prelude, says))
        return function

    return enter


def all_mistakes():
    """Every entry of every section, in course order."""
    load("mistakes")
    return sorted(MISTAKES, key=lambda entry: entry.place)
