"""Colours in which letters can be read."""

import itertools

import numpy as np
import pytest

from initstudy.figures.palette import COLOURS, CONTRAST, contrast, readable
from initstudy.figures.profiles import line_of
from initstudy.reporting.claims import VERDICTS


def channels(colour: str) -> np.ndarray:
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])


def test_contrasts_are_those_of_the_standard():
    # WCAG 2.2 takes black on white for 21, and grey of #767676 for the lightest that passes 4.5.
    assert contrast(channels("#000000")) == pytest.approx(21)
    assert contrast(channels("#ffffff")) == pytest.approx(1)
    assert contrast(channels("#777777")) < CONTRAST < contrast(channels("#767676"))


@pytest.mark.parametrize("colour", [*COLOURS, *VERDICTS.values()])
def test_letters_can_be_read(colour):
    found = readable(colour)
    assert contrast(channels(found)) >= CONTRAST
    if contrast(channels(colour)) >= CONTRAST:
        assert found == colour


@pytest.mark.parametrize("colour", VERDICTS.values())
def test_verdicts_are_written_in_colours_that_can_be_read(colour):
    assert readable(colour) == colour


def test_no_two_lines_of_a_profile_are_alike():
    looks = [tuple(line_of(number).values()) for number in range(25)]
    assert len(set(looks)) == 25
    for one, following in itertools.pairwise(looks):
        assert one[0] != following[0]
        assert one[1] != following[1]
