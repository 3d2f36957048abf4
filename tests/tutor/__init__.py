"""Transcripts of what a tutor may say (good/) and may not (bad/), and the check of both.

    # Asked for the code, once

    kata    1.2 Value.tanh       or "any": then no kata's body may be told
    status  red                  of the kata, when the conversation begins
    hints   1                    how many were taken by then
    breaks  leak                 a bad one: the rule that it breaks, and no other

    ## learner
    …
    ## tutor
    …
    ## tutor does                a line each: run a command, read a file, write a file
    run make hint KATA=Value.tanh

`shown yes` says that the learner has seen the reference; {reference} stands for its lines.
"""
