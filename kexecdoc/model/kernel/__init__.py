"""The software: what the two kernels do, step by step, in the real order."""
