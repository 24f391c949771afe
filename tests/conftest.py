"""What every test process shares."""

import os

from hypothesis import settings

# No example may fail for taking long: the speed of the machine is not under test. `make quick` tries fewer examples.
settings.register_profile("kexecdoc", deadline=None, max_examples=int(os.environ.get("KEXECDOC_EXAMPLES", "30")))
settings.load_profile("kexecdoc")
