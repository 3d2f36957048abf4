"""What the tests stand on. It has no tests of its own.

catalogue       an entry of tests/mistakes/ or tests/alternatives/, put in place of its kata
scratch         a copy of the course, where katas are solved, broken and tested
fork_server     ... and the process that its runs of pytest are forked off
on_reference    code of the lessons, run on the reference
invented        an invented course, on which commands and pytest are run from outside
invented_files  ... and its texts
leaks           what a tutor may not say, in the transcripts of tests/tutor/
schema          the part of JSON Schema that dojo/status.schema.json uses
"""
