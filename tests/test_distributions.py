"""The wheel and the source distribution: their contents, and the wheel in an otherwise empty environment."""

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from kexecdoc.cli import main

ROOT = Path(__file__).resolve().parent.parent
CONSOLE = ROOT / "tests" / "consoles" / "08-arm64-devicetree-lpis-left-enabled.log"
SOURCES_OF_A_BUNDLE = re.compile(r"kexecdoc/web/explorer/(src/|test/|[\w.]+\.json$)")

pytestmark = pytest.mark.slow


def ran(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300, **options).stdout


def repository():
    """The files that git tracks or would track if they were added."""
    if not (ROOT / ".git").exists():
        pytest.skip("only a clone can say which files are the repository's")
    names = ran("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
    return {name for name in names if (ROOT / name).exists()}


def build(kind, source, folder):
    ran(sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", folder, cwd=source)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The source distribution, unpacked."""
    sdist = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    return source


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_has_exactly_the_package_its_assets_and_licences(wheel):
    names = {name for name in contents(wheel) if not name.startswith("kexecdoc-")}
    package = {name for name in repository() if name.startswith("kexecdoc/") and not SOURCES_OF_A_BUNDLE.match(name)}
    assert names == package
    assert {"kexecdoc/py.typed", "kexecdoc/mini.py"} <= names
    assert {Path(name).suffix for name in names} >= {".py", ".js", ".css"}
    assert not any("test" in Path(name).name or name.endswith(".ipynb") for name in names)
    licences = {name.rpartition("/")[2] for name in contents(wheel) if "/licenses/" in name}
    assert licences == {"LICENSE", "LICENSE-text"}


def test_the_source_distribution_is_the_repository(unpacked):
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert names == repository() | {"PKG-INFO"}


def test_the_source_distribution_builds_the_same_wheel(wheel, unpacked, tmp_path):
    again = build("wheel", unpacked, tmp_path)
    assert again.name == wheel.name
    assert contents(again) == contents(wheel)


@pytest.fixture(scope="module")
def empty(wheel, tmp_path_factory):
    """The programs of an environment with only the wheel and the SimPy that is installed here."""
    folder = tmp_path_factory.mktemp("environment")
    ran(sys.executable, "-m", "venv", "--without-pip", folder)
    programs = folder / "bin"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python"]
    ran(*pip, "install", "--no-index", "--no-deps", wheel)
    packages = Path(ran(programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    for file in distribution("simpy").files:
        if ".." not in file.parts:
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), packages / file)
    ran(*pip, "check")  # the wheel requires only SimPy, in this version
    return programs


@pytest.mark.parametrize(
    "words",
    [
        ("run", "left-running"),
        ("run", "--path", "panic", "--machine", "x86", "--format", "json"),
        ("quiz", "--chapter", "6", "--seed", "3", "--answer"),
        ("log", str(CONSOLE)),
        ("sweep", "--vary", "iommu", "--seeds", "2"),
        ("switches",),
    ],
    ids=lambda words: f"{words[0]}-{len(words)}",
)
def test_the_installed_command_prints_the_same(empty, tmp_path, capsys, words):
    assert main(words) == 0
    here = capsys.readouterr().out
    assert ran(empty / "kexecdoc", *words, cwd=tmp_path) == here
    assert ran(empty / "python", "-I", "-m", "kexecdoc", *words, cwd=tmp_path) == here


def test_the_installed_package_has_the_public_names(empty, tmp_path):
    code = "from kexecdoc import Scenario, quiz, simulate; print(simulate(Scenario()).verdict.outcome, bool(quiz()))"
    assert ran(empty / "python", "-I", "-c", code, cwd=tmp_path) == "clean True\n"
    assert ran(empty / "python", "-I", "-m", "kexecdoc.mini", cwd=tmp_path) == (ROOT / "tests/mini.txt").read_text()
