"""A reporter computes a day from its own readings and compares it with what it is asked to sign.

Pure. The blindings and salts are the operator's, the readings, the PODs and the sums are the reporter's own:
the report that comes out must be the asked one, byte for byte. A day that differs is described so that two
people with two copies can find the reading: which PODs, with the own readings, and which hour totals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from oracle.attest import pedersen
from oracle.attest.day_list import Entry
from oracle.attest.hours import decode_hours
from oracle.attest.messages import DayReport
from oracle.attest.month_key import pseudonym
from oracle.errors import TotalTooLarge
from oracle.usecases.attest import HourTable, Opening, PodDay, attestation_of
from oracle.usecases.attestation_request import AskedBatch, AskedDay
from settlement.domain.calendar import day_start, month_number, rome_date
from settlement.domain.case import Case

_FIELDS = ("day", "predecessor", "root", "roster", "pods", "blinding", "hours")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first day of which the own copy says something else, and what."""

    day: date
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.day}: " + "; ".join(self.sentences)


def first_difference(case: Case, batch: AskedBatch) -> Difference | None:
    """Where the own copy departs from a batch; None when its reports are what the own readings make."""
    if not batch.days or not all(one.day < other.day for one, other in pairwise(batch.days)):
        day = batch.days[0].day if batch.days else rome_date(case.community.start)
        return Difference(day, ("the days of the batch do not rise strictly",))
    codes = {row.area_code: row.id for row in case.community.configurations}
    if batch.area_code not in codes:
        sentence = f"the own copy has no configuration of area {batch.area_code}"
        return Difference(batch.days[0].day, (sentence,))
    table = HourTable(case, codes[batch.area_code])
    for asked in batch.days:
        sentences = _differences(case, table, batch, asked)
        if sentences:
            return Difference(asked.day, tuple(sentences))
    return None


def _differences(case: Case, table: HourTable, batch: AskedBatch, asked: AskedDay) -> list[str]:
    community = case.community
    if not community.start <= day_start(asked.day) < community.end:
        return ["the own copy does not reach this day"]
    own = table.pods(asked.day)
    pod_days = [table.pod_day(pod, asked.day) for pod in own]
    secrets = {row.pod: row for row in asked.entries}
    sentences = [f"POD {pod} is in the own copy and not in the request" for pod in own if pod not in secrets]
    sentences += [
        f"POD {pod} is in the request and not in the own copy" for pod in sorted(set(secrets) - set(own))
    ]
    if sentences:
        return sentences
    try:
        openings = [_opening(batch, asked, row) for row in pod_days]
        attestation = attestation_of(pod_days, openings, asked.day, asked.report.predecessor)
        report = attestation.report(asked.salt)
    except (KeyError, ValueError, TotalTooLarge) as error:
        return [f"nothing can be computed with what the request says of this day: {error}"]
    if report == asked.report:
        return []
    sentences = _pod_differences(asked, pod_days, openings)
    sentences += _hour_differences(asked, attestation.injected_wh, attestation.withdrawn_wh)
    return sentences or _field_differences(report, asked.report)


def _opening(batch: AskedBatch, asked: AskedDay, row: PodDay) -> Opening:
    """The entry of the own readings, hidden as the operator hid its own."""
    month = month_number(asked.day)
    (secret,) = (one for one in asked.entries if one.pod == row.pod)
    salt = batch.salts[month][row.pod]
    commitment = pedersen.commit(secret.blinding, row.injected_wh, row.withdrawn_wh)
    return Opening(row.pod, salt, secret.blinding, Entry(pseudonym(salt, month, row.pod), commitment))


def _pod_differences(asked: AskedDay, pod_days: Sequence[PodDay], openings: Sequence[Opening]) -> list[str]:
    entries = {row.pod: row.entry for row in asked.entries}
    return [
        f"the readings of POD {row.pod} differ; the own copy injects {_hours(row.injected_wh)} Wh and "
        f"withdraws {_hours(row.withdrawn_wh)} Wh, by hour"
        for row, opening in zip(pod_days, openings, strict=True)
        if opening.entry != entries[row.pod]
    ]


def _hour_differences(asked: AskedDay, injected_wh: Sequence[int], withdrawn_wh: Sequence[int]) -> list[str]:
    try:
        there = decode_hours(asked.hours)
    except ValueError as error:
        return [str(error)]
    if len(there[0]) != len(injected_wh):
        return [f"the day has {len(injected_wh)} hours, the request says {len(there[0])}"]
    return [
        f"hour {hour}: {name} {own} Wh by the own copy, {other} Wh in the request"
        for name, owns, others in (
            ("injected", injected_wh, there[0]), ("withdrawn", withdrawn_wh, there[1]),
        )
        for hour, (own, other) in enumerate(zip(owns, others, strict=True))
        if own != other
    ]  # fmt: skip


def _field_differences(own: DayReport, asked: DayReport) -> list[str]:
    """The report does not follow from the request's own entries and totals."""
    names = [name for name in _FIELDS if getattr(own, name) != getattr(asked, name)]
    if asked.day != own.day:
        return [f"the report is of day number {asked.day}, the day's is {own.day}"]
    return [f"{', '.join(names)} of the report do not follow from the readings"]


def _hours(wh: Sequence[int]) -> str:
    return ", ".join(map(str, wh))
