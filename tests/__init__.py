"""Proof that the course itself is right; learners need not look in here."""
