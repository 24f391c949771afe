"""`kexecdoc log`: what it says of a console log, and what it refuses."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import out, refused

from kexecdoc.reading.doctor import diagnose
from kexecdoc.registries.messages import find
from kexecdoc.views.diagnosis import diagnosis_text

CONSOLES = Path(__file__).parent / "consoles"
(STUCK,) = CONSOLES.glob("11-*.log")


def test_the_report_begins_with_a_summary(capsys):
    first = out(capsys, "log", str(STUCK)).splitlines()[0]
    assert first == (
        "An ordinary kexec. Linux 6.1.0-56-cloud-arm64, twice. "
        "Known: 56 of 530 lines (50 routine, 3 to look into, 3 broken)."
    )


def test_each_known_message_is_shown_once_with_its_harm_meaning_and_advice(capsys):
    text = out(capsys, "log", str(STUCK))
    failed = find("lpi.failed", "6.1")
    (entry,) = [part for part in text.split("\n\n") if "Failed to disable LPIs\n" in part and "CPU0" in part]
    head, *rest = entry.splitlines()
    assert head.split() == ["331", "broken", "CPU0:", "Failed", "to", "disable", "LPIs"]
    assert " ".join(" ".join(rest).split()).startswith(f"{failed.meaning} Do: what is said at line 328.")
    numbers = [int(part.split()[0].replace(",", "")) for part in text.split("\n\n")[1:]]
    assert numbers == sorted(numbers)
    assert text.count("GICv3: GICv3 features: 16 PPIs (and 2 more like it)") == 1


def test_advice_is_given_once_and_then_referred_to():
    text = diagnosis_text(diagnose('Disabling IRQ #16\nirq 17: nobody cared (try booting with the "irqpoll" option)\n'))
    assert text.count("`lspci -v`".replace("`", "")) == 1
    assert "Do: what is said at line 1." in text


def test_a_routine_line_has_no_advice_unless_it_has_its_own():
    assert "Do:" not in diagnosis_text(diagnose("Bye!"))
    assert "Do: The last such line" in diagnosis_text(diagnose("e1000e 0000:00:19.0: shutdown"))


def test_a_log_without_known_lines_is_not_an_error(capsys, tmp_path):
    path = tmp_path / "log"
    path.write_text("nothing\nto see\n")
    assert out(capsys, "log", str(path)) == "Nothing of this is known here (2 lines).\n"


def test_a_script_gets_every_known_line(capsys):
    data = json.loads(out(capsys, "log", str(STUCK), "--format", "json"))
    assert data["schema"] == "kexecdoc-reading/1"
    assert (data["path"], data["lines"]) == (["an ordinary kexec"], 530)
    assert data["releases"] == ["6.1.0-56-cloud-arm64"] * 2
    assert len(data["findings"]) == 56
    (failed,) = [f for f in data["findings"] if f["message"] == "lpi.failed"]
    assert (failed["line"], failed["text"], failed["harm"]) == (331, "CPU0: Failed to disable LPIs", "broken")


def test_a_minus_is_the_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe[    1.234567] Bye!\r\n")))
    assert "Bye!" in out(capsys, "log", "-")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["log"], "log: needs a FILE, or - for the standard input"),
        (["log", "no/such/file"], "log: no/such/file: No such file or directory"),
        (["log", "."], "log: .: Is a directory"),
        (["log", ""], "log: ‘’: "),
        (["log", "a\nb"], r"log: 'a\nb': No such file or directory"),
        (["log", "a\0b"], r"log: 'a\x00b': "),
        (["log", str(STUCK), "again"], "again: unexpected here"),
        (["log", str(STUCK), "--format", "console"], "--format: console is not one of text, json"),
        (["log", "--seed", "1"], "--seed: unexpected here"),
        (["lgo"], "lgo: no such command; there are run, sweep, log, switches, presets, quiz; did you mean log?"),
    ],
)
def test_a_wrong_request_is_refused_in_one_line(capsys, words, says):
    assert says in refused(capsys, *words)


@pytest.mark.slow
def test_a_log_of_any_bytes_is_read():
    noise = bytes(range(256)) * 40
    ended = subprocess.run([sys.executable, "-m", "kexecdoc", "log", "-"], input=noise, capture_output=True)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.startswith(b"Nothing of this is known here")
