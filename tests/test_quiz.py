"""The quiz: thirty seeds of every chapter, and what every problem must fulfil."""

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from kexecdoc.cli import main
from kexecdoc.course.quiz import CHAPTERS, dma, quiz
from kexecdoc.course.quiz.answers import Choice, Mistake, Number, Numbers, Option
from kexecdoc.course.quiz.problem import WIDTH, CrossCheck, by_id, count_within
from kexecdoc.crossing import Crossing
from kexecdoc.model.scenario import ScenarioError
from kexecdoc.model.whatif import anachronisms
from kexecdoc.registries.sources import SOURCES

MANY = 30
DISTINCT = 24
"""How many different problems those seeds must make at least. Chapter 3 makes the fewest: 27."""

CHOICES_ONLY = (1, 10)
"""Chapters in which every problem is a choice."""

every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


@cache
def problems(chapter, seeds=MANY):
    return [quiz(chapter, seed) for seed in range(seeds)]


def what_is_asked(one):
    """What distinguishes problems. The seed does not: it only moves buffers that no question is about."""
    differs = {name: value for name, value in one.problem.scenario.differences().items() if name != "seed"}
    return one.kind, one.problem.given, one.problem.question, tuple(differs.items())


def far_off(answer):
    """A wrong answer that is no likely mistake: numbers far beyond the right ones, or a letter beyond the choices."""
    if isinstance(answer, Choice):
        return ("z",)
    return tuple(7 * number.value + 7 * number.within + 1_234_567 for number in answer.numbers)


# -- every problem ------------------------------------------------------------------------------------------


@every_chapter
def test_the_right_answer_is_accepted_and_likely_mistakes_are_refused(chapter):
    for one in problems(chapter, 2):
        answer = one.problem.answer
        assert one.problem.cross_check.agrees
        assert one.check(*answer.solution()).startswith("Right. ")
        assert all(one.check(*values) == f"No: {by_id(why)}" for values, why in answer.mistakes())


@pytest.mark.slow
@every_chapter
def test_a_chapter_has_several_kinds_of_problem_which_all_come_up_often(chapter):
    _, kinds = CHAPTERS[chapter]
    found = Counter(one.kind for one in problems(chapter))
    assert len(kinds) >= 2
    assert set(found) == {kind.__name__ for kind in kinds}
    assert min(found.values()) >= MANY // (3 * len(kinds))


@pytest.mark.slow
@every_chapter
def test_rule_and_simulation_agree(chapter):
    assert [
        (one.seed, one.kind, one.problem.cross_check) for one in problems(chapter) if not one.problem.cross_check.agrees
    ] == []


@pytest.mark.slow
@every_chapter
def test_the_right_answer_is_accepted_in_its_printed_form(chapter):
    for one in problems(chapter):
        answer = one.problem.answer
        assert one.check(*answer.solution()).startswith("Right. ")
        assert one.check(*map(str, answer.solution())).startswith("Right. ")
        if isinstance(answer, Numbers):
            assert one.check(*(number.shown() for number in answer.numbers)).startswith("Right. ")


@pytest.mark.slow
@every_chapter
def test_each_likely_mistake_is_refused_with_its_own_reason(chapter):
    for one in problems(chapter):
        answer = one.problem.answer
        assert answer.mistakes()
        for values, why in answer.mistakes():
            assert one.check(*values) == f"No: {by_id(why)}"
        assert one.check(*far_off(answer)).startswith("No")
        assert one.check().startswith("No")
        if isinstance(answer, Choice):
            reasons = [why for _, why in answer.mistakes()]
            assert len(set(reasons)) == len(reasons)
            assert len(reasons) == len(answer.options) - 1


@pytest.mark.slow
@every_chapter
def test_seeds_make_different_problems(chapter):
    asked = [what_is_asked(one) for one in problems(chapter)]
    assert len(set(asked)) >= DISTINCT
    assert sum(one == other for one, other in pairwise(asked)) <= 2


@pytest.mark.slow
@every_chapter
def test_no_letter_is_the_right_one_too_often(chapter):
    letters = Counter(
        one.problem.answer.solution() for one in problems(chapter) if isinstance(one.problem.answer, Choice)
    )
    assert not letters or max(letters.values()) < 0.6 * letters.total()


@pytest.mark.slow
@every_chapter
def test_a_text_begins_with_its_full_scenario_and_lists_its_sources(chapter):
    for one in problems(chapter):
        scenario = one.problem.scenario
        for text in (one.text(), one.text(answer=True), repr(one)):
            lines = text.splitlines()
            assert lines[0] == f"kexecdoc quiz --chapter {chapter} --seed {one.seed}"
            head = " ".join(lines[1 : lines.index("")])
            said = re.findall(r"([a-z-]+)=(\S+)", head)
            assert said == [(name, str(value)) for name, value in scenario.values().items()]
            assert "[src:" not in text
        assert "ANSWER" not in one.text()
        assert by_id(one.problem.answer.right()).split()[-1] in one.answer()
        assert one.problem.sources()
        assert set(one.problem.sources()) <= set(SOURCES)
        assert all(re.search(rf"^  {source_id}: ", one.answer(), re.MULTILINE) for source_id in one.problem.sources())
        assert all(line in by_id(one.answer()).replace("\n    ", " ") for line in one.problem.cross_check.lines())


UNITS = {"ms": 1e-3, "µs": 1e-6, "s": 1, "%": 1e-2, "KiB": 1, "a second": 1, "bytes": 1}
ATOM = rf"\(*(?:0x[0-9a-f]+|[0-9][0-9,]*(?:\.[0-9]+)?)(?: (?:{'|'.join(UNITS)})(?![\w]))?\)*"
SUM = rf"{ATOM}(?: ?[+−×/^] ?{ATOM})*"
BEFORE, AFTER = re.compile(rf"(?<![\w.,^/(])({SUM})$"), re.compile(rf"({SUM})")


def values(words):
    """The values of a sum in a working, with its units applied and without them. Empty if it is not a sum."""
    if words.count("(") != words.count(")"):
        return []
    plain = words.replace(",", "").replace("−", "-").replace("×", "*").replace("^", "**")
    scaled = re.sub(rf" ({'|'.join(UNITS)})(?!\w)", lambda unit: f" * {UNITS[unit[1]]}", plain)
    bare = re.sub(rf" ({'|'.join(UNITS)})(?!\w)", "", plain)
    return [eval(scaled, {}), eval(bare, {})]


def rounding(words):
    """Half of the last digit of a printed number, with its unit applied and without it."""
    number, _, unit = words.strip("()").partition(" ")
    half = 0.501 * 10.0 ** -len(number.partition(".")[2])
    return [half * UNITS.get(unit, 1), half]


def equations(line):
    """The pairs of sums with an equals sign between them in a line of a working."""
    sides = line.replace(": ", " : ").split(" = ")
    for left, right in pairwise(sides):
        before, after = BEFORE.search(left), AFTER.match(right)
        if before and after and re.search(r"[+−×/^]", before[1] + after[1]):
            yield before[1], after[1]


@pytest.mark.slow
@every_chapter
def test_the_arithmetic_that_is_written_out_is_right(chapter):
    checked = 0
    for one in problems(chapter):
        for line in one.problem.working:
            for left, right in equations(line):
                pairs = [
                    (a, b, half) for a in values(left) for b, half in zip(values(right), rounding(right), strict=False)
                ]
                close = any(abs(a - b) <= max(half, abs(b) / 1000) for a, b, half in pairs)
                assert close or not pairs, (one.seed, left, right)
                checked += bool(pairs)
    assert checked >= 5 or chapter in CHOICES_ONLY


@pytest.mark.slow
@every_chapter
def test_lines_fit_the_width_except_commands_and_addresses(chapter):
    for one in problems(chapter):
        for line in one.text(answer=True).splitlines():
            assert len(line) <= WIDTH or line.startswith("  kexecdoc ") or "https://" in line or "http://" in line


@pytest.mark.slow
@every_chapter
def test_a_combination_that_no_kernel_had_is_named(chapter):
    for one in problems(chapter):
        fiction = anachronisms(one.problem.scenario)
        assert all(what in " ".join(one.text().split()) for what in fiction)


@pytest.mark.slow
@every_chapter
def test_the_command_that_shows_the_answer_runs_with_that_scenario(chapter, capsys):
    for one in problems(chapter)[:6]:
        words = shlex.split(one.problem.shown_by())
        assert words[0] == "kexecdoc"
        if words[1] == "sweep":
            words[words.index("--seeds") + 1] = "2"
            words += ["--jobs", "1"]
        else:
            given = dict(zip(words[2::2], words[3::2], strict=True))
            given.pop("--format", None)
            assert given == {f"--{name}": str(value) for name, value in one.problem.scenario.differences().items()}
        assert main(words[1:]) == 0
        assert capsys.readouterr().out


@pytest.mark.slow
@every_chapter
def test_a_problem_needs_at_most_six_simulations(chapter, monkeypatch):
    made = []
    begin = Crossing.__init__
    monkeypatch.setattr(Crossing, "__init__", lambda self, scenario: (made.append(scenario), begin(self, scenario))[1])
    for seed in range(8):
        made.clear()
        quiz(chapter, seed)
        assert 1 <= len(made) <= 6 or quiz(chapter, seed).kind in ("hit_share", "all_captured")


# -- rule and simulation can disagree -----------------------------------------------------------------------


def test_a_wrong_closed_form_is_detected_and_reported(monkeypatch):
    seed = next(seed for seed in range(1, 40) if quiz(2, seed).kind == "ring_dry")
    assert quiz(2, seed).problem.cross_check.agrees
    monkeypatch.setattr(dma, "ring_dry_ns", lambda ring, traffic: 2 * ring * 10**9 // traffic)
    one = quiz(2, seed)
    assert not one.problem.cross_check.agrees
    assert "They part" in one.text(answer=True)


def test_chance_is_allowed_six_standard_deviations():
    assert count_within(120, 120 + 20, 120).agrees
    assert not count_within(120, 120 + 22, 120).agrees
    assert not count_within(120, 60, 120).agrees
    assert CrossCheck("1", "2", False).lines()[0].endswith("please tell us.")


# -- answers ------------------------------------------------------------------------------------------------

BITS = Numbers(
    (Number("byte", 1025, hexadecimal=True), Number("time", 22.5, "ms", within=0.5)),
    (Mistake((1, 22.5), "the table counts from INTID 0."), Mistake((1025, 22.4), "that is right as well.")),
    "divide by eight.",
)


@pytest.mark.parametrize("given", [(1025, 22.5), ("0x401", "22.5 ms"), ("1,025", " 22.9 "), ("1025", "22.1ms")])
def test_numbers_are_read_as_people_write_them(given):
    assert BITS.judge(given) == "Right. Byte: 0x401; time: 22.5 ms."


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((1, 22.6), "No: the table counts from INTID 0."),
        ((1025, 30), "No: byte is right; divide by eight."),
        ((3, 30), "No: divide by eight."),
        ((1025,), "No: what is asked for is byte and time in ms."),
        ((1025, "22.5 s"), "No: time is a number, in ms, and '22.5 s' is none."),
        (("one", 22.5), "No: byte is a number, and 'one' is none."),
        ((True, 22.5), "No: byte is a number, and 'True' is none."),
        ((1025, "-22.5"), "No: byte is right; divide by eight."),
    ],
)
def test_a_wrong_number_gets_its_reason(given, says):
    assert BITS.judge(given) == says


def test_a_mistake_that_leads_to_the_right_answer_is_no_mistake():
    assert [values for values, _ in BITS.mistakes()] == [(1, 22.5)]


def test_a_letter_is_accepted_in_either_case_and_with_a_bracket():
    choice = Choice((Option("stop", "it stops.", True), Option("go", "device_shutdown() comes first.")))
    assert [choice.judge([word]) for word in ("a", "A", "a)", " a ")] == ["Right. It stops."] * 4
    assert choice.judge(["b"]) == "No: device_shutdown() comes first."
    assert choice.judge(["c"]) == "No such choice: the answer is a letter from a to b."
    assert choice.judge(["a", "b"]) == choice.judge([]) == choice.judge(["c"])


@pytest.mark.parametrize(
    "options",
    [
        (Option("one", "", True), Option("two", "", True)),
        (Option("one", ""), Option("two", "")),
        (Option("one", "", True), Option("one", "")),
    ],
)
def test_a_choice_needs_one_right_option_and_no_duplicates(options):
    with pytest.raises(ValueError, match="one choice is right"):
        Choice(options)


# -- chapter and seed ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_without_a_chapter_every_chapter_can_be_drawn():
    assert {quiz(seed=seed).chapter for seed in range(60)} == set(CHAPTERS)


def test_without_a_chapter_the_seed_draws_it_and_the_default_seed_is_one():
    one = quiz()
    assert one.seed == 1
    assert one.text(answer=True) == quiz(chapter=one.chapter, seed=1).text(answer=True)


def test_a_notebook_shows_the_problem_and_how_to_answer_it():
    one = quiz(chapter=6, seed=3)
    shown = repr(one)
    assert shown.startswith("kexecdoc quiz --chapter 6 --seed 3\n")
    assert one.problem.answer.expected_form() in shown
    assert repr(one.answer()) == str(one.answer())
    assert repr(one.check(*one.problem.answer.solution())).startswith("Right.")


@pytest.mark.parametrize(
    ("chapter", "seed", "says"),
    [
        (0, 1, "chapter: 0 is not an integer from 1 to 11; the nearest is 1"),
        (12, 1, "chapter: 12 is not an integer from 1 to 11; the nearest is 11"),
        ("gic", 1, "chapter: gic is not an integer from 1 to 11"),
        (None, -1, "seed: -1 is not an integer from 0 to"),
        (6, 1.5, "seed: 1.5 is not an integer from 0 to"),
    ],
)
def test_a_chapter_or_seed_out_of_range_is_refused_with_its_range(chapter, seed, says):
    with pytest.raises(ScenarioError, match=re.escape(says)):
        quiz(chapter, seed)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--chapter", "12"], "kexecdoc: chapter: 12 is not an integer from 1 to 11; the nearest is 11\n"),
        (["--chapter", "one"], "kexecdoc: chapter: one is not an integer from 1 to 11; the default is drawn from the"),
        (["--chapter"], "kexecdoc: --chapter: needs a value: an integer from 1 to 11\n"),
        (
            ["--seed", "x"],
            "kexecdoc: seed: x is not an integer from 0 to 9,223,372,036,854,775,807; the default is 1\n",
        ),
        (["--seed"], "kexecdoc: --seed: needs a value: an integer from 0 to"),
        (["--chaptr", "3"], "kexecdoc: --chaptr: no such option; there are --chapter, --seed and --answer; did you"),
        (["--traffic", "3"], "kexecdoc: --traffic: no such option; there are --chapter, --seed and --answer"),
        (["--answer=yes"], "kexecdoc: --answer: takes no value\n"),
        (["three"], "kexecdoc: three: unexpected here"),
    ],
)
def test_a_wrong_request_gets_one_line_and_status_2(capsys, words, says):
    with pytest.raises(SystemExit) as stopped:
        main(["quiz", *words])
    captured = capsys.readouterr()
    assert (stopped.value.code, captured.out) == (2, "")
    assert captured.err.startswith(says)
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["--seed", "5"], ["--chapter", "4"], ["--chapter", "11", "--seed", "7"]])
def test_the_command_prints_what_a_notebook_has(capsys, words):
    options = dict(zip(words[::2], words[1::2], strict=True))
    one = quiz(options.get("--chapter"), options.get("--seed", 1))
    assert main(["quiz", *words]) == 0
    assert capsys.readouterr().out == f"{one.text()}\n"
    assert main(["quiz", *words, "--answer"]) == 0
    assert capsys.readouterr().out == f"{one.text(answer=True)}\n"


@pytest.mark.slow
def test_the_output_does_not_depend_on_the_hash_seed():
    command = "from kexecdoc.cli import main\nfor n in range(1, 12): main(['quiz', '--chapter', str(n), '--answer'])"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", command], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"\nANSWER\n") == len(CHAPTERS)
