"""What the tests stand on. It has no tests of its own.

catalogue       an entry of tests/mistakes/ or tests/alternatives/, put in place of its kata
scratch         a copy of the course, where katas are solved, broken and tested
fork_client     what takes time to load is loaded once, and runs are forked off
fork_server     ... of pytest where it is about to collect, in a scratch copy
fork_python     ... of Python where it has loaded pytest, anywhere
on_reference    code of the lessons, run on the reference
invented        an invented course, on which commands and pytest are run from outside
invented_files  ... and its texts
leaks           what a tutor may not say, in the transcripts of tests/tutor/
schema          the part of JSON Schema that dojo/status.schema.json uses
"""
