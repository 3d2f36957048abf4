"""The course in a browser: the lessons as pages, and beside them what the katas say.

    book, pages, contents     which pages there are, and the frame around each
    markup, formulas, figures a lesson as HTML: Markdown, MathML, pictures for light and dark
    plain_formulas            a formula as a line of text, for the terminal
    questions, notation       a quiz; what a symbol stands for
    site                      all pages as plain files: make site
    command, server           make study: the program, and who may ask it for what
    answers, desk, aside      what it answers: pages with what is live on them
    session                   the katas that are run at each save, with dojo.watch
    expression, pictures      a typed expression on the learner's engine; what experiments saved
    *.css, *.js, frame.html   how it looks; what moves

Only `make study` and `make site` import any of it.
"""
