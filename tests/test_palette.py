"""The palette: text is readable in both modes, and no two owners look alike with any colour vision."""

import itertools
import json

import pytest

from kexecdoc.reading.verdict import OUTCOMES
from kexecdoc.views import palette
from kexecdoc.web import dist

MODES = ("light", "dark")

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def linear(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def lab(colour, vision):
    """CIE L*a*b* (D65) of a colour as that vision sees it."""
    rgb = [min(1, max(0, sum(m * c for m, c in zip(row, linear(colour), strict=True)))) for row in vision]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(m * c for m, c in zip(row, rgb, strict=True)) for row in rows]
    f = [
        v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116
        for v in (n / white for n, white in zip(xyz, (0.9505, 1.0, 1.089), strict=True))
    ]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def difference(a, b, vision):
    return sum((x - y) ** 2 for x, y in zip(lab(a, vision), lab(b, vision), strict=True)) ** 0.5


def test_contrast_is_that_of_wcag():
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("text", "ground"), palette.TEXT_PAIRS)
def test_text_can_be_read(mode, text, ground):
    colours = palette.SURFACES
    assert palette.contrast(colours[text].on(mode), colours[ground].on(mode)) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("phase", palette.PHASES)
def test_the_name_of_a_phase_can_be_read_on_its_ground(mode, phase):
    assert palette.contrast(palette.SURFACES["ink"].on(mode), palette.PHASES[phase].on(mode)) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("outcome", palette.OUTCOMES, ids=lambda o: o.name)
def test_an_outcome_can_be_read(mode, outcome):
    assert palette.contrast(outcome.tone.on(mode), palette.SURFACES["surface"].on(mode)) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_what_can_be_operated_stands_out_from_its_ground(mode):
    control = palette.SURFACES["control"].on(mode)
    assert palette.contrast(control, palette.SURFACES["surface"].on(mode)) >= 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("owner", [o for o in palette.OWNERS if o.mark != "none"], ids=lambda o: o.name)
def test_a_mark_can_be_seen_in_its_frame(mode, owner):
    assert palette.contrast(owner.ink.on(mode), owner.tone.on(mode)) >= 2


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("mode", MODES)
def test_owners_with_the_same_mark_differ_in_colour_for_everybody(mode, vision):
    for a, b in itertools.combinations(palette.OWNERS, 2):
        if a.mark == b.mark:
            distance = difference(a.tone.on(mode), b.tone.on(mode), VISION[vision])
            assert distance >= 10, f"{a.name} and {b.name}: {distance:.1f}"


def test_owners_with_the_same_mark_differ_in_grey_too():
    for mode in MODES:
        for a, b in itertools.combinations(palette.OWNERS, 2):
            if a.mark == b.mark:
                assert palette.contrast(a.tone.on(mode), b.tone.on(mode)) >= 1.15, (mode, a.name, b.name)


def test_every_outcome_has_a_look():
    assert tuple(o.name for o in palette.OUTCOMES) == OUTCOMES
    assert len({o.sign for o in palette.OUTCOMES}) == len(OUTCOMES)


def test_every_mark_is_one_that_is_drawn():
    assert {o.mark for o in palette.OWNERS} <= set(palette.MARKS)


def test_an_undeclared_owner_has_its_own_name():
    assert palette.owner("somebody").label == "somebody"


def test_the_style_sheet_declares_every_colour_for_both_modes():
    sheet = dist.style_sheet()
    for mode in MODES:
        for name, colour in palette.properties(mode).items():
            assert f"{name}: {colour};" in sheet
    assert sheet.count("--kx-surface:") == 4  # by default, by the system, by the host's light, by its dark


def test_the_legend_is_plain_data():
    assert json.loads(json.dumps(palette.legend())) == palette.legend()
