"""Where the course meets other real things: numpy's numbers, pandas, PyTorch, generators."""
