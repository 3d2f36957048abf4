"""How fast the course is, against peers of its kind: `make bench`."""
