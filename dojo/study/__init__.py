"""The course in a browser: the lessons as pages, and beside them what the katas say.

    book, pages, contents     which pages there are, and the frame around each
    markup, formulas, figures a lesson as HTML: Markdown, MathML, pictures for light and dark
    questions                 a quiz
    site                      all pages as plain files: make site
    *.css, frame.html         how they look

Only `make study` and `make site` import any of it.
"""
