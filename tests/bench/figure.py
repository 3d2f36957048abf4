"""A figure of the bench: what was measured, against what, and what is to be reached."""

from dataclasses import dataclass
from statistics import median

from tests.bench import timing


@dataclass(frozen=True)
class Figure:
    """One line of the report.

    work    what was done
    ours    how long the course's code took, or how much of `unit` it needed
    unit    "s" or "bytes"
    peer    what it is held against; "" if nothing
    theirs  the same for the peer
    ratio   theirs / ours if the goal is to be faster, else ours / theirs
    goal    "50 times faster", "0.4 of its time", "40 s": what is to be reached, in words
    wanted  the number in it; None if nothing was promised
    """

    work: str
    ours: float
    unit: str
    peer: str
    theirs: float | None
    ratio: float | None
    goal: str
    wanted: float | None

    @property
    def reached(self):
        """True or False; None where nothing was promised."""
        if self.wanted is None:
            return None
        if self.goal.startswith("at least"):
            return self.ratio >= self.wanted
        return (self.ours if self.ratio is None else self.ratio) <= self.wanted

    @property
    def verdict(self):
        return {True: "reached", False: "missed", None: ""}[self.reached]


def faster(work, ours, peer, theirs, times=None):
    """Two lists of times, of which the peer's should be `times` as long as ours, or longer."""
    ratio = timing.ratio(theirs, ours)
    goal = "" if times is None else f"at least {times} times faster"
    return Figure(work, median(ours), "s", peer, median(theirs), ratio, goal, times)


def share(work, ours, peer, theirs, of_its_time=None):
    """Two lists of times, of which ours should be that share of the peer's, or shorter."""
    ratio = timing.ratio(ours, theirs)
    goal = "" if of_its_time is None else f"at most {of_its_time} of its time"
    return Figure(work, median(ours), "s", peer, median(theirs), ratio, goal, of_its_time)


def limit(work, ours, unit, wanted, peer="", theirs=None):
    """One number that should be no more than another; a peer's is shown beside it."""
    return Figure(work, ours, unit, peer, theirs, None, f"at most {wanted} {unit}", wanted)
