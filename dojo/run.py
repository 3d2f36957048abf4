"""What a run of pytest has found, kata by kata, and what of it is remembered."""

from dojo import course, store

RED = ("wrong", "timed out", "recursion")


class Run:
    """One run of pytest: listens to its reports, and records at its end.

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

    # ---- what was found

    def katas(self):
        """The katas of which specs have run, in course order."""
        return [kata for kata in course.katas() if kata.id in self.specs]

    def sections(self):
        """The sections of which specs have run, or could not be loaded."""
        ran = {kata_id.split()[0] for kata_id in self.specs}
        ran |= {kata.split()[0] for report in self.unloaded for kata in report.katas}
        return [section for section in course.sections() if section.number in ran]

    def status(self, kata_id):
        """ "green" or the worst that its specs say; None if they did not all run and pass."""
        reports = self.specs.get(kata_id, {}).values()
        found = {report.status for report in reports if report.failed}
        for status in (*RED, "blocked", "not started"):
            if status in found:
                return status
        passed = sum(map(_has_passed, reports))
        return "green" if passed and passed >= next(iter(reports)).kata_specs else None

    def red(self):
        """The specs that say that a kata is wrong, in course order."""
        failed = [r for reports in self.specs.values() for r in reports.values() if r.failed]
        return sorted((r for r in failed if r.status in RED), key=lambda report: report.place)

    def telling(self, kata_id):
        """Of the specs that a red kata fails the first that explains it, or else the first."""
        red = [report for report in self.red() if report.kata == kata_id]
        return next((report for report in red if report.explains), red[0])

    def needs(self, kata_id):
        """The katas whose stubs were in the way of a blocked one."""
        return [r.needs for r in self.specs[kata_id].values() if r.failed and r.needs]

    def nothing_started(self):
        """True if all that ran are stubs, or wait for a stub among these."""
        among = {"not started", "blocked"}
        here = all(self.status(kata_id) in among for kata_id in self.specs)
        needed = {needs for kata_id in self.specs for needs in self.needs(kata_id)}
        return here and not self.unloaded and needed <= set(self.specs)

    def all_passed(self):
        reports = [report for reports in self.specs.values() for report in reports.values()]
        whole = not self.unloaded and not self.others and not self.stopped
        return whole and all(map(_has_passed, reports))

    # ---- what is remembered

    def record(self):
        """Add the results of this run to what is remembered of the learner's katas."""
        results = {}
        for report in self.unloaded:
            unknown = [k for k in report.katas if self.is_recorded(course.find_kata(k))]
            results |= store.not_run(unknown, report.finding)
        results |= {kata: result for kata in self.specs if (result := self.result(kata))}
        store.add_results(results)

    def result(self, kata_id):
        """What is to be remembered of a kata; None if that is nothing."""
        status = self.status(kata_id)
        if status is None or not self.is_recorded(course.find_kata(kata_id)):
            return None
        reports = self.specs[kata_id].values()
        return store.result(
            "red" if status in RED else status,
            specs=next(iter(reports)).kata_specs,
            passed=sum(map(_has_passed, reports)),
            message=self.telling(kata_id).text if status in RED else "",
        )

    def is_recorded(self, kata):
        """False where a run says nothing about the kata in katas/."""
        return not self.tree.redone and not self.tree.is_reference(kata.module)


def _has_passed(report):
    """False for what was skipped, or was expected to fail and did not."""
    return report.passed and not hasattr(report, "wasxfail")
