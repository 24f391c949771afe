"""Many runs, and arithmetic that must agree with them."""

from kexecdoc.study.sweep import sweep

__all__ = ["sweep"]
