"""The project's tools: the messages about a missing Python, and the check of notebooks."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks as tool

ROOT = Path(__file__).resolve().parent.parent

# --- tools/need-python.sh --------------------------------------------------------------------------------


def ask(python):
    script = ROOT / "tools" / "need-python.sh"
    return subprocess.run(["sh", script, python], capture_output=True, text=True, check=True).stdout


def pretend(folder, line):
    """A `python` that runs ``line`` first, to look old or to lack a module."""
    fake = folder / "python3"
    fake.write_text(
        f"""#!/bin/sh
(echo '{line}'; cat) > {folder}/script
shift
exec {sys.executable} {folder}/script "$@"
"""
    )
    fake.chmod(0o755)
    return str(fake)


def test_a_supported_python_passes_silently():
    assert ask(sys.executable) == ""


def test_a_missing_python_is_named_in_one_line_with_the_command_that_brings_it():
    answer = ask("no-such-python")
    assert answer.count("\n") == 1
    assert "no-such-python: apt-get install python3 python3-venv" in answer


def test_an_old_python_is_named_in_one_line_with_its_version(tmp_path):
    answer = ask(pretend(tmp_path, "import sys; sys.version_info = (3, 9, 2)"))
    assert answer.count("\n") == 1
    assert "is 3.9: apt-get install" in answer


def test_a_missing_venv_module_is_named_in_one_line_with_its_package(tmp_path):
    answer = ask(pretend(tmp_path, 'import sys; sys.modules["ensurepip"] = None'))
    assert answer.count("\n") == 1
    assert "venv module" in answer
    assert "-venv" in answer.split("apt-get install ")[1]


# --- tools/notebooks.py ----------------------------------------------------------------------------------


def notebook(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def save(path, content):
    path.write_text(nbformat.writes(content))
    return path


def normalised(content):
    tool.normalise(content)
    return content


def test_normalising_twice_changes_nothing_more():
    once = normalised(notebook("1", "", "1"))
    text = nbformat.writes(once)
    assert nbformat.writes(normalised(once)) == text


def test_cell_ids_are_unique_and_stable():
    before = [cell.id for cell in normalised(notebook("a", "b", "b")).cells]
    after = [cell.id for cell in normalised(notebook("a", "new", "b", "b")).cells]
    assert len(set(before)) == 3
    assert after[:1] + after[2:] == before


def test_runs_are_counted_in_order_and_empty_cells_do_not_count():
    cells = [new_markdown_cell("text"), *map(new_code_cell, ("1", "", "2"))]
    counts = [cell.get("execution_count") for cell in normalised(new_notebook(cells=cells)).cells]
    assert counts == [None, 1, None, 2]


def test_a_widget_loses_its_model_and_keeps_its_fallbacks():
    data = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "0" * 32},
        "text/html": "<div></div>",
        "image/png": "iVBORw0KGgo=",
        "text/plain": "Explorer()",
    }
    cell = new_code_cell("explorer", outputs=[new_output("display_data", data)])
    kept = normalised(new_notebook(cells=[cell])).cells[0].outputs[0].data
    assert sorted(kept) == ["image/png", "text/html", "text/plain"]


def test_only_addresses_of_python_objects_are_masked():
    assert tool.mask("<Thing object at 0x7f00dead>") == "<Thing object at 0xADDRESS>"
    for ours in ("frame at 0x80400000", "<td>0x80400000</td>", "bit 1 at 0x80400400 (byte 1024)"):
        assert tool.mask(ours) == ours


def test_a_notebook_without_outputs_fails_the_check(tmp_path):
    path = save(tmp_path / "bare.ipynb", normalised(notebook("print(1)")))
    assert tool.check(path) == ["has no stored outputs: run make notebooks"]


def test_a_notebook_that_is_too_large_fails_the_check(tmp_path):
    path = save(tmp_path / "large.ipynb", normalised(notebook("#" * 400_000)))
    assert "the limit is 300,000" in tool.check(path)[0]


def test_pictures_may_differ_in_their_bytes_but_text_may_not():
    def shows(picture, words):
        inline = f'<img src="data:image/png;base64,{picture}">'
        shown = new_output("display_data", {"image/png": picture, "text/html": inline, "text/plain": words})
        return normalised(new_notebook(cells=[new_code_cell("figure", outputs=[shown])]))

    assert list(tool.differences(shows("AAAA", "same"), shows("BBBB", "same"))) == []
    assert list(tool.differences(shows("AAAA", "4 bits"), shows("AAAA", "5 bits"))) == [
        "cell 1: stored '4 bits', now '5 bits'"
    ]


@pytest.mark.slow
def test_a_notebook_is_stale_once_its_output_changes(tmp_path, capsys):
    path = save(tmp_path / "chapter.ipynb", notebook("import os\nn = 3", "print(n)\nprint(n + 1)"))
    assert tool.main([str(path)]) == 0
    assert tool.main(["--check", str(path)]) == 0
    path.write_text(path.read_text().replace('"4\\n"', '"5\\n"'))
    assert tool.main(["--check", str(path)]) == 1
    assert "chapter.ipynb: is stale in cell 2: stored '5', now '4'" in capsys.readouterr().err


def test_the_form_of_a_notebook_is_checked_without_running_it(tmp_path, capsys):
    path = save(tmp_path / "chapter.ipynb", normalised(notebook("n = 3")))
    stored = json.loads(path.read_text())
    stored["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "4\n"}]
    path.write_text(json.dumps(stored))
    assert tool.main(["--form", str(path)]) == 0
    stored["cells"][0]["execution_count"] = 7
    path.write_text(json.dumps(stored))
    assert tool.main(["--form", str(path)]) == 1
    assert "chapter.ipynb: is stale in cell 1: not normalised" in capsys.readouterr().err


@pytest.mark.slow
def test_a_failing_cell_is_named_in_one_line_and_the_file_is_unchanged(tmp_path, capsys):
    path = save(tmp_path / "broken.ipynb", notebook("n = 1", "m = 2\nassert n == m, 'no'"))
    before = path.read_bytes()
    assert tool.main([str(path)]) == 1
    assert capsys.readouterr().err.endswith(
        "broken.ipynb: cell 2 failed at `assert n == m, 'no'`: AssertionError: no\n"
    )
    assert path.read_bytes() == before


def test_a_notebook_that_does_not_exist_is_a_wrong_request(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        tool.main([str(tmp_path / "none.ipynb")])
    assert stopped.value.code == 2
    assert "no such notebook" in capsys.readouterr().err
