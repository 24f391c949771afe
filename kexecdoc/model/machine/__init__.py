"""The hardware. Nothing in here knows what a kernel is: registers are written, and things follow."""
