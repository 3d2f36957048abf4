"""Break the reference a little, in every place, and see whether the specs notice.

    python -m tests.mutants                    all phases, one after the other
    python -m tests.mutants --phase 1
    python -m tests.mutants --section 1.2      the mutants of that section's katas
    python -m tests.mutants --kata Value.tanh

mutmut makes the mutants and runs the specs of the phase on each, in a copy of the course where
katas/ holds the reference. A mutant that survives needs a spec, or an entry in
mutants_explained.toml that says why it is as right as the original, or which of the course's own
tests hold a function that is given. Other words in an error need none. Functions with a decorator
other than @staticmethod are left alone by mutmut (properties: is_leaf).
"""

import argparse
import json
import os
import re
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from dojo import course
from tests.support.scratch import QUICK, Scratch

EXPLAINED = Path(__file__).with_name("mutants_explained.toml")

# a mutant that loops for ever is dead after ten seconds; mutmut makes some specs take four
CONFIGURATION = """
[tool.mutmut]
source_paths = ["katas/"]
only_mutate = ["katas/{phase}/*.py"]
do_not_mutate = ["*/test_*.py", "*/spec_helpers.py", "*/__init__.py"]
also_copy = ["dojo", "solutions", "data", "conftest.py"]
pytest_add_cli_args_test_selection = ["katas/{phase}"]
pytest_add_cli_args = ["-p", "pytest_timeout", "-p", "no:cacheprovider", "-o", "timeout=10"]
use_git_change_detection = false
"""


@dataclass(frozen=True)
class Mutant:
    kata: str  # "1.2 Value.tanh", or the bare name of a function that is given
    status: str  # "killed", "survived", "timeout" or "no tests"
    change: tuple = ()  # the lines taken out and put in, as in a diff


def mutants_of(phase, katas):
    """Every mutant of these katas, or of all functions of the phase if None."""
    name = course.find_phase(phase)[0].lesson.parent.name
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder), "data")
        scratch.solve(kata.id for kata in course.katas())
        scratch.write(
            "pyproject.toml",
            (scratch.folder / "pyproject.toml").read_text(encoding="utf-8")
            + CONFIGURATION.format(phase=name),
        )
        wanted = [] if katas is None else [f"{_mangled(kata)}__mutmut_*" for kata in katas]
        workers = f"--max-children={os.cpu_count() or 1}"
        done = scratch.python("-m", "mutmut", "run", workers, *wanted, timeout=3600, **QUICK)
        if done.returncode:
            lines = re.split(r"[\r\n]+", done.stdout + done.stderr)
            sys.exit("mutmut cannot run:\n" + "\n".join(lines[-60:]))
        listed = scratch.python("-m", "mutmut", "results", "--all", "true").stdout
        for line in listed.splitlines():
            mutant, _, status = line.strip().rpartition(": ")
            if status == "not checked":
                continue
            alive = status not in ("killed", "timeout")
            diff = scratch.python("-m", "mutmut", "show", mutant).stdout if alive else ""
            yield Mutant(_kata_of(mutant), status, _change(diff))


def _mangled(kata):
    """What mutmut calls a function: x_depth, xǁValueǁtanh."""
    module = "katas." + kata.module.removesuffix(".py").replace("/", ".")
    owner, _, name = kata.name.rpartition(".")
    return f"{module}.xǁ{owner}ǁ{name}" if owner else f"{module}.x_{name}"


def _kata_of(mutant):
    """The kata that a mutant was made of."""
    function = mutant.rpartition("__mutmut_")[0]
    for kata in course.katas():
        if _mangled(kata) == function:
            return kata.id
    return re.sub(r"^(x_|xǁ)", "", function.rpartition(".")[2]).replace("ǁ", ".")


def _change(diff):
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    return tuple(f"{line[0]} {line[1:].strip()}" for line in lines if line[:1] in ("-", "+"))


def is_wording(change):
    """True if only the words of an error differ: specs look for what it names, not for these."""
    return len({re.sub("xx", "", line[2:].lower()) for line in change}) == 1 and all(
        line[2:].startswith("raise ") for line in change
    )


def explained():
    """{(kata, change): why} for the survivors that are as right as the original."""
    entries = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("equivalent", [])
    return {(e["kata"], tuple(e["change"].strip().splitlines())): e["why"] for e in entries}


def given():
    """{function: why} for those that are given, and held by the course's own tests."""
    return tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["given"]


def main():
    parser = argparse.ArgumentParser(description="Which mutants of the reference survive?")
    for name in ("--phase", "--section", "--kata"):
        parser.add_argument(name)
    asked = parser.parse_args()
    try:
        sections, only = course.select(asked.phase, asked.section, asked.kata)
    except course.UnknownName as error:
        print(error, file=sys.stderr)
        return 2
    narrow = asked.section or asked.kata
    unexplained = 0
    for phase in sorted({section.phase for section in sections}):
        katas = [only] if only else [kata for section in sections for kata in section.katas]
        unexplained += report(phase, list(mutants_of(phase, katas if narrow else None)))
    return 1 if unexplained else 0


def report(phase, mutants):
    """Print what came of one phase; returns how many survivors need a spec or a reason."""
    reasons = explained()
    alive = [m for m in mutants if m.status not in ("killed", "timeout")]
    new = [
        mutant
        for mutant in alive
        if (mutant.kata, mutant.change) not in reasons
        and mutant.kata not in given()
        and not is_wording(mutant.change)
    ]
    known = {(m.kata, m.change) for m in alive} & reasons.keys()
    print(
        f"phase {phase}: {len(mutants)} mutants, {len(mutants) - len(alive)} killed, "
        f"{len(alive) - len(new)} explained, {len(new)} to be killed or explained"
    )
    for mutant in sorted(new, key=lambda m: (m.kata, m.change)):
        print(f"\n{mutant.kata} ({mutant.status})")
        print("\n".join(f"    {line}" for line in mutant.change))
    tried = {mutant.kata for mutant in mutants}
    stale = [key for key in reasons if key[0] in tried and key not in known]
    for kata, change in stale:
        print(f"\n{kata}: explained, but it is killed or no longer made: {json.dumps(change)}")
    return len(new) + len(stale)


if __name__ == "__main__":
    sys.exit(main())
