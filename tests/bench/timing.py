"""Time contenders against each other: in turn, round after round, in one process."""

import gc
import math
from statistics import median
from time import process_time


class Disagree(Exception):
    """Contenders came to different results, so that their times mean nothing."""


def agree(ours, theirs, tolerance=1e-9):
    """Raise Disagree unless two lists of numbers are equal, relative to 1 or to their size."""
    if len(ours) != len(theirs):
        raise Disagree(f"{len(ours)} results, but {len(theirs)} from the peer")
    for place, (a, b) in enumerate(zip(ours, theirs)):
        if not math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance):
            raise Disagree(f"result {place} is {a!r}, but {b!r} from the peer")


def alternate(contenders, rounds, at_least=0.02, collector=True, clock=process_time):
    """Call each function in turn, in every round; returns for each the list of its times.

    contenders  functions without arguments
    rounds      how many turns each of them has
    at_least    seconds that a turn should last: what is quicker is called several times
    collector   whether Python's garbage collector works during a turn, as it does by default
    clock       what tells the seconds: by default the processor time of this process, which other
                work on the machine does not lengthen; perf_counter where others do the work, or
                several threads

    Garbage that one left behind is collected before the next one's turn. The times are seconds
    for one call.
    """
    first = [_turn(contender, 1, collector, clock) for contender in contenders]
    calls = [max(1, math.ceil(at_least / max(seconds, 1e-6))) for seconds in first]
    times = [[] for _ in contenders]
    for _ in range(rounds):
        for contender, n, taken in zip(contenders, calls, times):
            taken.append(_turn(contender, n, collector, clock))
    return times


def _turn(contender, n, collector, clock):
    """The time of one call, from n of them."""
    gc.collect()
    if not collector:
        gc.disable()
    try:
        begun = clock()
        for _ in range(n):
            contender()
        return (clock() - begun) / n
    finally:
        gc.enable()


def ratio(times, others):
    """The median, over the rounds, of the one's time divided by the other's in the same round."""
    return median(a / b for a, b in zip(times, others))
