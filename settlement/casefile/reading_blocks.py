"""Fast reader of readings.csv: whole blocks of plainly written rows at once.

It understands a subset of what the exact reader accepts, and gives the same numbers for it; each row that is
not plain (an odd timestamp, a missing reading, any defect) is left to the exact reader, which alone gives
findings. So there is one verdict, whichever way a row went.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from settlement.casefile.csv_file import Block, CsvLines
from settlement.casefile.reading_rows import DIRECTIONS, ESTIMATED, MEASURED, Rows, merged, read_rows
from settlement.domain.case import WH_MAX
from settlement.domain.findings import Finding

_PAD = 32
_FIRST_YEAR, _YEARS = 1970, 130
_MONTH_STARTS = np.arange(_YEARS * 12 + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
_ZERO, _COMMA, _LF, _CR = (ord(mark) for mark in "0,\n\r")
_WH_DIGITS = 9
_WH_POWERS = 10 ** np.arange(_WH_DIGITS - 1, -1, -1, dtype=np.int64)
_POD_SUFFIX_BASE = 37
_SEPARATORS = {4: b"-", 7: b"-", 10: b"T", 13: b":"}
# By length of a timestamp: where its seconds and its offset begin, if it has any.
_SHAPES = {17: (None, None), 20: (16, None), 22: (None, 16), 25: (16, 19)}
_DIRECTION_WORDS = {word.value.encode(): index for index, word in enumerate(DIRECTIONS)}
_QUALITY_WORDS = {b"": MEASURED, b"measured": MEASURED, b"estimated": ESTIMATED}

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def read_block(block: Block, csv: CsvLines) -> tuple[Rows, list[Finding]]:
    """Every row of the block that can be placed, and every defect of form."""
    text = np.frombuffer(bytes(_PAD) + block.content + bytes(_PAD), dtype=np.uint8)
    ends = np.flatnonzero(text[_PAD:-_PAD] == _LF) + _PAD
    starts = np.concatenate([[_PAD], ends[:-1] + 1])
    numbers = block.first_line + np.arange(len(ends))
    ends = ends - (text[ends - 1] == _CR)
    filled = ends > starts
    starts, ends, numbers = starts[filled], ends[filled], numbers[filled]
    bounds, plain = _fields(text, starts, ends, csv.width)
    rows, plain = _plain_rows(text, bounds, plain, numbers, csv)
    odd = np.flatnonzero(~plain)
    content = block.content
    left = ((int(numbers[row]), content[starts[row] - _PAD : ends[row] - _PAD]) for row in odd)
    exact, findings = read_rows(left, csv)
    return merged(rows.take(plain), exact), findings


def _fields(text: Bytes, starts: Ints, ends: Ints, width: int) -> tuple[list[tuple[Ints, Ints]], Mask]:
    """Begin and end of each field of each row, and which rows have as many fields as the header."""
    commas = np.append(np.flatnonzero(text == _COMMA), [len(text)] * width)
    firsts = np.searchsorted(commas, starts)
    plain = np.searchsorted(commas, ends) - firsts == width - 1
    cuts = [np.where(plain, commas[firsts + position], starts) for position in range(width - 1)]
    begins = [starts, *(cut + 1 for cut in cuts)]
    return list(zip(begins, [*cuts, ends], strict=True)), plain


def _plain_rows(
    text: Bytes, bounds: list[tuple[Ints, Ints]], plain: Mask, numbers: Ints, csv: CsvLines
) -> tuple[Rows, Mask]:
    """Values of all rows, and which of them are plain; the values of the others mean nothing."""
    quarter, is_quarter = _quarters(text, *bounds[csv.positions["interval_start"]])
    pod, is_pod = _pods(text, *bounds[csv.positions["pod"]])
    direction, is_direction = _words(text, *bounds[csv.positions["direction"]], _DIRECTION_WORDS)
    wh, is_wh = _energies(text, *bounds[csv.positions["wh"]])
    plain = plain & is_quarter & is_pod & is_direction & is_wh
    quality = np.full(len(numbers), MEASURED, dtype=np.int64)
    if "quality" in csv.positions:
        quality, is_quality = _words(text, *bounds[csv.positions["quality"]], _QUALITY_WORDS)
        plain = plain & is_quality
    return Rows(numbers, quarter, pod, direction, wh, quality), plain


def _characters(text: Bytes, begins: Ints, width: int) -> Bytes:
    """`width` characters from each begin, shape (rows, width); the padding keeps them inside the text."""
    return np.lib.stride_tricks.sliding_window_view(text, width)[begins]


def _quarters(text: Bytes, begins: Ints, ends: Ints) -> tuple[Ints, Mask]:
    """Quarter-hours since 1970 of timestamps of every shape."""
    quarters = np.zeros(len(begins), dtype=np.int64)
    plain = np.zeros(len(begins), dtype=np.bool_)
    lengths = ends - begins
    for length, (seconds, offset) in _SHAPES.items():
        rows = np.flatnonzero(lengths == length)
        if rows.size:
            characters = _characters(text, begins[rows], length)
            minutes, is_plain = _minutes(characters, seconds, offset)
            quarters[rows], plain[rows] = minutes // 15, is_plain & (minutes % 15 == 0)
    return quarters, plain


def _minutes(characters: Bytes, seconds: int | None, offset: int | None) -> tuple[Ints, Mask]:
    """Minutes since 1970 of timestamps of one shape; seconds other than 00 are not plain."""
    year, plain = _number(characters, 0, 1, 2, 3)
    months, is_month = _number(characters, 5, 6)
    days, is_day = _number(characters, 8, 9)
    hour, is_hour = _number(characters, 11, 12)
    minute, is_minute = _number(characters, 14, 15)
    plain = plain & is_month & is_day & is_hour & is_minute & (hour < 24) & (minute < 60)
    for position, mark in _SEPARATORS.items():
        plain &= characters[:, position] == ord(mark)
    if seconds is not None:
        plain &= (characters[:, seconds : seconds + 3] == np.frombuffer(b":00", np.uint8)).all(axis=1)
    month = (year - _FIRST_YEAR) * 12 + months - 1
    plain &= (months >= 1) & (months <= 12) & (month >= 0) & (month < _YEARS * 12)
    month = np.where(plain, month, 0)
    day = _MONTH_STARTS[month] + days - 1
    plain &= (days >= 1) & (day < _MONTH_STARTS[month + 1])
    shift, is_shift = _offset(characters, offset)
    return day * 1440 + hour * 60 + minute - shift, plain & is_shift


def _offset(characters: Bytes, begin: int | None) -> tuple[Ints | int, Mask]:
    """Minutes east of UTC: Z, or ±HH:MM from `begin` on."""
    if begin is None:
        return 0, characters[:, -1] == ord("Z")
    hour, is_hour = _number(characters, begin + 1, begin + 2)
    minute, is_minute = _number(characters, begin + 4, begin + 5)
    sign = characters[:, begin]
    plain = is_hour & is_minute & (hour < 24) & (minute < 60) & (characters[:, begin + 3] == ord(":"))
    plain &= (sign == ord("+")) | (sign == ord("-"))
    return np.where(sign == ord("-"), -1, 1) * (hour * 60 + minute), plain


def _number(characters: Bytes, *positions: int) -> tuple[Ints, Mask]:
    """The decimal number that stands at the positions, and where all of them are digits."""
    number = np.zeros(len(characters), dtype=np.int64)
    plain = np.ones(len(characters), dtype=np.bool_)
    for position in positions:
        digit = characters[:, position] - np.uint8(_ZERO)
        plain &= digit <= 9
        number = number * 10 + digit
    return number, plain


def _pods(text: Bytes, begins: Ints, ends: Ints) -> tuple[Ints, Mask]:
    """POD codes as `fields.pod_number` numbers them."""
    lengths = ends - begins
    characters = _characters(text, begins, 15)
    number, plain = _number(characters, 2, 3, 4, *range(6, 14))
    for position, mark in ((0, b"I"), (1, b"T"), (5, b"E")):
        plain &= characters[:, position] == ord(mark)
    last = characters[:, 14]
    digit, letter = last - np.uint8(_ZERO), last - np.uint8(ord("A"))
    suffix = np.where(digit <= 9, digit + 1, letter + 11).astype(np.int64)
    has_suffix = (lengths == 15) & ((digit <= 9) | (letter <= 25))
    return number * _POD_SUFFIX_BASE + np.where(has_suffix, suffix, 0), plain & ((lengths == 14) | has_suffix)


def _words(text: Bytes, begins: Ints, ends: Ints, words: Mapping[bytes, int]) -> tuple[Ints, Mask]:
    """The number of each field's word, and where it is one of the words."""
    lengths = ends - begins
    numbers = np.zeros(len(begins), dtype=np.int64)
    plain = np.zeros(len(begins), dtype=np.bool_)
    characters = _characters(text, begins, max(map(len, words)))
    for word, number in words.items():
        is_word = (lengths == len(word)) & (characters[:, : len(word)] == np.frombuffer(word, np.uint8)).all(
            1
        )
        numbers[is_word] = number
        plain |= is_word
    return numbers, plain


def _energies(text: Bytes, begins: Ints, ends: Ints) -> tuple[Ints, Mask]:
    """Wh of one to nine digits, at most WH_MAX."""
    lengths = ends - begins
    digits = _characters(text, ends - _WH_DIGITS, _WH_DIGITS) - np.uint8(_ZERO)
    digits = np.where(np.arange(_WH_DIGITS) >= _WH_DIGITS - lengths[:, None], digits, 0)
    wh = digits.astype(np.int64) @ _WH_POWERS
    plain = (digits <= 9).all(axis=1) & (lengths >= 1) & (lengths <= _WH_DIGITS) & (wh <= WH_MAX)
    return wh, plain
