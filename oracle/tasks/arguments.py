"""What a job is told: texts, checked before it is ordered and read again when it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from oracle.errors import JobMalformed
from settlement.domain.calendar import day_start

REASON_MAX_CHARACTERS = 200
IMPORT_DAYS_MAX = 400
SETTLE_DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: `check` raises ValueError with what is wrong."""

    name: str
    check: Callable[[str], object]
    about: str
    required: bool = True


def day(text: str) -> date:
    """The Europe/Rome day of a text like 2024-07-01. Raises ValueError."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("must be a day like 2024-07-01") from error
    if not 1900 <= found.year <= 2199 or found.isoformat() != text:
        raise ValueError("must be a day like 2024-07-01, between 1900 and 2199")
    return found


def reason(text: str) -> str:
    """A reason that fits. Raises ValueError."""
    if not 0 < len(text) <= REASON_MAX_CHARACTERS or not text.isprintable():
        raise ValueError(f"must have 1 to {REASON_MAX_CHARACTERS} printable characters")
    return text


def one_of(*words: str) -> Callable[[str], str]:
    """A check that admits these words."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be {' or '.join(words)}")
        return text

    return check


PERIOD = (
    Argument("from", day, "First Europe/Rome day"),
    Argument("to", day, "Day after the last one"),
)


def period(arguments: Mapping[str, str]) -> tuple[datetime, datetime]:
    """Instants [start, end) of the arguments `from` and `to`."""
    return day_start(day(arguments["from"])), day_start(day(arguments["to"]))


def require_period(arguments: Mapping[str, str], days_max: int) -> None:
    """Raises JobMalformed unless `to` comes after `from`, at most so many days."""
    days = (day(arguments["to"]) - day(arguments["from"])).days
    if not 0 < days <= days_max:
        raise JobMalformed(
            f"the period has {days} days: `to` is the day after the last one, at most {days_max}"
        )


def check_arguments(kind: str, known: tuple[Argument, ...], given: Mapping[str, str]) -> None:
    """Raises JobMalformed naming the argument that is unknown, missing or wrong."""
    names = {argument.name for argument in known}
    if unknown := sorted(set(given) - names):
        wanted = ", ".join(argument.name for argument in known) or "none"
        raise JobMalformed(f"{kind} takes no argument {unknown[0]!r}; it takes: {wanted}")
    for argument in known:
        if argument.name not in given:
            if argument.required:
                raise JobMalformed(f"{kind} needs the argument {argument.name} ({argument.about})")
            continue
        try:
            argument.check(given[argument.name])
        except ValueError as error:
            raise JobMalformed(f"{argument.name} {error}") from error
    if {"from", "to"} <= names:
        require_period(given, IMPORT_DAYS_MAX if kind == "import" else SETTLE_DAYS_MAX)
