"""What a submission may try, so that its wrong kata is taken for green, or to do harm.

Each goes into value.py, whose `plus` is wrong: a body for `plus`, or lines for the top. The harm is
done to files that the test made for it, and ends by itself.
"""

SECRET = "nobody-may-read-this"


def attacks(outside, reference):
    """{name: (lines for the top, body of plus, what the row of plus has to say)}.

    outside    a folder beside the submissions, with a file `theirs.txt` in it
    reference  the path of a reference module, as it lies on this machine
    """
    wrong = "return Value(self.data * other.data)"
    return {
        # ---- without end
        "endless loop": ("", "while True:\n    pass", "still running"),
        "endless whatever comes": (
            "",
            "while True:\n    try:\n        while True:\n            pass\n"
            "    except BaseException:\n        pass",
            "no answer",
        ),
        "endless while it loads": ("while True:\n    pass", wrong, "still running"),
        "printing without end": ("", "while True:\n    print('x' * 100000)", "still running"),
        "recursion": ("", "return self.plus(other)", "keeps calling itself"),
        # ---- too much
        "memory": ("", "return Value([0] * 10**10)", "asked for more than"),
        "disk": (
            "import tempfile",
            "with tempfile.TemporaryFile() as file:\n"
            "    for _ in range(200):\n        file.write(bytes(2**20))\n"
            "        file.flush()\nreturn Value(self.data + other.data)",
            "Error",
        ),
        "forks": (
            "import os, time",
            "for _ in range(200):\n    if os.fork() == 0:\n        time.sleep(600)\n"
            "        os._exit(0)\nreturn Value(self.data + other.data)",
            "",
        ),
        # ---- out of its place
        "writes outside": (
            "import pathlib",
            f"pathlib.Path({str(outside / 'mine.txt')!r}).write_text('x')\n{wrong}",
            "",
        ),
        "deletes outside": (
            "import os",
            f"os.remove({str(outside / 'theirs.txt')!r})\n{wrong}",
            "",
        ),
        "deletes the specs": (
            "import pathlib, shutil\n"
            "shutil.rmtree(pathlib.Path(__file__).parents[1], ignore_errors=True)",
            wrong,
            "",
        ),
        "reads the reference": (
            f"import pathlib\nTEXT = pathlib.Path({str(reference)!r}).read_text()\n"
            "exec(TEXT.split('class Value')[0])",
            wrong,
            "",
        ),
        "asks for a secret": (
            "import os",
            f"assert {SECRET!r} not in os.environ.values(), 'got it'\n{wrong}",
            "they are multiplied",
        ),
        "kills what started it": (
            "",
            "import os, signal\nif os.getppid():\n    os.kill(os.getppid(), signal.SIGKILL)\n"
            + wrong,
            "",
        ),
        "ends Python": ("", "import os\nos._exit(0)", "Python was ended"),
        "ends Python while it loads": ("import os\nos._exit(0)", wrong, "Python was ended"),
        "leaves": ("", "raise SystemExit(0)", "SystemExit"),
        # ---- changes what judges it
        "changes pytest": (
            "import pytest\npytest.Function.runtest = lambda self: None",
            wrong,
            "",
        ),
        "changes the reports": (
            "from _pytest import reports, runner\n"
            "runner.CallInfo.from_call = classmethod(lambda c, f, **k: "
            "runner.CallInfo(None, None, 0.0, 0.0, 0.0, 'call', _ispytest=True))\n"
            "reports.TestReport.passed = True",
            wrong,
            "",
        ),
        "changes what compares": (
            "import dojo.expect.close\ndojo.expect.close._equal = lambda *_: True",
            wrong,
            "",
        ),
        "changes the specs": (
            "import gc",
            "import pytest\nfor one in gc.get_objects():\n"
            "    if isinstance(one, pytest.Function):\n"
            "        one.obj = lambda *a, **k: None\n" + wrong,
            "",
        ),
        "changes Python": ("import builtins\nbuiltins.abs = lambda x: 0.0", wrong, ""),
        "writes results": (
            "import os",
            "for pipe in range(3, 30):\n    try:\n"
            "        os.write(pipe, b'{\"over\": true}\\n')\n    except OSError:\n"
            "        pass\n" + wrong,
            "came where results are told",
        ),
        "tells results": (
            "import gc, os\n"
            "NAMES = ['two_and_three_make_five', 'what_is_added_stays',\n"
            "         'zero_changes_nothing[7]', 'zero_changes_nothing[11]']\n"
            "PATH = 'katas/phase1_demo/test_1_counting.py::TestPlus::test_'\n"
            "for tell in gc.get_objects():\n"
            "    if getattr(tell, '__qualname__', '') == 'teller.<locals>.tell':\n"
            "        tell({'results': [{'spec': PATH + n, 'seconds': 0, 'status': 'passed'}\n"
            "                          for n in NAMES], 'over': True})\n"
            "        os._exit(0)",
            wrong,
            "imports gc",
        ),
        "equals everything": (
            "class Yes(float):\n    def __eq__(self, other):\n        return True\n"
            "    def __sub__(self, other):\n        return 0.0\n"
            "    __rsub__ = __sub__\n    def __float__(self):\n        return 5.0",
            "return Value(Yes(5))",
            "",
        ),
        "says a million letters": ("", "raise ValueError('x' * 10**6)", "ValueError: xxx"),
        "skips": ("import pytest", "pytest.skip('not today')", "no way to make it green"),
    }
