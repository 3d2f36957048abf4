"""What specs say with: each helper here compares, and fails in words that name the mistake.

close       expect_close: a result beside the right answer, and beside wrong ones that have names
kinds       expect_kind: a float is a float, a list a list, and neither is numpy's
parameters  same_parameters: a call leaves a module the parameters that it had
errors      expect_raises: bad input is refused, in a message that names it
shown       how numbers and objects are written in all of these
"""

from dojo.expect.close import expect_close
from dojo.expect.errors import expect_raises
from dojo.expect.kinds import expect_kind
from dojo.expect.parameters import same_parameters

__all__ = ["expect_close", "expect_kind", "expect_raises", "same_parameters"]
