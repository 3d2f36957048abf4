"""What a run says to the learner, and what it remembers."""

import shutil

from dojo import course, store

RED = ("wrong", "timed out", "recursion", "syntax error")


class Run:
    """One run of pytest: listens to its reports, and speaks and records at its end.

    tree      the tree.Tree under test
    sections  the sections that were asked for
    kata      the one kata that was asked for, or None
    """

    def __init__(self, config, tree, sections, kata):
        self.config = config
        self.tree = tree
        self.sections = sections
        self.kata = kata
        self.specs = {}  # kata id -> {node id: report}
        self.unloaded = []  # reports on spec files that could not be loaded
        self.others = False  # specs failed that are of no kata

    # ---- listening

    def pytest_runtest_logreport(self, report):
        if not hasattr(report, "kata"):
            self.others = self.others or report.failed
            return
        if report.when == "call" or not report.passed:
            self.specs.setdefault(report.kata, {})[report.nodeid] = report

    def pytest_collectreport(self, report):
        if report.failed:
            if hasattr(report, "finding"):
                self.unloaded.append(report)
            else:
                self.others = True

    def pytest_sessionfinish(self):
        """Where this report says it all, pytest's own list of failures would say it again."""
        spoke = self.specs or self.unloaded
        if self.config.option.tbstyle == "auto" and spoke and not self.others:
            self.config.option.tbstyle = "no"

    def pytest_terminal_summary(self, terminalreporter):
        if not self.tree.solutions:
            self._record()
        if self.specs or self.unloaded:
            self._write(_Writer(terminalreporter))

    # ---- the result of each kata

    def status(self, kata_id):
        """"green" or the worst that its specs say; None if it did not run whole."""
        reports = list(self.specs.get(kata_id, {}).values())
        found = {report.status for report in reports if report.failed}
        for status in (*RED, "blocked", "not started"):
            if status in found:
                return status
        if reports and len(reports) >= reports[0].kata_specs and not self._picked_single_specs():
            return "green"
        return None

    def _picked_single_specs(self):
        return any(str(argument).count("::") > 1 for argument in self.config.args)

    def _record(self):
        katas = store.kata_results()
        for kata_id, reports in self.specs.items():
            kata = course.find_kata(kata_id)
            status = self.status(kata_id)
            if status is None or self.tree.is_reference(kata.module):
                continue
            failed = [report for report in reports.values() if report.failed]
            katas[kata_id] = {
                "status": "red" if status in RED else status,
                "specs": next(iter(reports.values())).kata_specs,
                "passed": sum(report.passed for report in reports.values()),
                "message": failed[0].longrepr if failed and status in RED else "",
                "when": store.now(),
            }
        if self.specs:
            store.save("progress", {"katas": katas})

    # ---- speaking

    def _write(self, out):
        ran = [kata for kata in course.katas() if kata.id in self.specs]
        out.line()
        self._write_waiting(out, ran)
        red = [r for k in ran for r in self.specs[k.id].values() if r.failed and r.status in RED]
        if len(red) > 1:
            out.title("also failing" if not self.unloaded else "failing")
            for report in red[1:]:
                out.line(f"  {report.kata}  {report.line}")
            out.line()
        for text in dict.fromkeys(report.finding for report in self.unloaded):
            out.title("Python cannot read this file")
            out.line(text)
            out.line()
        if red and self.config.option.tbstyle == "no":
            out.title(f"{red[0].status}")
            out.line(red[0].longrepr)
            for name, content in red[0].sections:
                if name.startswith("Captured"):
                    out.line(f"\n{name.replace(' call', '')}")
                    out.line(content.rstrip())
            out.line()
        if not self.tree.solutions:
            self._write_progress(out, ran)

    def _write_waiting(self, out, ran):
        for status in ("not started", "blocked"):
            waiting = [kata for kata in ran if self.status(kata.id) == status]
            if not waiting:
                continue
            out.title(status)
            width = max(len(kata.id) for kata in waiting)
            for kata in waiting:
                where = f"{kata.file}:{kata.line}"
                if status == "blocked":
                    where = next(
                        r.line.removeprefix("blocked: ")
                        for r in self.specs[kata.id].values()
                        if r.failed and r.status == "blocked"
                    )
                out.line(f"  {kata.id:{width}}  {where}")
            out.line()

    def _write_progress(self, out, ran):
        green = store.green()
        touched = {kata.section for kata in ran} | {s.number for s in self.sections}
        out.line(progress_bars([s for s in course.sections() if s.number in touched], green))
        out.line()
        for line in next_step(self._next(green, ran), green):
            out.line(line)

    def _next(self, green, ran):
        """The first kata in course order that is not green, looking first where we are."""
        here = [k for s in self.sections for k in s.katas if not self.tree.is_reference(k.module)]
        after = course.katas()
        if here:
            after = after[after.index(here[-1]) :]
        return next((kata for kata in [*here, *after] if kata.id not in green), None)


def progress_bars(sections, green, width=20):
    """A line for each section: how many of its katas are green."""
    lines = []
    name_width = max(len(section.title) for section in sections)
    for section in sections:
        done = sum(kata.id in green for kata in section.katas)
        total = len(section.katas)
        bar = "#" * (width * done // total)
        lines.append(
            f"{section.number} {section.title:{name_width}}  {bar:-<{width}}  {done} of {total}"
        )
    return "\n".join(lines)


def next_step(kata, green):
    """What to do next, in two or three lines."""
    if kata is None:
        return ["every kata there is is green"]
    section = course.find_section(kata.section)
    return [
        f"next: {kata.id}  {kata.file}:{kata.line}",
        f"      {command('lesson', SECTION=section.number)}"
        f"   {command('hint', KATA=kata.name)}",
    ]


def command(target, **variables):
    """How to type a command here: with make where there is one, or else with python."""
    if shutil.which("make"):
        return " ".join(["make", target, *(f"{key}={value}" for key, value in variables.items())])
    return " ".join(["python -m dojo", target, *map(str, variables.values())])


class _Writer:
    """Lines for a terminal: colour where there is one, plain ASCII where it has no more."""

    def __init__(self, terminalreporter):
        self._terminal = terminalreporter

    def line(self, text=""):
        encoding = getattr(self._terminal._tw._file, "encoding", None) or "utf-8"
        self._terminal.write_line(text.encode(encoding, "replace").decode(encoding))

    def title(self, text):
        self._terminal.write_line(text, bold=True)
