"""Numbers as text for a page, of which `template/numbers.js` makes numbers again."""

import base64
import zlib

import numpy as np

DIGITS = 3
"""Significant digits that are kept."""
NOTHING = 10**DIGITS
"""In the mantissa's place where there is no number."""
SMALLEST, LARGEST = 1e-100, 1e100
"""What is closer to 0 becomes 0, what is farther becomes nothing."""


def packed(values: np.ndarray) -> str:
    """Numbers, of any shape, rounded to DIGITS, deflated, in base 64; equal ones give equal text.

    Three planes, each with a byte a number: the mantissa's lower and upper byte and the exponent,
    as `decimals` gives them, since like bytes side by side deflate best.
    """
    mantissas, exponents = decimals(values.ravel())
    low_and_high = mantissas.astype("<i2").view(np.uint8).reshape(-1, 2).T
    planes = low_and_high.tobytes() + exponents.astype(np.int8).tobytes()
    return base64.b64encode(zlib.compress(planes, level=9)).decode()


def decimals(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers m and e with m x 10^e the values, rounded: m has DIGITS digits, or is 0 or NOTHING.

    values: shape (n,). NOTHING stands for nan and infinity.
    """
    values = values.astype(np.float64)
    sizes = np.abs(values)
    valid = sizes <= LARGEST  # not so of nan
    counted = valid & (sizes >= SMALLEST)
    sizes = np.where(counted, sizes, 1.0)
    exponents = np.floor(np.log10(sizes)).astype(int) - (DIGITS - 1)
    mantissas = np.rint(sizes / 10.0**exponents)
    carried = mantissas >= 10**DIGITS
    mantissas = np.where(carried, mantissas / 10, mantissas)
    exponents = np.where(counted, exponents + carried, 0)
    mantissas = np.where(counted, np.copysign(mantissas, values), 0)
    return np.where(valid, mantissas, NOTHING).astype(int), exponents
