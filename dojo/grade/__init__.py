"""A class of submissions, run on the specs of this course and put into a table.

    command        make grade: what is asked for, and what is said at the end
    hand_in        a submission read: from a folder, a zip or a git bundle
    room           a copy of the course, without the reference, in which submissions are run
    desk           ... and the process that runs them there, as the grading process sees it
    proctor        that process: it forks off a run for each submission, and never loads one
      anew         ... with specs that it has collected once, on stubs
    watch, walls   how long a run may take, and what it cannot get at
      landlock     ... of files, on Linux
    inside         what a run tells, from inside
    reach, intact  what of it cannot be believed: code that can change results, or has changed them
    marks          what is told, as the status of each kata and as points
    register       what was graded before, so that it goes on where it was
    alike          katas of two submissions that are nearly the same
    sheet, summary the table, as CSV and JSON, and as a page on GitHub

No code of a submission is ever loaded into the process that writes the table, nor into the one
that forks: only into the run itself, which tells its results through a pipe and is then over.
"""
