"""A notebook becomes a page without traces of JupyterLab, and faults are reported."""

import json
from collections import namedtuple

import pytest

nbformat = pytest.importorskip("nbformat")
convert = pytest.importorskip("mkdocs_jupyter.convert")
notebook_page = pytest.importorskip("kexecdoc.web.site.notebook_page")
v4 = nbformat.v4

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="


@pytest.fixture
def build(tmp_path):
    """Make a page of cells; return it and the warnings."""

    def build(*cells):
        notebook = v4.new_notebook(cells=cells)
        notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        path = tmp_path / "x.ipynb"
        nbformat.write(notebook, path)
        warnings = []
        html = convert.nb2html(str(path), no_prompt=True, allow_errors=False)
        return notebook_page.rebuild(html, json.loads(path.read_text()), warnings.append), warnings

    return build


def code(source="run()", *outputs, **metadata):
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata, execution_count=1)


def picture(**metadata):
    data = {"image/png": PNG, "text/plain": "<Figure size 640x480 with 1 Axes>"}
    return v4.new_output("display_data", data, metadata=metadata)


@pytest.mark.slow
def test_no_style_sheet_script_or_prompt_is_left(build):
    page, _ = build(v4.new_markdown_cell("# One\n\ntext"), code("print(1)", v4.new_output("stream", text="1\n")))
    assert page.select("style, script, clipboard-copy, [class*=jp-], [class*=prompt], [class*=Prompt]") == []
    assert "In [" not in page.text
    assert "Out[" not in page.text
    assert len(str(page)) < 2_000


def test_code_is_kept_out_of_the_search_index_and_its_output_is_in(build):
    page, _ = build(code("print('Bye!')", v4.new_output("stream", text="Bye!\n")))
    assert page.select_one(".kx-input").has_attr("data-search-exclude")
    assert page.select_one(".kx-output").text.strip() == "Bye!"
    assert not page.select_one(".kx-output").has_attr("data-search-exclude")


def test_the_picture_of_an_output_keeps_its_text_alternative(build):
    page, warnings = build(code("draw()", picture(**{"image/png": {"alt": "a bit flips"}})))
    assert page.img["alt"] == "a bit flips"
    assert not warnings


def test_a_picture_without_a_text_alternative_is_reported(build):
    _, warnings = build(v4.new_markdown_cell("text"), code("draw()", picture()))
    assert warnings == ["cell 2: a picture without a text that says what it shows"]


def test_the_page_twin_is_preferred_to_the_still_picture(build):
    fallback = '<div class="kx-explorer" data-explorer="x"></div>'
    data = {"text/html": fallback, "image/png": PNG, "text/plain": "Explorer('x')"}
    page, warnings = build(code("Explorer('x')", v4.new_output("display_data", data)))
    assert page.select_one("[data-explorer=x]")
    assert not page.select("img")
    assert not warnings


def test_code_that_jupyterlab_folds_away_is_folded_on_the_page(build):
    page, _ = build(code("draw()", jupyter={"source_hidden": True}), code("run()"))
    assert [d.pre.text.strip() for d in page.select("details")] == ["draw()"]
    assert len(page.select(".kx-input")) == 2


def test_an_empty_cell_leaves_nothing(build):
    page, _ = build(code(""))
    assert page.text.strip() == ""


def test_every_heading_has_a_place_in_the_contents_and_a_link(build):
    page, _ = build(v4.new_markdown_cell("# The `jump`\n\n## What it does"), v4.new_markdown_cell("## And then"))
    toc = notebook_page.contents(page)
    top = toc.items[0]
    assert (top.title, [child.title for child in top.children]) == ("The jump", ["What it does", "And then"])
    assert {f"#{anchor}" for anchor in notebook_page.anchors(page)} == {a["href"] for a in page.select("a.headerlink")}


File = namedtuple("File", "src_uri url")
FILES = {
    uri: File(uri, url)
    for uri, url in {
        "notebooks/x.ipynb": "notebooks/x/",
        "notebooks/y.ipynb": "notebooks/y/",
        "reference/switches.md": "reference/switches/",
        "assets/a.png": "assets/a.png",
    }.items()
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("../site/reference/switches.md#quiesce", "../../reference/switches/#quiesce"),
        ("y.ipynb", "../y/"),
        ("y.ipynb#What-is-wrong-with-it?", "../y/#what-is-wrong-with-it"),
        ("#What-it-does", "#what-it-does"),
        ("https://www.kernel.org/", "https://www.kernel.org/"),
    ],
)
def test_a_link_between_files_becomes_one_between_pages(build, link, address):
    page, warnings = build(v4.new_markdown_cell(f"[x]({link})"))
    notebook_page.relink(page, "notebooks/x.ipynb", FILES.get, warnings.append)
    assert page.a["href"] == address
    assert not warnings


def test_a_picture_of_the_site_is_found_from_a_notebook(build):
    page, warnings = build(v4.new_markdown_cell("![a still](../site/assets/a.png)"))
    notebook_page.relink(page, "notebooks/x.ipynb", FILES.get, warnings.append)
    assert page.img["src"] == "../../assets/a.png"
    assert not warnings


@pytest.mark.parametrize("link", ["nowhere.ipynb", "../site/reference/gone.md#x", "../kexecdoc/scenario.py"])
def test_a_link_to_a_missing_page_is_reported(build, link):
    page, warnings = build(v4.new_markdown_cell(f"[x]({link})"))
    notebook_page.relink(page, "notebooks/x.ipynb", FILES.get, warnings.append)
    assert warnings == [f"links to '{link.partition('#')[0]}', which is not on the site"]


def test_links_with_anchors_are_returned_for_checking(build):
    page, warnings = build(v4.new_markdown_cell("[x](../site/reference/switches.md#no-such-switch)"))
    anchored = notebook_page.relink(page, "notebooks/x.ipynb", FILES.get, warnings.append)
    assert anchored == {
        FILES["reference/switches.md"]: {"no-such-switch": "../site/reference/switches.md#no-such-switch"}
    }
