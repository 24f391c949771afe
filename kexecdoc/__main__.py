"""``python -m kexecdoc`` is the command ``kexecdoc``."""

from kexecdoc.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
