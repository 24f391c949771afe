"""Endless problems: for every chapter a hundred seeds, and what each of those problems has to be."""

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
from kexecdoc.course.quiz.problem import WIDTH, Twice, by_id, count_within
from kexecdoc.crossing import Crossing
from kexecdoc.model.scenario import ScenarioError
from kexecdoc.model.whatif import anachronisms
from kexecdoc.registries.sources import SOURCES

MANY = 100
DISTINCT = 60
"""So many of a hundred seeds must ask something that no other of them asks. Chapter 3 asks the fewest: 69."""

WITHOUT_SUMS = (1, 10)
"""Chapters whose problems are choices throughout."""

every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


@cache
def problems(chapter, seeds=MANY):
    return [quiz(chapter, seed) for seed in range(seeds)]


def what_is_asked(one):
    """All that makes a problem another one: not its seed, which moves buffers that nobody asks about."""
    differs = {name: value for name, value in one.problem.scenario.differences().items() if name != "seed"}
    return one.kind, one.problem.given, one.problem.question, tuple(differs.items())


def far_off(answer):
    """A wrong answer that nobody foresaw: numbers far beyond the right ones, or a letter that is not there."""
    if isinstance(answer, Choice):
        return ("z",)
    return tuple(7 * number.value + 7 * number.within + 1_234_567 for number in answer.numbers)


# -- every problem ------------------------------------------------------------------------------------------


@every_chapter
def test_a_chapter_has_problems_whose_right_answer_is_accepted_and_whose_likely_mistakes_are_refused(chapter):
    for one in problems(chapter, 2):
        answer = one.problem.answer
        assert one.problem.twice.agrees
        assert one.check(*answer.solution()).startswith("Right. ")
        assert all(one.check(*values) == f"No: {by_id(why)}" for values, why in answer.mistakes())


@pytest.mark.slow
@every_chapter
def test_a_chapter_has_at_least_two_kinds_of_problem_and_each_comes_up_often(chapter):
    _, kinds = CHAPTERS[chapter]
    found = Counter(one.kind for one in problems(chapter))
    assert len(kinds) >= 2
    assert set(found) == {kind.__name__ for kind in kinds}
    assert min(found.values()) >= MANY // (3 * len(kinds))


@pytest.mark.slow
@every_chapter
def test_rule_and_machine_agree_for_a_hundred_seeds(chapter):
    assert [(one.seed, one.kind, one.problem.twice) for one in problems(chapter) if not one.problem.twice.agrees] == []


@pytest.mark.slow
@every_chapter
def test_the_right_answer_is_accepted_as_it_is_printed_and_as_it_is_computed(chapter):
    for one in problems(chapter):
        answer = one.problem.answer
        assert one.check(*answer.solution()).startswith("Right. ")
        assert one.check(*map(str, answer.solution())).startswith("Right. ")
        if isinstance(answer, Numbers):
            assert one.check(*(number.shown() for number in answer.numbers)).startswith("Right. ")


@pytest.mark.slow
@every_chapter
def test_likely_mistakes_are_refused_each_with_its_reason_and_anything_else_is_refused_as_well(chapter):
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
def test_a_hundred_seeds_ask_many_things_and_a_seed_seldom_asks_what_the_last_one_asked(chapter):
    asked = [what_is_asked(one) for one in problems(chapter)]
    assert len(set(asked)) >= DISTINCT
    assert sum(one == other for one, other in pairwise(asked)) <= 5


@pytest.mark.slow
@every_chapter
def test_the_right_letter_is_not_to_be_guessed(chapter):
    letters = Counter(
        one.problem.answer.solution() for one in problems(chapter) if isinstance(one.problem.answer, Choice)
    )
    assert not letters or max(letters.values()) < 0.6 * letters.total()


@pytest.mark.slow
@every_chapter
def test_every_text_begins_with_all_that_made_it_and_cites_what_it_says(chapter):
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
        assert all(line in by_id(one.answer()).replace("\n    ", " ") for line in one.problem.twice.lines())


UNITS = {"ms": 1e-3, "µs": 1e-6, "s": 1, "%": 1e-2, "KiB": 1, "a second": 1, "bytes": 1}
ATOM = rf"\(*(?:0x[0-9a-f]+|[0-9][0-9,]*(?:\.[0-9]+)?)(?: (?:{'|'.join(UNITS)})(?![\w]))?\)*"
SUM = rf"{ATOM}(?: ?[+−×/^] ?{ATOM})*"
BEFORE, AFTER = re.compile(rf"(?<![\w.,^/(])({SUM})$"), re.compile(rf"({SUM})")


def values(words):
    """What a sum as the working prints it comes to: with its units, and as if it had none. Nothing if it is none."""
    if words.count("(") != words.count(")"):
        return []
    plain = words.replace(",", "").replace("−", "-").replace("×", "*").replace("^", "**")
    scaled = re.sub(rf" ({'|'.join(UNITS)})(?!\w)", lambda unit: f" * {UNITS[unit[1]]}", plain)
    bare = re.sub(rf" ({'|'.join(UNITS)})(?!\w)", "", plain)
    return [eval(scaled, {}), eval(bare, {})]


def rounding(words):
    """Half of the last digit of what a working prints: with its unit, and as if it had none."""
    number, _, unit = words.strip("()").partition(" ")
    half = 0.501 * 10.0 ** -len(number.partition(".")[2])
    return [half * UNITS.get(unit, 1), half]


def equations(line):
    """The pairs of sums that a line of a working says are equal."""
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
    assert checked >= 15 or chapter in WITHOUT_SUMS


@pytest.mark.slow
@every_chapter
def test_lines_are_short_but_for_what_must_not_be_broken(chapter):
    for one in problems(chapter):
        for line in one.text(answer=True).splitlines():
            assert len(line) <= WIDTH or line.startswith("  kexecdoc ") or "https://" in line or "http://" in line


@pytest.mark.slow
@every_chapter
def test_what_no_kernel_ever_had_is_said(chapter):
    for one in problems(chapter):
        fiction = anachronisms(one.problem.scenario)
        assert all(what in " ".join(one.text().split()) for what in fiction)


@pytest.mark.slow
@every_chapter
def test_the_command_that_shows_it_runs_and_shows_that_scenario(chapter, capsys):
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
def test_a_problem_takes_a_few_machines_and_no_more(chapter, monkeypatch):
    made = []
    begin = Crossing.__init__
    monkeypatch.setattr(Crossing, "__init__", lambda self, scenario: (made.append(scenario), begin(self, scenario))[1])
    for seed in range(8):
        made.clear()
        quiz(chapter, seed)
        assert 1 <= len(made) <= 6 or quiz(chapter, seed).kind in ("hit_share", "all_captured")


# -- what is held together can part -------------------------------------------------------------------------


def test_a_closed_form_that_is_wrong_is_found_out_and_said(monkeypatch):
    seed = next(seed for seed in range(1, 40) if quiz(2, seed).kind == "ring_dry")
    assert quiz(2, seed).problem.twice.agrees
    monkeypatch.setattr(dma, "ring_dry_ns", lambda ring, traffic: 2 * ring * 10**9 // traffic)
    one = quiz(2, seed)
    assert not one.problem.twice.agrees
    assert "They part" in one.text(answer=True)


def test_chance_is_allowed_six_standard_deviations_and_no_more():
    assert count_within(120, 120 + 20, 120).agrees
    assert not count_within(120, 120 + 22, 120).agrees
    assert not count_within(120, 60, 120).agrees
    assert Twice("1", "2", False).lines()[0].endswith("please tell us.")


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
def test_a_wrong_number_is_told_what_is_wrong_with_it(given, says):
    assert BITS.judge(given) == says


def test_a_mistake_that_is_none_here_is_not_held_against_anybody():
    assert [values for values, _ in BITS.mistakes()] == [(1, 22.5)]


def test_a_letter_is_taken_in_any_case_and_with_its_bracket():
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
def test_a_choice_with_two_right_answers_or_none_or_a_double_is_refused(options):
    with pytest.raises(ValueError, match="one choice is right"):
        Choice(options)


# -- chapter and seed ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_without_a_chapter_any_may_come():
    assert {quiz(seed=seed).chapter for seed in range(60)} == set(CHAPTERS)


def test_without_a_chapter_the_seed_draws_one_and_without_a_seed_it_is_one():
    one = quiz()
    assert one.seed == 1
    assert one.text(answer=True) == quiz(chapter=one.chapter, seed=1).text(answer=True)


def test_a_notebook_shows_the_problem_and_what_to_answer_with():
    one = quiz(chapter=6, seed=3)
    shown = repr(one)
    assert shown.startswith("kexecdoc quiz --chapter 6 --seed 3\n")
    assert one.problem.answer.asked() in shown
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
def test_a_chapter_or_a_seed_that_is_not_there_is_refused_by_name_with_its_range(chapter, seed, says):
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
def test_a_wrong_request_is_told_in_one_line_and_with_status_2(capsys, words, says):
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


def test_the_same_command_gives_the_same_bytes_in_processes_with_different_hash_seeds():
    command = "from kexecdoc.cli import main\nfor n in range(1, 12): main(['quiz', '--chapter', str(n), '--answer'])"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", command], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"\nANSWER\n") == len(CHAPTERS)
