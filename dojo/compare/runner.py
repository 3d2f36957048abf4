"""Runs the rows of some sections in one library, in a process that may do what it likes."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

from dojo import course
from dojo.compare.libraries import LIBRARIES

SECONDS = 300  # for one library; the slowest to be imported takes about ten
ON_THE_CPU = {
    "CUDA_VISIBLE_DEVICES": "",
    "JAX_PLATFORMS": "cpu",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "HF_HUB_OFFLINE": "1",  # nothing is downloaded
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass
class Run:
    """What one library did.

    version  the one that ran; "" if it could not be imported, or for the course
    values   {anchor of a row: what it returned}
    errors   {anchor of a row: what went wrong, in a line}
    failure  what ended the process before all rows were done; "" if nothing did
    """

    version: str = ""
    values: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    failure: str = ""

    def error(self, anchor):
        """Why there is no value for a row."""
        return self.errors.get(anchor) or self.failure


def run(library, sections, mine=False):
    """Run all rows of the sections that have a function for the library, or for "course"."""
    command = [sys.executable, "-m", "dojo.compare.worker", library, *sections]
    told = LIBRARIES[library].environment if library != "course" else {}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(
            command + ["--mine"] * mine,
            cwd=course.ROOT,
            env={**os.environ, **ON_THE_CPU, **told},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
        )
        failure = ""
        try:
            if child.wait(SECONDS):
                failure = f"its process ended with {child.returncode}"
        except subprocess.TimeoutExpired:
            failure = f"still running after {SECONDS} s"
        finally:
            child.kill()
            child.wait()
        out.seek(0), said.seek(0)
        last = (said.read().strip().splitlines() or [""])[-1][:100]
        if failure and last:
            failure += f": {last}"
        return _read(out, failure)


def _read(lines, failure):
    done = Run(failure=failure)
    for line in lines:
        try:
            result = json.loads(line)
        except ValueError:  # cut in the middle
            continue
        done.version = result.get("version", done.version)
        if "value" in result:
            done.values[result["row"]] = result["value"]
        elif "error" in result:
            done.errors[result["row"]] = result["error"]
    return done
