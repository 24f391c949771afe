"""Many runs, and what arithmetic says about them."""

from kexecdoc.study.sweep import sweep

__all__ = ["sweep"]
