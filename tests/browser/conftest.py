"""A Chromium, the built site and a real JupyterLab, for the tests that look at what a reader sees.

`page` comes from pytest-playwright. Every test in this folder is marked `browser`, one that asks for `lab` is
marked `lab` too, and one whose page asks a foreign host for anything fails.
"""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import servers
from listening import cannot_run, complaints_of

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.reading.run import dumps
from kexecdoc.web.assets import write_assets
from kexecdoc.web.view import legend, view_of

HERE = Path(__file__).resolve().parent
NAME = "just-a-branch"


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            if "lab" in item.fixturenames:
                item.add_marker("lab")


# --- the browser ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = servers.find_chromium()
    if chromium is None:
        cannot_run("Chromium", "browser tests were skipped")
    return {**browser_type_launch_args, "executable_path": chromium, "args": servers.CHROMIUM_FLAGS}


@pytest.fixture
def foreign_requests():
    """Every request of this test's pages that left the machine. At the end there must be none."""
    foreign = []
    yield foreign
    if foreign:
        pytest.fail("the page asked a foreign host: " + ", ".join(sorted(set(foreign))), pytrace=False)


@pytest.fixture
def new_context(new_context, foreign_requests):
    """pytest-playwright's factory, `page` and `context` included, with an ear on the network."""

    def listen(request):
        if urlsplit(request.url).hostname not in (None, servers.LOOPBACK, "localhost"):
            foreign_requests.append(request.url)

    def make(**options):
        context = new_context(**options)
        context.on("request", listen)
        return context

    return make


@pytest.fixture
def complaints(page):
    """What the console, the scripts and the server had to complain about."""
    return complaints_of(page)


# --- the site ------------------------------------------------------------------------------------------


def served(folder, **options):
    """Serve the site that `make test` has built, or one built for this run."""
    try:
        with servers.site(folder, **options) as address:
            yield address
    except servers.Failed as failure:
        pytest.fail(str(failure), pytrace=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of the site, in which nothing can be searched for, so that its pages open sooner."""
    yield from served(tmp_path_factory.mktemp("site"), search=False)


@pytest.fixture(scope="session")
def site_with_search(tmp_path_factory):
    """The address of the site as it is published."""
    yield from served(tmp_path_factory.mktemp("site"))


@pytest.fixture
def machine(site):
    """The address of the page on which the whole machine runs."""
    if not servers.has_full_explorer():
        pytest.skip("MACHINE=no: the site has no page on which the machine runs")
    return site + "machine/"


# --- a bare page ---------------------------------------------------------------------------------------


def twin(name):
    return (
        f'<div class="kx-explorer" data-explorer="{name}">'
        '<figure class="kx-still"><img alt="a still picture" src="data:,"></figure></div>'
    )


TWIN = twin(NAME)


def page_of(body):
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title>'
        '<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
        f'<body>{body}<script type="module" src="assets/site.js"></script></body></html>'
    )


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """The address of a folder with bare pages and all that the explorers need, served."""
    folder = tmp_path_factory.mktemp("bare")
    write_assets(folder / "assets")
    run = simulate(EXPLORERS[NAME].scenario)
    (folder / "view.json").write_text(dumps({**view_of(run), "legend": legend()}))
    (folder / "one.html").write_text(page_of(TWIN))
    (folder / "two.html").write_text(page_of(TWIN + TWIN))
    for name in EXPLORERS:
        (folder / f"{name}.html").write_text(page_of(twin(name)))
    with servers.folder(folder) as address:
        yield address


# --- JupyterLab ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the notebooks, free of this user's settings: lab("x.ipynb") is an address."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(servers.ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    try:
        with servers.jupyterlab(home) as address:
            yield address
    except servers.Failed as failure:
        pytest.fail(str(failure), pytrace=False)


@pytest.fixture
def run_in_lab(page, lab):
    """Open a notebook in JupyterLab and run all its cells: run_in_lab("x.ipynb") is the page, when done."""

    def run(notebook):
        page.set_default_timeout(servers.PATIENCE * 1000)
        page.goto(lab(notebook))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        return page

    return run
