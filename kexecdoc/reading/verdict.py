"""The verdict on a crossing: what its facts come to, with a sentence for a person."""

from __future__ import annotations

from dataclasses import dataclass

from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.assessment import OUTCOMES as OUTCOMES
from kexecdoc.reading.assessment import Assessment, assess
from kexecdoc.reading.facts import Facts
from kexecdoc.reading.summary import summarise


@dataclass(frozen=True, kw_only=True)
class Verdict(Assessment):
    """An assessment, and ``summary``: what hit whom, when, and what would have prevented it."""

    summary: str


def judge(facts: Facts, scenario: Scenario) -> Verdict:
    """Return the verdict on a crossing. The scenario is used only for the sentence; the rest is in the facts."""
    found = assess(facts)
    return Verdict(**vars(found), summary=summarise(found, scenario))
