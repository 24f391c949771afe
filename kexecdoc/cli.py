"""The command line: run, sweep, log, switches, presets, quiz.

Exit status 0: it ran, whatever happened to the simulated machine. 1: the simulator failed, and one line names the
scenario. 2: the request was wrong, and one line on standard error names the switch, the value, what is allowed and the
nearest valid name. 130: Ctrl-C, or SIGTERM during a sweep.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from kexecdoc.course.quiz import CHAPTER, quiz
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.model.switch import Switch, for_message
from kexecdoc.reading.doctor import diagnose
from kexecdoc.reading.run import dumps
from kexecdoc.study.effect import without_effect
from kexecdoc.study.presets import PRESETS, preset
from kexecdoc.study.sweep import FILES, SimulatorError, rows, save, varied
from kexecdoc.views.diagnosis import diagnosis_json, diagnosis_text
from kexecdoc.views.outcomes import outcome_table
from kexecdoc.views.text import console_text, describe, switch_table
from kexecdoc.views.trace import trace

COMMANDS = ("run", "sweep", "log", "switches", "presets", "quiz")
FORMATS = ("text", "console", "json", "log", "trace")
LIST_FORMATS = ("text", "json")

COUNTS = {
    "seeds": Switch(1, "seeds of each combination, from --seed on", low=1, high=1_000_000, name="--seeds"),
    "jobs": Switch("as many as CPUs", "processes that work at it", low=1, high=1_024, name="--jobs"),
}
"""Options of a sweep that are integers but not switches."""

NEEDS = {
    "format": ", ".join(FORMATS),
    "vary": "SWITCH for all its values, or SWITCH=V1,V2,...",
    "output": f"the name of a file that ends in {' or '.join(FILES)}",
    **{name: count.allowed() for name, count in COUNTS.items()},
    "chapter": CHAPTER.allowed(),
}
"""The values of options that are not switches, in words."""


class Parser(argparse.ArgumentParser):
    """argparse with errors of one line. Options cannot be abbreviated, so that scripts survive new ones."""

    def __init__(self, **options: object) -> None:
        super().__init__(allow_abbrev=False, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        if found := re.fullmatch(r"argument --([\w-]+): expected one argument", message):
            allowed = switches()[found[1]].allowed() if found[1] in switches() else NEEDS[found[1]]
            fail(f"--{found[1]}: needs a value: {allowed}")
        if found := re.fullmatch(r"argument --([\w-]+): ignored explicit argument .*", message, re.DOTALL):
            fail(f"--{found[1]}: takes no value")
        fail(message)


def fail(message: str, status: int = 2) -> NoReturn:
    """Print what is wrong in one line, and exit with ``status``: 2 if it is the request."""
    print(f"kexecdoc: {message}", file=sys.stderr)
    raise SystemExit(status)


def build_parser() -> Parser:
    """Return the parser. Switches come from the registry, which also checks their values."""
    parser = Parser(prog="kexecdoc", description="Why kexec works the way it does: one machine, crossing.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    run = commands.add_parser(
        "run",
        help="cross once, and say what became of it",
        description="Cross once. Every switch may be given as --SWITCH VALUE; `kexecdoc switches` explains them.",
        usage=f"kexecdoc run [PRESET] [--SWITCH VALUE]... [--format {'|'.join(FORMATS)}]",
    )
    run.add_argument("--format", default="text", metavar="FORMAT", help=", ".join(FORMATS) + " (default: text)")
    sweep = commands.add_parser(
        "sweep",
        help="cross with every combination of some switches, and with many seeds",
        description="Cross with every combination of the switches that vary, each with every seed. "
        "Prints what became of them, or saves one row a run.",
        usage="kexecdoc sweep --vary SWITCH[=V1,V2,...]... [PRESET] [--SWITCH VALUE]... "
        "[--seeds N] [--jobs N] [--output FILE.csv|FILE.parquet]",
    )
    sweep.add_argument("--vary", action="append", default=[], metavar="SWITCH[=V1,V2,...]", help=NEEDS["vary"])
    for name, count in COUNTS.items():
        words = f"{count.help}: {count.allowed()} (default: {count.default})"
        sweep.add_argument(f"--{name}", metavar="N", help=words)
    sweep.add_argument("--output", metavar="FILE", help=f"{NEEDS['output']}: one row a run")
    for command in (run, sweep):
        _add_switches(command)
    log = commands.add_parser(
        "log",
        help="read a console log of a real machine",
        description="Find the known lines of a console log: what each means, how bad it is, and what to do.",
        usage=f"kexecdoc log FILE [--format {'|'.join(LIST_FORMATS)}]",
    )
    log.add_argument("file", nargs="?", metavar="FILE", help="the log; - is the standard input")
    log.add_argument("--format", default="text", metavar="FORMAT", help=", ".join(LIST_FORMATS) + " (default: text)")
    problem = commands.add_parser(
        "quiz",
        help="a problem with its answer; a seed makes another",
        description="Print a problem about a chapter: a machine, a question and, if it is wanted, the answer.",
        usage="kexecdoc quiz [--chapter N] [--seed S] [--answer]",
    )
    seed = switches()["seed"]
    words = f"{CHAPTER.help}: {CHAPTER.allowed()} (default: {CHAPTER.default})"
    problem.add_argument("--chapter", metavar="N", help=words)
    words = f"every problem has its own: {seed.allowed()} (default: {seed.default})"
    problem.add_argument("--seed", metavar="S", default=seed.default, help=words)
    problem.add_argument("--answer", action="store_true", help="print the answer, too, with its working")
    for name, what in (("switches", "every switch"), ("presets", "the named scenarios")):
        command = commands.add_parser(name, help=what, description=f"List {what}.")
        command.add_argument(
            "--format", default="text", metavar="FORMAT", help=", ".join(LIST_FORMATS) + " (default: text)"
        )
    return parser


def _add_switches(command: argparse.ArgumentParser) -> None:
    """Add a preset and every switch to a command."""
    command.add_argument("preset", nargs="?", metavar="PRESET", help="a named scenario to start from")
    groups: dict[str, argparse._ArgumentGroup] = {}
    for name, switch in switches().items():
        group = groups.setdefault(switch.group, command.add_argument_group(switch.group))
        words = switch.help.replace("%", "%%")
        group.add_argument(
            f"--{name}", metavar="VALUE", help=f"{words}: {switch.allowed()} (default: {switch.default})"
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = build_parser()
    if not words:
        parser.print_help()
        return 0
    _check_command(words[0])
    options, unknown = parser.parse_known_args(words)
    try:
        if unknown:
            _refuse(unknown[0], options)
        formats = FORMATS if options.command == "run" else LIST_FORMATS
        if "format" in options and options.format not in formats:
            near = _nearest(options.format, formats)
            fail(f"--format: {for_message(options.format)} is not one of {', '.join(formats)}{near}")
        output = {"run": _run, "sweep": _sweep, "log": _log, "switches": _switches, "presets": _presets, "quiz": _quiz}[
            options.command
        ](options)
    except ScenarioError as error:
        fail(str(error))
    except SimulatorError as error:
        fail(str(error), status=1)
    except KeyboardInterrupt:
        print("kexecdoc: interrupted; nothing was written", file=sys.stderr)
        return 130
    return _write(output)


def _check_command(word: str) -> None:
    if not word.startswith("-") and word not in COMMANDS:
        fail(f"{for_message(word)}: no such command; there are {', '.join(COMMANDS)}{_nearest(word, COMMANDS)}")


def _nearest(word: str, names: Sequence[str]) -> str:
    near = get_close_matches(word, names, n=1, cutoff=0.4)
    return f"; did you mean {near[0]}?" if near else ""


def _refuse(word: str, options: argparse.Namespace) -> NoReturn:
    """Fail with the name of the unknown option or argument, and the nearest valid one."""
    if word.startswith("--") and options.command in ("run", "sweep"):
        name = word[2:].partition("=")[0].replace("_", "-")
        others = [option for option in NEEDS if option in options]
        near = get_close_matches(name, [*switches(), *others], n=1, cutoff=0.4)
        hint = f"did you mean --{near[0]}?" if near else "`kexecdoc switches` lists them"
        fail(f"{for_message(word.partition('=')[0])}: no such switch; {hint}")
    if word.startswith("--") and options.command == "quiz":
        meant = _nearest(word.partition("=")[0], ("--chapter", "--seed", "--answer"))
        fail(f"{for_message(word.partition('=')[0])}: no such option; there are --chapter, --seed and --answer{meant}")
    fail(f"{for_message(word)}: unexpected here; see `kexecdoc --help`")


def _scenario(options: argparse.Namespace) -> Scenario:
    values: dict[str, object] = {} if options.preset is None else dict(preset(options.preset).values)
    given = {name: getattr(options, switch.field) for name, switch in switches().items()}
    return Scenario.of(values | {name: value for name, value in given.items() if value is not None})


def _run(options: argparse.Namespace) -> str:
    scenario = _scenario(options)
    try:
        result = simulate(scenario)
    except ScenarioError:
        raise
    except Exception as error:
        raise SimulatorError.of(scenario, error) from error
    match options.format:
        case "console":
            return console_text(result)
        case "json":
            return dumps(result.to_json())
        case "log":
            return dumps(result.to_log())
        case "trace":
            return dumps(trace(result))
        case _:
            return describe(result, without_effect(result.scenario))


def _sweep(options: argparse.Namespace) -> str:
    vary, base = varied(options.vary), _scenario(options)
    for name in vary:
        if (value := getattr(options, switches()[name].field)) is not None:
            fail(f"{name}: varies, and is given as {for_message(value)}; it is one or the other")
    if not vary and options.seeds is None:
        fail(f"--vary: needs {NEEDS['vary']}; or --seeds N for many seeds of one scenario")
    counts = {
        name: count.parse(value) for name, count in COUNTS.items() if (value := getattr(options, name)) is not None
    }
    seeds = int(counts.get("seeds", 1))
    jobs = int(counts.get("jobs", -1 if find_spec("joblib") else 1))
    output = None if options.output is None else _file(options.output)
    try:
        with _sigterm_as_ctrl_c(), closing(rows(vary, base, seeds=seeds, jobs=jobs)) as made:
            if output is None:
                return outcome_table(made, tuple(vary), base, seeds)
            return f"{output}: {save(made, output):,} rows"
    except ImportError as error:
        fail(str(error))
    except OSError as error:
        path = str(output) if str(output).isprintable() else ascii(str(output))
        fail(f"--output: {path}: {error.strerror or error}")


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C, so that it ends the workers and leaves no partial file."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _file(name: str) -> Path:
    """Return the path of an output file. Its suffix selects the format."""
    path = Path(name)
    if path.suffix not in FILES:
        near = _nearest(path.suffix, FILES)
        fail(f"--output: {for_message(name)} does not end in {' or '.join(FILES)}{near}")
    return path


def _log(options: argparse.Namespace) -> str:
    if options.file is None:
        fail("log: needs a FILE, or - for the standard input")
    name = options.file if options.file.isprintable() else ascii(options.file)
    try:
        data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    except (OSError, ValueError) as error:
        fail(f"log: {name or '‘’'}: {getattr(error, 'strerror', None) or error}")
    diagnosis = diagnose(data.decode(errors="replace"))
    return dumps(diagnosis_json(diagnosis)) if options.format == "json" else diagnosis_text(diagnosis)


def _quiz(options: argparse.Namespace) -> str:
    return quiz(options.chapter, options.seed).text(answer=options.answer)


def _switches(options: argparse.Namespace) -> str:
    if options.format == "json":
        return dumps({"schema": "kexecdoc-switches/1", "switches": [s.describe() for s in switches().values()]})
    return switch_table()


def _presets(options: argparse.Namespace) -> str:
    if options.format == "json":
        rows = [
            {"name": p.name, "chapter": p.chapter, "title": p.title, "switches": p.values} for p in PRESETS.values()
        ]
        return dumps({"schema": "kexecdoc-presets/1", "presets": rows})
    width = max(map(len, PRESETS))
    return "\n".join(f"{p.name:<{width}}  chapter {p.chapter}: {p.title}" for p in PRESETS.values())


def _write(output: str) -> int:
    """Write to standard output. A closed pipe, as with `| head`, is not an error."""
    try:
        sys.stdout.write(output + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        with suppress(OSError):
            sys.stdout.close()  # else the interpreter flushes again at exit, and prints an error of its own
        fail(f"standard output: {error.strerror}")
    return 0
