"""Where libraries disagree: rows that run the course and whatever libraries are installed."""
