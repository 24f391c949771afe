"""What the site adds to MkDocs: notebooks, live explorers, pages made from the registries.

Functions that begin with ``on_`` are MkDocs events, in the order in which a build triggers them.
"""

from __future__ import annotations

import hashlib
import html
import json
import posixpath
import re
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from kexecdoc.web.site import (
    bibliography,
    console_log,
    driver_answers,
    experiments,
    extending,
    full_explorer_page,
    glossary_links,
    notebook_page,
    search_words,
)

log = get_plugin_logger("kexecdoc")  # a warning fails a strict build

ROOT = Path(__file__).resolve().parents[3]
ASSETS = "assets/kexecdoc"
BIBLIOGRAPHY = "reference/bibliography.md"
MARKER = re.compile(r"<!-- (registry|still|console): ([\w-]+) -->")


@event_priority(100)  # before the search plugin reads its settings
def on_config(config: MkDocsConfig) -> None:
    """Set how the search splits a query, and leave out the full explorer's page if it cannot be built."""
    search = config.plugins["material/search"].config
    search["separator"], search["pipeline"] = search_words.SEPARATOR, []
    config.extra["machine"] = full_explorer_page.wanted(config.extra["machine"])
    if config.extra["machine"] and (problem := full_explorer_page.missing()):
        log.warning(problem)
        config.extra["machine"] = False
    if not config.extra["machine"]:
        config.nav = [entry for entry in config.nav or [] if full_explorer_page.PAGE not in entry.values()]


def on_pre_build(config: MkDocsConfig) -> None:
    """Unload the package, so that `mkdocs serve` sees changes in it when it builds again.

    This is why the functions below import it where they use it.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] in ("kexecdoc", "your_own_device")]:
        del sys.modules[name]


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the notebooks, which are outside the pages' folder, and the files of the explorers."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        uri = f"notebooks/{path.name}"
        files.append(File(uri, str(ROOT), config.site_dir, config.use_directory_urls))
    from kexecdoc.web.assets import write_assets

    with TemporaryDirectory() as folder:
        for path in write_assets(Path(folder), extending.card()):
            uri = f"{ASSETS}/{path.relative_to(folder).as_posix()}"
            files.append(File.generated(config, uri, content=path.read_bytes()))
    files.append(File.generated(config, f"{ASSETS}/messages.json", content=console_log.data(files)))
    for path in sorted(experiments.CONSOLES.glob("*.log")):
        files.append(File.generated(config, f"assets/consoles/{path.stem}.txt", content=path.read_bytes()))
    if config.extra["machine"]:
        for name, content in full_explorer_page.files(titles(config)):
            files.append(File.generated(config, f"assets/{name}", content=content))
    elif page := files.get_file_from_path(full_explorer_page.PAGE):
        files.remove(page)
    return files


def titles(config: MkDocsConfig) -> dict[int, dict[str, str]]:
    """Return each chapter's title in the navigation, and its address relative to the full explorer's page."""
    sections = [below for entry in config.nav or [] for below in entry.values() if isinstance(below, list)]
    found = {}
    for title, uri in (named for section in sections for page in section for named in page.items()):
        if match := re.fullmatch(r"notebooks/(\d+)-.*\.ipynb", uri):
            found[int(match[1])] = {"title": title.partition(". ")[2], "url": f"../{uri.removesuffix('.ipynb')}/"}
    return found


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Replace a page's markers, such as ``<!-- registry: switches -->`` or ``<!-- still: left-running -->``."""
    if page.file.src_uri.endswith(".ipynb"):
        return markdown  # a notebook's source is not rendered here: see on_page_content
    markdown = full_explorer_page.passages(markdown, config.extra["machine"])
    from kexecdoc.registries.glossary import TERMS
    from kexecdoc.views import message_tables, tables
    from kexecdoc.web import driver_page

    registries: dict[str, Callable[[], str]] = {
        "switches": tables.switch_tables,
        "scales": tables.scales_table,
        "log-paths": tables.log_paths,
        "log-kinds": tables.log_kinds,
        "bibliography": tables.bibliography,
        "messages": lambda: message_tables.message_tables(chapters(page, files)),
        "checklist": driver_page.items,
        "my-driver": driver_answers.form,
        "my-driver-answers": driver_page.answers_table,
        "card": extending.explorer_html,
        "outcomes": driver_page.legend,
        "machine": full_explorer_page.placeholder,
        "glossary": lambda: glossary_links.page(TERMS.values(), chapters(page, files)),
    }

    def fill(marker: re.Match[str]) -> str:
        kind, name = marker.groups()
        if kind == "still":
            return still(name, page, config, files)
        if kind == "console":
            return experiments.fold(name, posixpath.relpath("assets/consoles/", page.file.url or ".") + "/")
        if name not in registries:
            log.warning("%s: there is no registry '%s'", page.file.src_uri, name)
            return ""
        return registries[name]()

    to = posixpath.relpath(BIBLIOGRAPHY, posixpath.dirname(page.file.src_uri) or ".")

    def linked(source_id: str, title: str) -> str:
        return f'[\\[{source_id}\\]]({to}#src-{source_id} "{title}"){{ .kx-cite }}'

    return cite(MARKER.sub(fill, markdown), page, linked)


def chapters(page: Page, files: Files) -> dict[int, str]:
    """Return the existing chapters by number, each as a path relative to the page."""
    here = posixpath.dirname(page.file.src_uri) or "."
    found = (re.fullmatch(r"notebooks/(\d+)-.*\.ipynb", file.src_uri) for file in files)
    return {int(match[1]): posixpath.relpath(match[0], here) for match in found if match}


def still(name: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a preset's run as a figure, drawn anew at each build so that it cannot be out of date."""
    from kexecdoc.crossing import simulate
    from kexecdoc.study.presets import preset
    from kexecdoc.views.still import alt_text, still_png

    chosen = preset(name)
    run = simulate(chosen.scenario)
    uri = f"{ASSETS}/stills/{name}.png"
    if files.get_file_from_path(uri) is None:
        files.append(File.generated(config, uri, content=still_png(run)))
    path = posixpath.relpath(uri, posixpath.dirname(page.file.src_uri) or ".")
    caption = html.escape(f"{chosen.title[0].upper()}{chosen.title[1:]}. {run.verdict.summary}")
    if config.extra["machine"]:
        to = full_explorer_page.link(chosen.scenario, posixpath.relpath("machine/", page.file.url or ".") + "/")
        caption += f' <a href="{html.escape(to)}">Open it in the machine</a>.'
    alt = re.sub(r"([\\\[\]])", r"\\\1", alt_text(run))
    return f'<figure markdown="span">\n![{alt}]({path})\n<figcaption>{caption}</figcaption>\n</figure>'


def cite(text: str, page: Page, reference: Callable[[str, str], str]) -> str:
    """Replace every citation with references to the bibliography. A source that is not in it is a warning.

    ``reference`` makes a reference from an id and a title that is safe in an attribute.
    """
    from kexecdoc.registries.sources import CITATION, SOURCES
    from kexecdoc.registries.sources.citation import ids

    def found(match: re.Match[str]) -> str:
        if unknown := [source_id for source_id in ids(match[1]) if source_id not in SOURCES]:
            log.warning("%s: cites '%s', which is no source", page.file.src_uri, "', '".join(unknown))
            return match[0]
        return " ".join(reference(source_id, html.escape(SOURCES[source_id].title)) for source_id in ids(match[1]))

    return CITATION.sub(found, text)


@event_priority(-100)  # after mkdocs-jupyter
def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn a notebook into a page, and add to every page what it was last checked against."""
    uri = page.file.src_uri
    if uri.endswith(".ipynb"):
        content = chapter(content, page, config, files)
    return search_words.quiet(content) + foot(page, config)


def foot(page: Page, config: MkDocsConfig) -> str:
    """Return the foot of a page: what it was last checked against, and a link for reporting errors."""
    checked = html.escape(page.meta.get("checked", config.extra["checked"]))
    about = quote(f"{page.title} ({page.file.src_uri})", safe="")
    to = posixpath.relpath("report/", page.file.url or ".")
    report = (
        "" if page.file.src_uri == "report.md" else f' <a href="{to}/#about={about}">Report an error on this page</a>.'
    )
    return f'<p class="kx-checked" data-search-exclude>Last checked against {checked}.{report}</p>'


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Add to the bibliography the pages that cite each source. All other pages are rendered by now."""
    pages = {file.src_uri: file.page for file in files.documentation_pages() if file.page}
    page = pages.pop(BIBLIOGRAPHY)
    page.content = bibliography.fill(page.content or "", page.url, pages.values(), ROOT / "kexecdoc")
    return env


def on_post_page(output: str, page: Page | None, config: MkDocsConfig) -> str:
    """Give the theme's search a name for screen readers."""
    dialog = 'data-md-component="search" role="dialog"'
    return output.replace(dialog, f'{dialog} aria-label="Search"')


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """Give the search of the 404 page the same name."""
    return on_post_page(output, None, config) if template_name.endswith(".html") else output


def chapter(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a notebook's page. Its links are rewritten, and MkDocs checks them."""

    def warn(what: str) -> None:
        log.warning("%s: %s", page.file.src_uri, what)

    notebook = json.loads(Path(str(page.file.abs_src_path)).read_text(encoding="utf-8"))
    if not any(cell.get("outputs") for cell in notebook["cells"]):
        warn("has no stored outputs: run make notebooks")
    book = notebook_page.rebuild(content, notebook, warn)
    page.links_to_anchors = notebook_page.relink(book, page.file.src_uri, files.get_file_from_path, warn)
    page.present_anchor_ids = notebook_page.anchors(book)
    page.toc = notebook_page.contents(book)
    notebook_page.pictures(book, lambda png: keep(png, page, config, files))
    if config.extra["machine"]:
        full_explorer_page.set_address(book, posixpath.relpath("machine/", page.file.url) + "/")
    glossary_links.link(book, posixpath.relpath("reference/glossary/", page.file.url) + "/")
    to = posixpath.relpath("reference/bibliography/", page.file.url)

    def linked(source_id: str, title: str) -> str:
        return f'<a class="kx-cite" href="{to}/#src-{source_id}" title="{title}">[{source_id}]</a>'

    name = posixpath.basename(page.file.src_uri)  # mkdocs-jupyter puts it beside the page: include_source
    source = (
        '<p class="kx-source" data-search-exclude>This chapter is a notebook. <code>make lab</code> opens '
        f'it, live, in your copy of the repository; <a href="{name}" download>here is the file</a>.</p>'
    )
    title = book.h1.extract() if book.h1 else ""  # the search expects it first, outside the chapter's element
    return f'{title}<div class="kx-chapter">{cite(str(book), page, linked)}{source}</div>'


def keep(png: bytes, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Store a picture under a hash of its content, and return its address relative to a page."""
    uri = f"{ASSETS}/stills/{hashlib.sha256(png).hexdigest()[:16]}.png"
    if files.get_file_from_path(uri) is None:
        files.append(File.generated(config, uri, content=png))
    return posixpath.relpath(uri, page.file.url or ".")
