"""What a run says to the learner, and what it remembers."""

import shutil

from dojo import course, screen, store, tree

RED = ("wrong", "timed out", "recursion")
LINES = 10  # of a list; what is further down comes later in the course and can wait


class Run:
    """One run of pytest: listens to its reports, and speaks and records at its end.

    tree    the tree.Tree under test
    chosen  the katas that --phase, --section and --kata choose; None without these
    """

    def __init__(self, tree, chosen):
        self.tree = tree
        self.chosen = chosen
        self.specs = {}  # kata id -> {node id: report}
        self.unloaded = []  # reports on spec files that could not be loaded
        self.others = False  # something failed that is no spec of a kata, or no learner's slip
        self.stopped = False  # by Ctrl-C: not all of the specs have run

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

    def pytest_keyboard_interrupt(self):
        self.stopped = True

    def says_it_all(self):
        """True if what follows leaves nothing for pytest's own list of failures to add."""
        return bool(self.specs or self.unloaded) and not self.others

    # ---- the result of each kata

    def status(self, kata_id):
        """ "green" or the worst that its specs say; None if they did not all run."""
        reports = self.specs.get(kata_id, {}).values()
        found = {report.status for report in reports if report.failed}
        for status in (*RED, "blocked", "not started"):
            if status in found:
                return status
        whole = reports and len(reports) >= next(iter(reports)).kata_specs
        return "green" if whole else None

    def record(self):
        """Add the results of this run to what is remembered of the learner's katas."""
        if self.tree.redone:
            return  # it says nothing about the kata in katas/
        results, known = {}, store.kata_results()
        for kata_id, reports in self.specs.items():
            status = self.status(kata_id)
            if status is None or self.tree.is_reference(course.find_kata(kata_id).module):
                continue
            failed = [report for report in reports.values() if report.failed]
            results[kata_id] = {
                "status": "red" if status in RED else status,
                "specs": next(iter(reports.values())).kata_specs,
                "passed": sum(report.passed for report in reports.values()),
                "message": failed[0].text if status in RED else "",
                "when": store.now(),
            }
            before = known.get(kata_id, {})
            solved = before.get("solved") or (
                before.get("status") == "green" and before.get("when")
            )
            if solved or status == "green":
                results[kata_id]["solved"] = solved or store.now()
        if results:
            store.save("progress", {"katas": {**known, **results}})

    # ---- speaking

    def finish(self, out, in_full):
        """Record the run, and tell the learner how things stand and what to do next.

        in_full  whether to show the first failure in full: not if pytest was asked to
        """
        if not self.specs and not self.unloaded:
            return
        before = store.green()
        try:
            self.record()
        except OSError as error:
            out.line(f"your progress could not be saved: {error}")
        ran = [kata for kata in course.katas() if kata.id in self.specs]
        red = [r for kata_id in self.specs for r in self.specs[kata_id].values() if r.failed]
        red = sorted((r for r in red if r.status in RED), key=lambda report: report.place)
        out.line()
        self._write_waiting(out, ran)
        self._write_also_failing(out, red[1:] if in_full and not self.others else red)
        if red and in_full and not self.others:
            _write_in_full(out, red[0])
        unloaded = list(dict.fromkeys(report.finding for report in self.unloaded))
        for finding in unloaded:
            out.title("Python cannot load this file", red=True)
            out.line(f"{finding}\n")
        if self.tree.solutions:
            if self._all_passed():
                out.title("All green, as the reference should be.", green=True)
            return
        if self.tree.redone:
            return  # dojo.review goes on from here
        here = self._sections_that_ran()
        green = store.green()
        out.line(progress_bars(here, green))
        out.line()
        if praise := self._praise(ran, here, green - before):
            out.title(praise, green=True)
        if unloaded:
            place = unloaded[0].split()[0].rstrip(":")
            out.title(f"next: mend {place}")
            return
        first_red = course.find_kata(red[0].kata) if red else None
        if upcoming := first_red or self._first_not_green(here, green):
            named, *how = next_step(upcoming, green, self.tree.given)
            out.title(named)
            out.line("\n".join(how))

    def _sections_that_ran(self):
        ran = {kata_id.split()[0] for kata_id in self.specs}
        ran |= {report.section for report in self.unloaded}
        return [section for section in course.sections() if section.number in ran]

    def _write_waiting(self, out, ran):
        """The katas that nobody has started, and those that need one of these.

        Each on a line in the first section that has any; a line for each section after it.
        """
        waiting = [kata for kata in ran if self.status(kata.id) in ("not started", "blocked")]
        here = [kata for kata in waiting if kata.section == waiting[0].section]
        width = max((len(kata.id) for kata in here), default=0)
        for status in ("not started", "blocked"):
            katas = [kata for kata in here if self.status(kata.id) == status]
            if not katas:
                continue
            out.title(status)
            for kata in katas:
                where = self.tree.place_of(kata)
                out.line(f"  {kata.id:{width}}  {self._needs(kata) or where}")
            for line in self._ways_round(katas):
                out.line(line)
            out.line()
        later = [s for s in course.sections() if not set(s.katas).isdisjoint(waiting[len(here) :])]
        if later:
            out.title("and after these")
        for section in later:
            statuses = [self.status(kata.id) for kata in section.katas if kata in waiting]
            counts = [f"{statuses.count(s)} {s}" for s in ("not started", "blocked")]
            there = ", ".join(count for count in counts if not count.startswith("0 "))
            out.line(f"  {section.number} {section.title}: {there}")
        if later:
            out.line()

    def _needs(self, kata):
        reports = self.specs[kata.id].values()
        return next((f"needs {r.needs}" for r in reports if r.failed and r.needs), None)

    def _ways_round(self, blocked):
        """How to go on without the katas that are needed, where the reference can be given."""
        ways = {}
        for kata in blocked:
            failed = (report for report in self.specs[kata.id].values() if report.failed)
            for needed in {report.needs.split()[0] for report in failed if report.needs}:
                if given := tree.given_for(needed, kata.section):
                    ways[kata.section] = max(given, ways.get(kata.section, ""))
        return [
            f"  go on with the reference for these: {command('test', SECTION=s, GIVEN=given)}"
            for s, given in ways.items()
        ]

    def _write_also_failing(self, out, red):
        if not red:
            return
        out.title("also failing")
        width = max(len(report.kata) for report in red[:LINES])
        for report in red[:LINES]:
            out.brief(f"  {report.kata:{width}}  {report.line}")
        if red[LINES:]:
            out.line(f"  ... and {len(red) - LINES} more specs after these")
        out.line()

    def _praise(self, ran, here, fresh):
        """One warm line, for a kata or section that has just turned green or a run all green."""
        whole = [s for s in here if s.katas and {k.id for k in s.katas} <= store.green()]
        if fresh and len(whole) == len(course.sections()):
            return "Every kata is green. From the first line to the last, this is your own work."
        done = [s for s in whole if any(kata.id in fresh for kata in s.katas)]
        if done:
            names = ", ".join(f"{section.number} {section.title}" for section in done)
            return f"{names}: every kata is green. Well done!"
        if fresh:
            names = [kata.id for kata in ran if kata.id in fresh]
            return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} green now. Well done!"
        return "All green, and still so." if self._all_passed() else None

    def _all_passed(self):
        reports = [report for reports in self.specs.values() for report in reports.values()]
        whole = not self.unloaded and not self.others and not self.stopped
        return whole and all(report.passed for report in reports)

    def _first_not_green(self, here, green):
        """The first kata in course order that is not green, looking first where we are."""
        katas = [k for section in here for k in section.katas]
        after = course.katas()[course.katas().index(katas[-1]) :] if katas else []
        mine = (
            k for k in [*katas, *after, *course.katas()] if not self.tree.is_reference(k.module)
        )
        return next((kata for kata in mine if kata.id not in green), None)


def _write_in_full(out, report):
    """A failure, and the end of what the kata printed: a loop may have printed without end."""
    out.title(f"first failure: {report.status}", red=True)
    # by whole lines: a spec may quote in its own source what it says
    source, _, places = report.text.partition(f"\n\n{report.message}\n\n")
    out.line(source.rstrip())
    out.line(f"\n{report.message}\n", red=True)
    out.line(places.strip())
    for name, content in report.sections:
        if name.startswith("Captured"):
            lines = content.rstrip().splitlines()
            out.line(f"\n{name.removeprefix('Captured ').removesuffix(' call')}:")
            if lines[2 * LINES :]:
                out.line(f"    ... {len(lines) - 2 * LINES:,} lines before these")
            for line in lines[-2 * LINES :]:
                out.line(f"    {line}")
    out.line()


def progress_bars(sections, green, width=20):
    """A line for each section: how many of its katas are green."""
    lines = []
    name_width = max((len(section.title) for section in sections), default=0)
    for section in sections:
        done = sum(kata.id in green for kata in section.katas)
        total = len(section.katas)
        bar = "#" * (width * done // max(1, total))
        lines.append(
            f"{section.number} {section.title:{name_width}}  {bar:-<{width}}  {done} of {total}"
        )
    return "\n".join(lines)


def next_step(kata, green, given=None):
    """What to do next, a line each: in a sitting not begun yet, its lesson comes first.

    kata   the one that is next; None for the first of the course that is not green
    given  the section up to which the reference was given
    """
    kata = kata or next((k for k in course.katas() if k.id not in green), None)
    if kata is None:
        return ["every kata there is is green"]
    begun = any(other.id in green for other in course.sitting_of(kata).katas)
    steps = [
        f"  open    {kata.file}:{kata.line}",
        f"  check   {check_command(kata, green, given)}",
        f"  stuck?  {command('hint', KATA=spoken(kata))}",
    ]
    steps.insert(3 if begun else 0, f"  read    {command('lesson', **where(kata))}")
    return [f"next: {kata.id}", *steps]


def check_command(kata, green, given=None):
    """What to type to see how a kata stands; `make next` alone where it is the first of all."""
    if given:
        return command("test", KATA=spoken(kata), GIVEN=given)
    is_first = all(k.id in green for k in course.katas()[: course.katas().index(kata)])
    return command("next") if is_first else command("next", KATA=spoken(kata))


def spoken(kata):
    """What to call a kata by: its name, and its section only where another is called so too."""
    return kata.id if sum(other.name == kata.name for other in course.katas()) > 1 else kata.name


def where(kata):
    """How to name the sitting of a kata in a command: by its section, where that has only one."""
    if len(course.find_section(kata.section).sittings) == 1:
        return {"SECTION": kata.section}
    return {"KATA": spoken(kata)}


def command(target, **variables):
    """How to type a command here: with make where there is one, or else with python."""
    words = {key: f'"{value}"' if " " in value else value for key, value in variables.items()}
    if shutil.which("make"):
        return " ".join(["make", target, *(f"{key}={word}" for key, word in words.items())])
    if target == "test":
        return " ".join(["pytest", *(f"--{key.lower()} {word}" for key, word in words.items())])
    return " ".join(["python -m dojo", target, *words.values()])


class Writer:
    """Lines for a terminal: colour where there is one, plain ASCII where it has no more."""

    def __init__(self, terminalreporter):
        self._terminal = terminalreporter
        self._encoding = getattr(terminalreporter._tw._file, "encoding", None) or "utf-8"

    def line(self, text="", **markup):
        self._terminal.write_line(screen.for_encoding(text, self._encoding), **markup)

    def brief(self, text):
        """One line of the screen, whatever comes."""
        room = self._terminal._tw.fullwidth
        self.line(text if len(text) <= room else f"{text[: room - 3]}...")

    def title(self, text, **markup):
        self.line(text, bold=True, **markup)
