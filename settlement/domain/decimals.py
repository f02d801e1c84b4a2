"""Decimal text into whole numbers of a fixed scale, exactly."""

import re

_UNSIGNED = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
INTEGER_DIGITS_MAX = 1000
"""Far beyond any quantity, and below the length at which Python refuses to convert."""


def parse_scaled(text: str, decimals: int, *, signed: bool = False) -> int | None:
    """The decimal in units of 10^-decimals; None unless it is digits[.digits] with at most so many decimals.

    ASCII digits only, no exponent, no blanks; a leading minus only where `signed`.
    """
    negative = signed and text.startswith("-")
    match = _UNSIGNED.fullmatch(text[1:] if negative else text)
    if match is None:
        return None
    integer, fraction = match[1].lstrip("0"), match[2] or ""
    if len(integer) > INTEGER_DIGITS_MAX or len(fraction) > decimals:
        return None
    units = int((integer + fraction.ljust(decimals, "0")) or "0")
    return -units if negative else units
