"""A Chromium, the built site and a real JupyterLab, for the tests that look at what a reader sees.

`page` comes from pytest-playwright. Every test in this folder is marked `browser`, one that asks for `lab` is
marked `lab` too, and one whose page asks a foreign host for anything fails.
"""

import contextlib
import functools
import http.server
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",  # containers have no user namespaces to build one from
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = "127.0.0.1"
LAB_PATIENCE = 120  # seconds for JupyterLab to start, and for a notebook to run


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            if "lab" in item.fixturenames:
                item.add_marker("lab")


# --- the browser ---------------------------------------------------------------------------------------


def find_chromium():
    asked = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [asked] if asked else CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("KEXECDOC_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium found, and KEXECDOC_REQUIRE_BROWSER=1 allows no skipping", pytrace=False)
        pytest.skip("no Chromium found: browser tests were skipped")
    return {**browser_type_launch_args, "executable_path": chromium, "args": CHROMIUM_FLAGS}


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
        if urlsplit(request.url).hostname not in (None, LOOPBACK, "localhost"):
            foreign_requests.append(request.url)

    def make(**options):
        context = new_context(**options)
        context.on("request", listen)
        return context

    return make


# --- the site ------------------------------------------------------------------------------------------


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of the site, built for this run: no stale page, and a site_url that is the true one.

    Instant navigation works only where site_url is the address that serves it, and a fixed port may be taken.
    So the port comes first, then the build.
    """
    folder = tmp_path_factory.mktemp("site")
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        address = f"http://{LOOPBACK}:{server.server_port}/"
        build = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
            cwd=ROOT,
            env={**os.environ, "SITE_URL": address, "NO_MKDOCS_2_WARNING": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if build.returncode:
            pytest.fail(f"the site does not build (make site):\n{build.stderr[-3000:]}", pytrace=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield address
        server.shutdown()


# --- JupyterLab ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the notebooks, free of this user's settings: lab("x.ipynb") is an address."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    # No question about news in the reader's way, and no look for updates.
    silence = '{"fetchNews": "false", "checkForUpdates": false}'
    (settings / "notification.jupyterlab-settings").write_text(silence)
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(8)
    base = f"http://{LOOPBACK}:{port}"
    log = home / "lab.log"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        f"--ServerApp.ip={LOOPBACK}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={home / 'notebooks'}",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",  # so that a test can say "run all cells"
    ]
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            env={**os.environ, **{name: str(home / folder) for name, folder in folders.items()}},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_up(server, f"{base}/api?token={token}", log)
        yield lambda notebook: f"{base}/doc/tree/{notebook}?token={token}&reset"
    finally:
        stop(server)


def wait_until_up(server, address, log):
    end = time.monotonic() + LAB_PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.25)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}", pytrace=False)


def stop(server):
    # Asked politely it ends its kernels first. A kernel that lost its server ends by itself.
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.fixture
def run_in_lab(page, lab):
    """Open a notebook in JupyterLab and run all its cells: run_in_lab("x.ipynb") is the page, when done."""

    def run(notebook):
        page.set_default_timeout(LAB_PATIENCE * 1000)
        page.goto(lab(notebook))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        return page

    return run
