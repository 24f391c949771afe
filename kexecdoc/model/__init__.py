"""Scenario in, log out: the switches, the machine and its two kernels. It needs SimPy and nothing else."""
