"""What a command is about: the sections and the kata that were named, or the current ones."""

import re
from dataclasses import dataclass

from dojo import course, current


@dataclass(frozen=True)
class Choice:
    """The sections and, if one was named, the kata that the command line chose.

    section  the section that was named and is chosen whole, or None
    given    the section up to which the reference stands in for the learner's katas, or None
    """

    sections: list
    kata: course.Kata | None
    section: course.Section | None = None
    given: str | None = None

    def one_kata(self):
        """The kata that was named, or else the current one; None if all are green."""
        return self.kata or current.kata(self.sections, self.given)

    def one_section(self):
        """The section that was named, or else the one of the current kata."""
        if len(self.sections) == 1:
            return self.sections[0]
        kata = self.one_kata()
        if kata is None:
            there = ", ".join(section.number for section in self.sections) or "none yet"
            raise course.UnknownName(f"say which section; there are: {there}")
        return course.find_section(kata.section)

    def one_sitting(self):
        """The sitting of the kata that was named, or else of the current one of the section."""
        section = self.one_section()
        if len(section.sittings) == 1:
            return section.sittings[0]
        kata = self.kata or current.kata([section], self.given)
        return course.sitting_of(kata) if kata else section.sittings[0]


def choose(options):
    """Make the Choice that a command line asks for; course.UnknownName if it does not exist.

    options  .phase, .section, .kata (None where not given) and .name, a list of bare words;
             .given for the commands that run specs
    """
    phase, section, kata = options.phase, options.section, options.kata
    if options.name:
        bare = " ".join(options.name)
        if re.fullmatch(r"\d+\.\d+", bare) or (re.fullmatch(r"\d+", bare) and phase):
            section = _once(section, bare)
        elif re.fullmatch(r"\d+", bare):
            phase = _once(phase, bare)
        else:
            kata = _once(kata, bare)
    sections, only = course.select(phase, section, kata)
    whole = sections[0] if section and not only else None
    return Choice(sections, only, whole, getattr(options, "given", None))


def _once(before, bare):
    if before and before != bare:
        raise course.UnknownName(f"both {before} and {bare} were named; say one of them")
    return bare
