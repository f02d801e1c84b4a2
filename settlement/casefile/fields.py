"""Fields of the CSV files: one text into one exact value, or the sentence that says what is wrong with it."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from settlement.domain.case import MICRO, WH_MAX
from settlement.domain.decimals import parse_scaled
from settlement.domain.findings import quote

AREA_CODE = re.compile(r"AC[0-9]{3}E[0-9]{5}")
POD_CODE = re.compile(r"IT[0-9]{3}E[0-9]{8}[0-9A-Z]?")
PRICE_MAX_EUR_PER_MWH = 100_000

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_SUFFIXES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SUFFIX_BASE = len(_SUFFIXES) + 1


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a field, as a sentence."""

    sentence: str


@lru_cache(maxsize=2**16)
def quarter_of(text: str) -> int | Defect:
    """Quarter-hours since 1970-01-01T00:00Z of a timestamp YYYY-MM-DDTHH:MM[:SS] with Z or ±HH:MM."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        shape = "YYYY-MM-DDTHH:MM[:SS] followed by Z or an offset like +02:00"
        return Defect(f"interval_start is {quote(text)}, not {shape}")
    year, month, day, hour, minute = (int(match[group]) for group in range(1, 6))
    second, offset_hour, offset_minute = (int(match[group] or 0) for group in (6, 8, 9))
    try:
        days = date(year, month, day).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        return Defect(f"interval_start is {quote(text)}, a day that does not exist")
    if max(hour, offset_hour) > 23 or max(minute, second, offset_minute) > 59:
        return Defect(f"interval_start is {quote(text)}, a time that does not exist")
    offset = (offset_hour * 60 + offset_minute) * (-1 if match[7] == "-" else 1)
    minutes = days * 1440 + hour * 60 + minute - offset
    if second or minutes % 15:
        return Defect(f"interval_start is {quote(text)}, not the beginning of a quarter-hour")
    return minutes // 15


def wh_of(text: str) -> int | Defect:
    """Whole Wh of an interval: ASCII digits, at most WH_MAX."""
    units = parse_scaled(text, 0)
    if units is None:
        return Defect(f"wh is {quote(text)}, not whole Wh in digits")
    if units > WH_MAX:
        return Defect(f"wh is {quote(text)}, above {WH_MAX}")
    return units


def price_of(text: str) -> int | Defect:
    """Micro-euro per MWh of a price: at most six decimals, absolute value at most 100,000."""
    units = parse_scaled(text, 6, signed=True)
    if units is None:
        return Defect(f"eur_per_mwh is {quote(text)}, not a decimal of at most 6 places")
    if abs(units) > PRICE_MAX_EUR_PER_MWH * MICRO:
        return Defect(f"eur_per_mwh is {quote(text)}, beyond {PRICE_MAX_EUR_PER_MWH} either way")
    return units


def pod_number(code: str) -> int | Defect:
    """A POD code as a whole number, one for each code: eleven digits and the optional control character."""
    if not POD_CODE.fullmatch(code):
        return Defect(f"pod is {quote(code)}, which has not the form of a POD code")
    suffix = _SUFFIXES.index(code[14]) + 1 if len(code) == 15 else 0
    return int(code[2:5] + code[6:14]) * _SUFFIX_BASE + suffix


def pod_code(number: int) -> str:
    """The POD code of a number that `pod_number` gave."""
    digits, suffix = divmod(number, _SUFFIX_BASE)
    text = f"{digits:011d}"
    return f"IT{text[:3]}E{text[3:]}{_SUFFIXES[suffix - 1] if suffix else ''}"
