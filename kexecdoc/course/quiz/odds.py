"""Chapter 9: how often does it work? Objects that a path relies on, damage, and how sure a count is."""

from __future__ import annotations

from kexecdoc.course.quiz.answers import Mistake, Number, Numbers
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import CrossCheck, Problem, must_equal
from kexecdoc.crossing import simulate
from kexecdoc.model.draws import Draws
from kexecdoc.model.kernel.crash import MILLION
from kexecdoc.model.scenario import Scenario
from kexecdoc.study.campaign import STRATEGIES, objects
from kexecdoc.study.closed_forms import crash_success
from kexecdoc.study.proportion import wilson

TRIALS = 5
"""How many crashes are simulated to confirm the rule: each must end as its own damaged objects predict."""

WORK = {
    "minimal": "stops the other CPUs, quiets the interrupt controller and jumps",
    "notifiers": "runs the panic notifiers and dumps the log, then jumps",
    "shutdown": "shuts its devices down, then jumps (no kernel does)",
    "in-place": "writes the dump itself, and jumps nowhere (no kernel does)",
}


def _crash(draw: ProblemDraws, damage: float) -> Scenario:
    values = {
        "path": "panic",
        "machine": draw.among(("arm64", "x86"), "machine"),
        "crash-work": draw.among(STRATEGIES, "work"),
        "heap-damage": damage,
    }
    return Scenario.of({**values, "seed": draw.seed})


def _captured(s: Scenario) -> tuple[int, int]:
    """Return how many of `TRIALS` crashes capture the dump: by the objects damaged in each, and by simulation."""
    seeds = [(s.seed + n) % 2**63 for n in range(TRIALS)]
    limit, names = round(s.heap_damage * MILLION), objects(s)
    predicted = sum(all(Draws(seed).below(MILLION, f"damage/{name}") >= limit for name in names) for seed in seeds)
    simulated = sum(simulate(s.but(seed=seed)).to_json()["dump"] == "captured" for seed in seeds)
    return predicted, simulated


def _compare_trials(s: Scenario) -> CrossCheck:
    predicted, simulated = _captured(s)
    undamaged = f"{predicted} of {TRIALS} crashes find nothing damaged that they need"
    return must_equal(undamaged, undamaged if simulated == predicted else f"{simulated} of {TRIALS} dumps are captured")


def _relies_on(s: Scenario) -> str:
    names = objects(s)
    return f"{len(names)} objects and locks of the crashed kernel: {', '.join(names)}"


def _sweep(s: Scenario) -> str:
    """Return the command that runs many such crashes."""
    differs = " ".join(f"--{name} {value}" for name, value in s.differences().items() if name != "seed")
    return f"kexecdoc sweep {differs} --seeds 200"


def success(draw: ProblemDraws) -> Problem:
    """Ask how likely a strategy is to capture the dump at some damage."""
    damage = draw.between(1, 30, "damage") / 100
    s = _crash(draw, damage)
    k = len(objects(s))
    share = 100 * crash_success(k, damage)
    least = len(objects(s.but(crash_work="minimal")))
    return Problem(
        scenario=s,
        given=(
            f"An {'arm64' if s.machine == 'arm64' else 'x86'} machine panics with {100 * damage:g} % of its objects "
            f"damaged, each independently of the others. The crashed kernel {WORK[s.crash_work]}. For that it relies "
            f"on {_relies_on(s)}. One that is damaged ends it.",
        ),
        question="How likely is it that the dump is captured, in percent?",
        answer=Numbers(
            (Number("chance", round(share, 1), "%", within=0.3),),
            (
                Mistake(
                    (max(0.0, 100 * (1 - k * damage)),),
                    "chances do not add up so: two damaged objects end it only once.",
                ),
                Mistake((100 * (1 - damage),), f"each of the {k} has to be intact, not one of them."),
                Mistake((100 * damage,), "that is the chance that one object is damaged."),
                Mistake((100 - share,), "that is the chance that it fails."),
                Mistake(
                    (100 * crash_success(least, damage),),
                    "that is the path that does the least; this one relies on more.",
                ),
                Mistake((100 * (1 - damage**k),), "that is the chance that not all of them are damaged."),
            ),
            "the chance that one is intact, to the power of how many there are.",
        ),
        working=(
            f"Each is intact with {1 - damage:g}; all {k} are with {1 - damage:g}^{k} = {share:.1f} %.",
            (
                "It is as little as this path does [src: crash-kexec]. "
                if s.crash_work == "minimal"
                else f"The path that does the least relies on {least} of them: "
                f"{100 * crash_success(least, damage):.1f} %. "
            )
            + "The more a crash path does, the less often it gets to its end: so the thread argues "
            "[src: seed-biederman].",
            "What real crashes damage, and how much, nobody has measured; the share of damaged objects is a free "
            "number here.",
        ),
        cross_check=_compare_trials(s),
        look=("text", "How many of the crossings went wrong; kexecdoc run with one of the seeds says what of."),
        command=_sweep(s),
    )


def damage_at(draw: ProblemDraws) -> Problem:
    """Ask at what share of damage a strategy has a given chance of success."""
    chance = draw.among((0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.99), "chance")
    undamaged = _crash(draw, 0)
    k = len(objects(undamaged))
    damage = 1 - chance ** (1 / k)
    s = undamaged.but(heap_damage=round(damage, 6))
    return Problem(
        scenario=s,
        given=(
            f"An {'arm64' if s.machine == 'arm64' else 'x86'} machine panics, and some share of its objects is "
            f"damaged, each independently of the others. The crashed kernel {WORK[s.crash_work]}. For that it relies "
            f"on {_relies_on(s)}. One that is damaged ends it.",
        ),
        question=f"The dump is captured in {100 * chance:g} % of crashes. How many objects are damaged, in percent?",
        answer=Numbers(
            (Number("damage", round(100 * damage, 2), "%", within=max(0.02, 2 * damage)),),
            (
                Mistake((100 * (1 - chance),), f"that is how often it may fail; {k} objects share it."),
                Mistake((100 * (1 - chance) / k,), "chances do not add up so: take the root."),
                Mistake((100 * chance ** (1 / k),), "that is the share that is intact."),
                Mistake((100 * (1 - chance**k),), "that is to the power where the root is needed."),
            ),
            f"find d with (1 − d) to the power of {k} = {chance:g}.",
        ),
        working=(
            f"(1 − d)^{k} = {chance:g}, so 1 − d = {chance:g}^(1/{k}) = {1 - damage:.5f}, and d = {100 * damage:.2f} "
            "%.",
            "Biederman recalls that in the field 50 or 60 in a hundred dumps were captured [src: seed-biederman]. "
            "That is one expert's recollection: no count was found.",
        ),
        cross_check=_compare_trials(s),
        look=("text", "How many of the crossings went wrong; kexecdoc run with one of the seeds says what of."),
        command=_sweep(s),
    )


def all_captured(draw: ProblemDraws) -> Problem:
    """Ask what it proves that every trial went well."""
    trials = draw.between(4, 120, "trials")
    low, _ = wilson(trials, trials)
    z = 1.959964
    closed = trials / (trials + z * z)
    s = Scenario.of({"path": "panic", "seed": draw.seed})
    return Problem(
        scenario=s,
        given=(
            f"Somebody crashes a test machine {trials} times, each time in another way, and the dump is captured "
            "every time.",
        ),
        question="How low may the true share of captured dumps still be, in percent? Give the lower end of Wilson's "
        "95 % interval (z = 1.96).",
        answer=Numbers(
            (Number("lower end", round(100 * low, 1), "%", within=0.15),),
            (
                Mistake((100,), "no failure was seen, which does not mean that there is none."),
                Mistake(
                    (100 * (1 - 3 / trials),), "that is the rule of three, a bound on one side; the interval has two."
                ),
                Mistake(
                    (100 * (1 - 1 / trials),),
                    "one more trial might have failed, and more than one of the next as well.",
                ),
                Mistake((95,), "that is how sure the interval is, not where it begins."),
                Mistake((100 * trials / (trials + z),), "z enters squared."),
            ),
            "with no failure in n trials the interval begins at n / (n + z²).",
        ),
        working=(
            f"With no failure Wilson's lower end is n / (n + z²) = {trials} / ({trials} + 3.84) = {100 * closed:.1f} "
            "%.",
            "In an emulator 26 of 26 kinds of crash were captured [src: observations]: by the same arithmetic "
            f"{100 * 26 / (26 + z * z):.0f} % or more of such crashes. It says nothing of other crashes: that tests "
            "look better than the field is the thread's own warning [src: seed-biederman].",
        ),
        cross_check=CrossCheck(
            f"{100 * closed:.2f} %",
            f"{100 * low:.2f} %",
            abs(closed - low) < 1e-6,
            where="By the function that a sweep's table uses",
        ),
        look=("text", "The interval there is that of the crossings that went wrong: its upper end is 100 % less this."),
        command=f"kexecdoc sweep --path panic --seeds {trials}",
    )


KINDS = (success, damage_at, all_captured)
