"""Servers for tests and benchmarks: a folder, the built site, a JupyterLab. All listen on loopback only."""

from __future__ import annotations

import contextlib
import functools
import http.server
import io
import json
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = "127.0.0.1"
PATIENCE = 120  # seconds for JupyterLab to start, and for a notebook to run
IDLE_LIMIT = 600  # seconds after which an unused JupyterLab shuts down

POLICY_WANTED = "X-Policy-Wanted"

BUILT_FOR = "http://127.0.0.1:8104/"
"""The address that a site is built for by default: `site_url` in mkdocs.yml."""

# The shell has no window, and opens a page in two thirds of the time.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",  # a container has no user namespaces, which the sandbox needs
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def has_full_explorer() -> bool:
    """Return whether a site built here has the page with the full explorer: ``MACHINE=no`` leaves it out."""
    return os.environ.get("MACHINE", "yes").lower() not in ("no", "false", "0", "off")


class Failed(Exception):
    """Something could not be built or started. The text is what it printed."""


def find_chromium() -> str | None:
    """Return the Chromium that ``CHROMIUM`` names, or one from the path, or None."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else CHROMIUM_NAMES)), None)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Log nothing. Send the content security policy that a request asks for."""

    def end_headers(self) -> None:
        if policy := self.headers.get(POLICY_WANTED):
            self.send_header("Content-Security-Policy", policy)
        super().end_headers()

    def log_message(self, *args: object) -> None:
        pass


class _Site(_Quiet):
    """Serve a site as if it had been built for the address that serves it.

    A page names the address that it was built for, and instant navigation works only there. The port is not known
    until the server runs, so the address is replaced in each page on request.
    """

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        body = self.changed(path) if path.is_file() else None
        if body is None:
            return super().send_head()
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path.name))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def changed(self, path: Path) -> bytes | None:
        """Return what is sent in place of a file's content, or None for the content itself."""
        if path.suffix not in (".html", ".xml"):
            return None
        return path.read_bytes().replace(BUILT_FOR.encode(), f"http://{self.headers['Host']}/".encode())


class _SiteWithoutSearch(_Site):
    """Serve a site in which a search finds nothing.

    The theme indexes the whole site anew on every page, in a worker. Few tests search, and all open pages.
    """

    def changed(self, path: Path) -> bytes | None:
        if path.name != "search_index.json":
            return super().changed(path)
        return _without_entries(path)


@functools.cache
def _without_entries(index: Path) -> bytes:
    """Return an index of a search with its settings only."""
    return json.dumps({**json.loads(index.read_bytes()), "docs": []}).encode()


@contextlib.contextmanager
def folder(path: Path, handler: type[_Quiet] = _Quiet) -> Iterator[str]:
    """Serve a folder for the length of the block. Yield its address, which ends with a slash."""
    handler = functools.partial(handler, directory=str(path))  # type: ignore[assignment]
    with http.server.ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}/"
        finally:
            server.shutdown()


@contextlib.contextmanager
def site(path: Path, full_explorer: bool = True, search: bool = True) -> Iterator[str]:
    """Build the site into a folder and serve it, with or without the page of the full explorer, and the search.

    The site that ``KEXECDOC_SITE`` names is served as it is: `make test` has just built it. Failed if there is none.
    """
    if full_explorer and (built := os.environ.get("KEXECDOC_SITE")):
        path = ROOT / built
        if not (path / "index.html").exists():
            raise Failed(f"KEXECDOC_SITE: there is no site in {built}; make site builds one into _build/html")
    else:
        build(path, full_explorer)
    with folder(path, _Site if search else _SiteWithoutSearch) as address:
        yield address


def build(path: Path, full_explorer: bool = True) -> None:
    """Build the site into a folder. Failed, with what mkdocs said, if that does not work."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(path)],
        cwd=ROOT,
        env={
            **os.environ,
            "SITE_URL": BUILT_FOR,
            "NO_MKDOCS_2_WARNING": "1",
            "MACHINE": "yes" if full_explorer and has_full_explorer() else "no",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"the site does not build (make site):\n{done.stderr[-3000:]}")


@contextlib.contextmanager
def jupyterlab(home: Path) -> Iterator[Callable[[str], str]]:
    """Run a JupyterLab on ``home/notebooks`` without the user's settings. Yield a function from a name to its address.

    Failed if it does not start.
    """
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    # No question about news, no check for updates.
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
        # If the process that started it is killed first, the server shuts down once it is idle.
        f"--ServerApp.shutdown_no_activity_timeout={IDLE_LIMIT}",
        f"--MappingKernelManager.cull_idle_timeout={IDLE_LIMIT}",
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
        _wait_until_up(server, f"{base}/api?token={token}", log)
        yield lambda notebook: f"{base}/doc/tree/{notebook}?token={token}&reset"
    finally:
        _stop(server)


def _wait_until_up(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.25)
    raise Failed(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    # On SIGTERM the server ends its kernels first. A kernel without a server exits by itself.
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
