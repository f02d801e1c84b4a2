"""Months as people type them."""

import re

import typer

MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


def month_typed(text: str) -> int:
    """Month number of YYYY-MM; stops the command with a sentence when it is none."""
    match = MONTH.fullmatch(text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is not a month like 2024-06")
    return (int(match[1]) - 1970) * 12 + int(match[2]) - 1
