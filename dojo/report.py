"""What the learner reads at the end of a run: what is red and why, and what to do next."""

from dojo import calls, commands, course, misplaced, screen, store, tree
from dojo.guarded import excerpt
from dojo.screen import LINES


class Report:
    """Speaks of a run.

    run  the run.Run
    out  the Writer
    """

    def __init__(self, run, out):
        self.run = run
        self.out = out

    def write(self, in_full):
        """Record the run, and tell the learner how things stand and what to do next.

        in_full  whether to show a failure in full: not if pytest was asked to
        """
        run, out = self.run, self.out
        if not run.specs and not run.unloaded:
            return
        before = store.green()
        try:
            run.record()
        except OSError as error:
            out.line(f"your progress could not be saved: {error}")
        skipped = store.skipped()
        red = sorted(run.red(), key=lambda report: report.kata in skipped)
        shown = run.telling(red[0].kata) if red and in_full and not run.others else None
        out.line()
        self._write_waiting()
        self._write_also_failing([report for report in red if report is not shown])
        if shown:
            self._write_in_full(shown)
        unloaded = list(dict.fromkeys(report.finding for report in run.unloaded))
        for finding in unloaded:
            out.title("Python cannot load this file", red=True)
            out.line(f"{finding}\n")
        if run.tree.solutions:
            if run.all_passed():
                out.title("All green, as the reference should be.", green=True)
            return
        if run.tree.redone:
            return  # dojo.review goes on from here
        here, green = run.sections(), store.green()
        out.line(screen.progress_bars(here, green, store.unknown(), skipped))
        out.line()
        if praise := self._praise(green - before):
            out.title(praise, green=True)
        if unloaded:
            place = unloaded[0].split()[0].rstrip(":")
            out.title(f"next: mend {place}")
            return
        at_hand = [r.kata for r in red if r.kata not in skipped or skipped >= run.specs.keys()]
        first_red = course.find_kata(at_hand[0]) if at_hand else None
        if upcoming := first_red or self._first_to_do(here):
            named, *how = commands.next_step(upcoming, run.tree.given)
            out.title(named)
            out.line("\n".join(how))

    def _write_waiting(self):
        """The katas that nobody has started, and those that need one of these.

        Each on a line in the first section that has any; a line for each section after it. At the
        very beginning their number is all that there is to say.
        """
        run, out = self.run, self.out
        waiting = [k for k in run.katas() if run.status(k.id) in ("not started", "blocked")]
        mine = [k for k in waiting if not run.tree.is_reference(k.module)]
        beside = misplaced.hints([k for k in mine if run.status(k.id) == "not started"])
        if waiting and run.nothing_started() and not store.green() and not beside:
            wait = "1 kata waits" if len(waiting) == 1 else f"{len(waiting)} katas wait"
            out.line(f"Nothing is started yet: {wait} for you.\n")
            return
        here = [kata for kata in waiting if kata.section == waiting[0].section]
        width = max((len(kata.id) for kata in here), default=0)
        skipped = store.skipped()
        for status in ("not started", "blocked"):
            katas = [kata for kata in here if run.status(kata.id) == status]
            if not katas:
                continue
            out.title(status)
            for kata in katas:
                needs = run.needs(kata.id)
                where = f"needs {needs[0]}" if needs else run.tree.place_of(kata)
                if (needs[0] if needs else kata.id) in skipped:
                    where += ", skipped"
                out.line(f"  {kata.id:{width}}  {where}")
                if kata in beside:
                    out.line(f"  {'':{width}}  {beside[kata]}")
            for line in self._ways_round(katas):
                out.line(line)
            out.line()
        later = [s for s in course.sections() if not set(s.katas).isdisjoint(waiting[len(here) :])]
        if later:
            out.title("and after these")
        for section in later:
            statuses = [run.status(kata.id) for kata in section.katas if kata in waiting]
            counts = [f"{statuses.count(s)} {s}" for s in ("not started", "blocked")]
            there = ", ".join(count for count in counts if not count.startswith("0 "))
            out.line(f"  {section.number} {section.title}: {there}")
        if later:
            out.line()

    def _ways_round(self, blocked):
        """How to go on without the katas that are needed, where the reference can be given."""
        ways = {}
        for kata in blocked:
            for needed in {needs.split()[0] for needs in self.run.needs(kata.id)}:
                if given := tree.given_for(needed, kata.section):
                    ways[kata.section] = max(given, ways.get(kata.section, ""))
        typed = [commands.typed("test", SECTION=s, GIVEN=given) for s, given in ways.items()]
        return [f"  go on with the reference for these: {command}" for command in typed]

    def _write_also_failing(self, red):
        if not red:
            return
        self.out.title("also failing")
        width = max(len(report.kata) for report in red[:LINES])
        for report in red[:LINES]:
            self.out.brief(f"  {report.kata:{width}}  {report.line}")
        if red[LINES:]:
            self.out.line(f"  ... and {len(red) - LINES} more specs after these")
        self.out.line()

    def _write_in_full(self, report):
        """A failure, and the end of what the kata printed: a loop may have printed without end."""
        out = self.out
        others = sum(other.kata == report.kata for other in self.run.red()) - 1
        more = f", with {others} more of this kata" if others else ""
        out.title(f"failing: {report.status}{more}", red=True)
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
                    out.line(f"    {excerpt(line)}")
        if earlier := calls.red_one(course.find_kata(report.kata), self.run.tree):
            check = commands.typed("next", KATA=commands.spoken(earlier))
            out.line(f"\n{earlier.id} is red, and this kata calls it: mend that first ({check})")
        out.line()

    def _praise(self, fresh):
        """One warm line, for a kata or section that has just turned green or a run all green."""
        run, green = self.run, store.green()
        whole = [s for s in run.sections() if s.katas and {k.id for k in s.katas} <= green]
        if fresh and len(whole) == len(course.sections()):
            return "Every kata is green. From the first line to the last, this is your own work."
        done = [s for s in whole if any(kata.id in fresh for kata in s.katas)]
        if done:
            names = ", ".join(f"{section.number} {section.title}" for section in done)
            return f"{names}: every kata is green. Well done!"
        if fresh:
            names = [kata.id for kata in run.katas() if kata.id in fresh]
            return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} green now. Well done!"
        return "All green, and still so." if run.all_passed() else None

    def _first_to_do(self, here):
        """The first kata in course order that is left to do, looking first where we are."""
        done = store.done()
        katas = [k for section in here for k in section.katas]
        after = course.katas()[course.katas().index(katas[-1]) :] if katas else []
        is_reference = self.run.tree.is_reference
        mine = (k for k in [*katas, *after, *course.katas()] if not is_reference(k.module))
        return next((kata for kata in mine if kata.id not in done), None)


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
