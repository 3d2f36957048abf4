"""The frame of a milestone: the tree is chosen and named, and whatever ends the run is said."""

import argparse

from dojo import screen, tree
from dojo.experiment import blocked, check_own


def run(name, attempt, own_text=False, **numbers):
    """Choose the tree as the command line says, and see whether the milestone is reached on it.

    name     what it is the milestone of: "phase 3" or "5.1"
    attempt  a function of the options, .mine, .data and the numbers; 0 if all that is wanted was
             reached
    own_text whether .data, a text of the learner's own, can stand in for the names
    numbers  further options of the command line, whole numbers: {name: (default, help)}
    ->       what attempt returns; 1 if a kata is missing, or after Ctrl-C
    """
    parser = argparse.ArgumentParser(description=f"The milestone of {name}.")
    parser.add_argument("--mine", action="store_true", help="on your code, not the reference")
    parser.add_argument("--data", help="a text of your own, in place of the names")
    for option, (default, what) in numbers.items():
        parser.add_argument(f"--{option}", type=int, default=default, help=what)
    options = parser.parse_args()
    if options.data is not None:
        others = "those of phase 4 and of 5.1 have"
        check_own(options.data, own_text, f"the milestone of {name}", others)
    screen.prepare()
    options.mine = tree.choose(options.mine)
    print(f"milestone of {name}, on {'your katas' if options.mine else 'the reference'}\n")
    try:
        return attempt(options)
    except NotImplementedError as missing:  # what a stub raises
        print(blocked(missing))
    except KeyboardInterrupt:
        print("\nstopped")
    return 1
