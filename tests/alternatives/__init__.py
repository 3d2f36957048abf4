"""The catalogue of other right solutions: each has to pass the specs as the reference does.

@alternative("1.2 topological_order", "Kahn's algorithm")
def topological_order(root):
    ...
"""

from tests.support.catalogue import Entry, load

ALTERNATIVES = []


def alternative(kata_id, name, prelude=""):
    """Enter the function below as a right solution of another design.

    kata_id  the kata that it replaces in the reference
    name     the design, in words
    prelude  lines for the top of the module: imports that the function needs
    """

    def enter(function):
        ALTERNATIVES.append(Entry.of(function, kata_id, name, prelude))
        return function

    return enter


def all_alternatives():
    """Every entry of every section, in course order."""
    load("alternatives")
    return sorted(ALTERNATIVES, key=lambda entry: entry.place)
