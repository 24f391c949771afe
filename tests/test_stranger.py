"""A contributor adds a switch, a message, a source and a device, following only CONTRIBUTING.md.

This happens in a copy of the tree. Only the files that CONTRIBUTING.md names change, and the tests concerned pass. Two
likely mistakes fail tests, with a text that says what to do.
"""

import filecmp
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_contributing import SECTIONS

ROOT = Path(__file__).resolve().parent.parent
LEFT_BEHIND = shutil.ignore_patterns(".*", "_build", "__pycache__", "*.egg-info", "node_modules", "test-results")

SWITCH = """    driver_delay: int = integer(
        "how long its driver waits before it looks at the device under study",
        default=0,
        low=0,
        high=100,
        unit="ms",
        label="How long the next kernel’s driver waits first",
        needs=[{"next-driver": ("resets", "trusts")}],
    )
"""

READ = """        if delay := new.scenario.driver_delay:  # [src: stranger-delay]
            new.say("stranger.waits", "eth0", delay)
            yield from new.pause(delay * MS)
"""

MESSAGE = """    *BOOT.says("stranger.waits",
        "%s: waiting %d ms for the device",
        harm="routine", where="drivers/net/stranger.c: stranger_probe()", source="stranger-delay",
        meaning="The driver gives its device time before it looks at it."),
"""

SOURCE = """    kernel("stranger-delay", "drivers/net/stranger.c", "stranger_probe()",
           "The driver waits before it looks at its device.", NOW),
"""

FLR = """    flr: str = choice(
        "whether a driver that believes what it finds has the function reset all the same",
        ("no", "no"),
        ("yes", "yes, before it sets Bus Master"),
        label="Function-level reset",
        needs=[{"next-driver": ("trusts",)}],
    )
"""

TESTS = '''"""A driver that waits before it looks at its device."""

from scenarios import crossed, texts


def probed(run):
    return next(event.t_ns for event in run.log if event.id == "next/eth0-reset:0")


def test_a_driver_that_waits_resets_its_device_so_much_later_and_says_so():
    run = crossed("driver-delay=50")
    assert probed(run) - probed(crossed()) == 50_000_000
    assert "eth0: waiting 50 ms for the device" in texts(run)


def test_nothing_before_the_next_kernel_notices_that_its_driver_waits():
    one, other = crossed(), crossed("driver-delay=50")
    entered = one.verdict.enter_ns
    assert entered == other.verdict.enter_ns
    assert [e for e in one.log if e.t_ns <= entered] == [e for e in other.log if e.t_ns <= entered]
'''

DEVICE = """
from my_device import WithCard
from kexecdoc import simulate

for bus_master in ("yes", "no"):
    print(simulate(WithCard(my_shutdown="missing", clear_bus_master=bus_master, seed=2)).verdict.outcome)
"""

SCENARIO = "kexecdoc/model/scenario.py"
DRIVER = "kexecdoc/model/kernel/drivers/nic.py"
CHANGES = {
    "Add a switch": {SCENARIO, DRIVER, "tests/switches.json", "tests/test_driver_delay.py"},
    "Add a kernel message": {"kexecdoc/registries/messages/crossing.py", DRIVER},
    "Add a source": {"kexecdoc/registries/sources/devices.py"},
}
"""The edits, by section of CONTRIBUTING.md. The device needs only a file of its own."""

CONCERNED = (
    *("registries", "scenario", "tables", "message_tables", "contributing", "extending", "fingerprints"),
    "driver_delay",
)


class Copy:
    """The copy of the tree, with the edits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=LEFT_BEHIND)

    def insert(self, name: str, before: str, text: str) -> None:
        """Insert text before the last occurrence of ``before``."""
        path = self.folder / name
        head, found, tail = path.read_text(encoding="utf-8").rpartition(before)
        assert found, f"{name}: where is {before!r}?"
        path.write_text(head + text + found + tail, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy, with the package of the copy."""
        env = {**os.environ, "PYTHONPATH": str(self.folder), "KEXECDOC_EXAMPLES": "4"}
        return subprocess.run(
            [sys.executable, *words], cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )

    def pytest(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow and not browser", *words)

    def changed(self) -> set[str]:
        """The files that differ from the original."""

        def differing(here: filecmp.dircmp[str]) -> set[Path]:
            names = [*here.diff_files, *here.right_only]
            below = [differing(folder) for name, folder in here.subdirs.items() if not name.startswith(".")]
            return {Path(here.right, name) for name in names if not name.startswith(".")}.union(*below)

        found = differing(filecmp.dircmp(ROOT, self.folder, ignore=["__pycache__"]))
        return {path.relative_to(self.folder).as_posix() for path in found}


@pytest.fixture(scope="module")
def stranger(tmp_path_factory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("stranger") / "kexecdoc")
    copy.insert(SCENARIO, "    irqpoll: str = choice(", SWITCH)
    copy.insert(DRIVER, '        with new.callback("eth0", "probe"):\n', READ)
    copy.replace(DRIVER, "    HANG_WATCHED,\n", "    HANG_WATCHED,\n    MS,\n")
    copy.insert("kexecdoc/registries/messages/crossing.py", ")\n", MESSAGE)
    copy.insert("kexecdoc/registries/sources/devices.py", ")\n", SOURCE)
    (copy.folder / "tests/test_driver_delay.py").write_text(TESTS, encoding="utf-8")
    return copy


def named_in(section: str) -> set[str]:
    return set(re.findall(r"`((?:kexecdoc|tests)(?:/[\w./-]*)?)`", SECTIONS[section]))


@pytest.mark.parametrize("section", CHANGES)
def test_the_guide_names_each_file_that_a_stranger_edits(section):
    for path in CHANGES[section]:
        assert any(path == name or path.startswith(name.rstrip("/") + "/") for name in named_in(section)), path


@pytest.mark.slow
def test_a_new_name_is_red_until_it_is_entered_and_the_text_says_how(stranger):
    told = stranger.pytest("tests/test_scenario.py", "-k", "new_ones_are_entered")
    assert told.returncode == 1
    assert "New: driver-delay. Adding is free: run `python -m tools.switches`" in told.stdout
    entered = stranger.run("-m", "tools.switches")
    assert entered.returncode == 0, entered.stderr


@pytest.mark.slow
def test_what_the_additions_concern_is_green_and_nothing_else_changed(stranger):
    assert stranger.run("-m", "tools.switches").returncode == 0
    green = stranger.pytest(*(f"tests/test_{name}.py" for name in CONCERNED))
    assert green.returncode == 0, green.stdout[-3000:]
    effect = stranger.pytest("tests/test_effect.py", "-k", "driver-delay")
    assert effect.returncode == 0, effect.stdout[-3000:]
    claims = stranger.run("tools/claims.py")
    assert claims.returncode == 0, claims.stderr
    lint = stranger.run("-m", "ruff", "check", "--no-cache", "kexecdoc", "tests")
    assert lint.returncode == 0, lint.stdout
    assert stranger.changed() == set.union(*CHANGES.values())


@pytest.mark.slow
def test_the_command_line_knows_the_switch_and_its_range(stranger):
    console = stranger.run("-m", "kexecdoc", "run", "--driver-delay", "50", "--format", "console")
    assert "eth0: waiting 50 ms for the device" in console.stdout
    refused = stranger.run("-m", "kexecdoc", "run", "--driver-delay", "101")
    assert refused.returncode == 2
    assert refused.stderr == "kexecdoc: driver-delay: 101 is not an integer from 0 to 100 (ms); the nearest is 100\n"


@pytest.mark.slow
def test_a_condition_that_asks_for_too_much_is_red_in_a_quick_test(stranger):
    right, wrong = '{"next-driver": ("resets", "trusts")}', '{"machine": "x86"}'
    stranger.replace(
        SCENARIO, f"        needs=[{right}],\n    )\n    irqpoll", f"        needs=[{wrong}],\n    )\n    irqpoll"
    )
    told = stranger.pytest("tests/test_effect.py", "-k", "makes_no_difference and driver-delay")
    stranger.replace(
        SCENARIO, f"        needs=[{wrong}],\n    )\n    irqpoll", f"        needs=[{right}],\n    )\n    irqpoll"
    )
    assert told.returncode == 1
    assert "test_where_a_condition_of_a_switch_fails_it_makes_no_difference[driver-delay]" in told.stdout


@pytest.mark.slow
def test_a_device_from_outside_is_one_file_outside_the_package(stranger):
    text = (ROOT / "site/examples/your_own_device.py").read_text(encoding="utf-8")
    mine = stranger.folder.parent / "my_device.py"
    mine.write_text(re.sub(r"card([_-]shutdown)", r"my\1", text), encoding="utf-8")
    script = f"import sys; sys.path.append({str(mine.parent)!r})\n{DEVICE}"
    made = stranger.run("-c", script)
    assert made.stdout.split() == ["clean", "corrupted"], made.stderr


@pytest.mark.slow
def test_a_switch_that_makes_a_rule_and_its_advice_false_is_red(tmp_path):
    copy = Copy(tmp_path / "kexecdoc")
    copy.insert(SCENARIO, "    irqpoll: str = choice(", FLR)
    resets = '            if driver == "resets"'
    copy.replace(DRIVER, f"{resets}:", f'{resets} or new.scenario.flr == "yes":')
    told = copy.pytest("tests/test_rules.py", "-m", "slow", "-k", "edge and clear")
    assert told.returncode == 1
    assert "'flr': 'yes'" in told.stdout
