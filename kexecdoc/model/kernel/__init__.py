"""The software: what the two kernels do, step by step, in the order of the real ones."""
