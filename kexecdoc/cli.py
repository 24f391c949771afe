"""The command line: one crossing, the switches, the presets.

Exit status 0: it ran, whatever became of the simulated machine. 2: the request was wrong, and one line on
standard error says which switch, which value, what is allowed and the nearest valid name.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import NoReturn

from kexecdoc.presets import PRESETS, preset
from kexecdoc.run import dumps
from kexecdoc.scenario import Scenario, ScenarioError, shown, switches
from kexecdoc.show.text import console_text, describe, switch_table
from kexecdoc.simulate import simulate

FORMATS = ("text", "console", "json", "log")


class Parser(argparse.ArgumentParser):
    """argparse, saying what is wrong in one line. Options are not abbreviated: names are for scripts."""

    def __init__(self, **options: object) -> None:
        super().__init__(allow_abbrev=False, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        if found := re.fullmatch(r"argument --([\w-]+): expected one argument", message):
            allowed = switches()[found[1]].allowed() if found[1] in switches() else ", ".join(FORMATS)
            fail(f"--{found[1]}: needs a value: {allowed}")
        fail(message)


def fail(message: str) -> NoReturn:
    """Say in one line what is wrong with the request, and exit with status 2."""
    print(f"kexecdoc: {message}", file=sys.stderr)
    raise SystemExit(2)


def build_parser() -> Parser:
    """Return the parser. Switches come from the registry; their values are checked by it."""
    parser = Parser(prog="kexecdoc", description="Why kexec works the way it does: one machine, crossing.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    run = commands.add_parser(
        "run",
        help="cross once, and say what became of it",
        description="Cross once. Every switch may be given as --SWITCH VALUE; `kexecdoc switches` explains them.",
        usage="kexecdoc run [PRESET] [--SWITCH VALUE]... [--format text|console|json|log]",
    )
    run.add_argument("preset", nargs="?", metavar="PRESET", help="a named scenario to start from")
    run.add_argument("--format", default="text", metavar="FORMAT", help=", ".join(FORMATS) + " (default: text)")
    groups: dict[str, argparse._ArgumentGroup] = {}
    for name, switch in switches().items():
        group = groups.setdefault(switch.group, run.add_argument_group(switch.group))
        words = switch.help.replace("%", "%%")
        group.add_argument(
            f"--{name}", metavar="VALUE", help=f"{words}: {switch.allowed()} (default: {switch.default})"
        )
    for name, what in (("switches", "every switch"), ("presets", "the named scenarios")):
        command = commands.add_parser(name, help=what, description=f"List {what}.")
        command.add_argument("--format", default="text", metavar="FORMAT", help="text, json (default: text)")
    return parser


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
            _refuse(unknown[0], known=options.command == "run")
        formats = FORMATS if options.command == "run" else (*FORMATS[:1], "json")
        if options.format not in formats:
            near = _nearest(options.format, formats)
            fail(f"--format: {shown(options.format)} is not one of {', '.join(formats)}{near}")
        output = {"run": _run, "switches": _switches, "presets": _presets}[options.command](options)
    except ScenarioError as error:
        fail(str(error))
    return _write(output)


def _check_command(word: str) -> None:
    commands = ("run", "switches", "presets")
    if not word.startswith("-") and word not in commands:
        fail(f"{shown(word)}: no such command; there are {', '.join(commands)}{_nearest(word, commands)}")


def _nearest(word: str, names: Sequence[str]) -> str:
    near = get_close_matches(word, names, n=1, cutoff=0.4)
    return f"; did you mean {near[0]}?" if near else ""


def _refuse(word: str, *, known: bool) -> None:
    """Name the option or argument that does not exist, and the nearest that does."""
    if word.startswith("--") and known:
        name = word[2:].partition("=")[0].replace("_", "-")
        near = get_close_matches(name, [*switches(), "format"], n=1, cutoff=0.4)
        hint = f"did you mean --{near[0]}?" if near else "`kexecdoc switches` lists them"
        fail(f"{shown(word.partition('=')[0])}: no such switch; {hint}")
    fail(f"{shown(word)}: unexpected here; see `kexecdoc --help`")


def _scenario(options: argparse.Namespace) -> Scenario:
    values: dict[str, object] = {} if options.preset is None else dict(preset(options.preset).values)
    given = {name: getattr(options, switch.field) for name, switch in switches().items()}
    return Scenario.of(values | {name: value for name, value in given.items() if value is not None})


def _run(options: argparse.Namespace) -> str:
    result = simulate(_scenario(options))
    match options.format:
        case "console":
            return console_text(result)
        case "json":
            return dumps(result.to_json())
        case "log":
            return dumps(result.to_log())
        case _:
            return describe(result)


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
    """Write to standard output; a reader that went away (`| head`) is no error."""
    try:
        sys.stdout.write(output + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        with suppress(OSError):
            sys.stdout.close()  # or the interpreter would try once more, and complain in its own words
        fail(f"standard output: {error.strerror}")
    return 0
