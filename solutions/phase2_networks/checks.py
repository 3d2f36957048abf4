"""2.4 · Checks: what a loss refuses before it computes anything; given."""


def check_lengths(predictions, targets):
    """ValueError, naming both lengths, if they differ or are 0: zip drops the rest silently."""
    if len(predictions) != len(targets) or not len(predictions):  # an array is neither True nor not
        raise ValueError(f"{len(predictions)} predictions, but {len(targets)} targets")


def check_shares(predictions, targets):
    """ValueError as from check_lengths; naming it, if a target is not from 0 to 1.

    With the -1 of hinge, a cross-entropy falls below 0, and is learned all the same.
    """
    check_lengths(predictions, targets)
    for target in targets:
        if not 0 <= target <= 1:
            raise ValueError(f"a target is from 0 to 1, not {target}")
