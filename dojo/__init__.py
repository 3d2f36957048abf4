"""The machinery of the course. It runs the learner's katas, and says how they stand.

Where to look:

    course, source, stubs     the course as it is on disk; a module taken apart; stubs made of it
    tree                      katas or solutions: which of the two an import gets
    plugin, limits            inside of pytest: what runs, for how long, with how much memory
      timers, memory
    specs, parent             pytest, and who watches it from outside
      broken_off                ... and speaks when it cannot any more
      child, telling            ... and what the run tells it
    diagnose, cut_off, run    what went wrong, in words; what was found
      guarded
    calls, report             which red kata is behind it; what the learner reads at the end
    expect/                   what specs compare with, and how they name a mistake
    __main__, choice, help    the command line; commands says how to type one
    current, attempt, watch/  the kata that is next; begun again or passed over; run at each save
    editor                    which one it is, and how it opens a kata at its line
    lesson, hints, quiz, quiz_session, schedule, review, experiment, milestone
                              what is read, asked and tried, and asked again when it is due
    own_text                  a text of the learner's own, in place of the names
    judge                     whether an answer is right
    progress, status          how far the learner is, for people and for programs
    transfer                  ... and in one file, for another machine
    store, files, screen      what is remembered in .dojo/; whole files; text on a terminal
    update, settle, git       the newest course, with the learner's work in it
    pictures/, compare/       graphs drawn as SVG; the same question put to other libraries
    study/                    the course in a browser, live at each save
    grade/                    the submissions of a class, run apart from everything, in a table
    handout                   a copy of the course to give out
    bootstrap                 the environment, made by whatever Python there is

What is there for speed alone, and could be taken out without a change of what is said:

    plain                     specs without fixtures skip pytest's setup and teardown: a quarter
    watch/warm, watch/forks   a process that has pytest loaded, from which each run is forked off
    grade/anew                ... and for a class one that has collected its specs
    gc in plugin              the collector is off while specs load, and what is loaded is frozen
    addopts in pyproject      plugins of pytest and others that no spec needs are switched off
    SETTINGS below            for arrays: set before numpy is imported or the process begins, where
                              nobody has set them otherwise
"""

import os

SETTINGS = {
    # products as small as ours gain nothing from a second thread, and on a busy machine its
    # threads wait for each other, up to ten times as long as the work takes
    "OPENBLAS_NUM_THREADS": "1",
    # the C library of Linux gives memory back after each step of training, and gets it again page
    # by page: a third of the time
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
}
for name, value in SETTINGS.items():
    os.environ.setdefault(name, value)
