"""Days and months of a configuration: what the ledger accepted against what this database signed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from community.domain.records import CommunityRecord, ConfigurationRecord
from oracle.errors import LedgerDiverges
from oracle.ports import Inspector
from oracle.records import KnownReport
from oracle.usecases.places import Place
from oracle.usecases.standing import Findings, MonthStanding
from oracle.usecases.totals import ConfigurationView, compare_months, hidden_days, reported_hours
from oracle.work import StatusWork
from settlement.domain.calendar import day_number, month_days, month_first_day, month_number

NO_REPORT = bytes(32)


def energy_standing(
    work: StatusWork, inspector: Inspector, community: CommunityRecord, place: Place, findings: Findings
) -> list[MonthStanding]:
    """The community's months on the ledger; differences go to the findings. One question per posted day."""
    found: list[MonthStanding] = []
    bound = inspector.vault_of(place.ledger, place.community)
    if any(bound):
        findings.compare(f"vault of {community.name}", place.vault.hex(), bound.hex())
    for configuration in community.configurations:
        name = place.ledger_name(configuration)
        reports = work.reports.known(configuration.id)
        if any(report.accepted for report in reports):
            there = inspector.community_of(place.ledger, name)
            findings.compare(f"community of {configuration.area_code}", place.community.hex(), there.hex())
        held = _compare_days(inspector, place.ledger, name, reports, findings)
        _compare_months(work, inspector, configuration, place, held, findings)
        for month in sorted({month_number(report.day) for report in reports}):
            reasons = _reasons(work, [row for row in held if month_number(row.day) == month])
            found.append(_month(inspector, place.ledger, name, configuration, month, reasons))
    return found


def _compare_days(
    inspector: Inspector, ledger: bytes, name: bytes, reports: Sequence[KnownReport], findings: Findings
) -> list[KnownReport]:
    """Every day's report on the ledger is the accepted one, or one that was signed after it.

    Returns those of our reports that the ledger holds.
    """
    by_day: dict[date, list[KnownReport]] = defaultdict(list)
    for report in reports:
        by_day[report.day].append(report)
    held = []
    for day, known in by_day.items():
        accepted = [report.report for report in known if report.accepted]
        here = accepted[-1] if accepted else NO_REPORT
        there = inspector.report_of(ledger, name, day_number(day))
        # A crash may have kept the record from noting what the ledger accepted.
        on_the_way = {report.report for report in known if not report.accepted}
        if there not in on_the_way:
            findings.compare(f"report of {day}", here.hex(), there.hex())
        held += [report for report in known if report.report == there]
    return held


def _compare_months(
    work: StatusWork,
    inspector: Inspector,
    configuration: ConfigurationRecord,
    place: Place,
    held: Sequence[KnownReport],
    findings: Findings,
) -> None:
    """Complete months add up to the hours of the settlements behind the reports that the ledger holds."""
    name = place.ledger_name(configuration)
    hours = reported_hours(work.settlements, configuration.id, held)
    view = ConfigurationView(
        lambda month: inspector.totals_of(place.ledger, name, month),
        lambda day: inspector.is_opened(place.ledger, name, day_number(day)),
    )
    for month in sorted({month_number(report.day) for report in held}):
        try:
            compare_months([month], hours, hidden_days(held), view, complete=False)
        except LedgerDiverges as difference:
            findings.divergences.append(str(difference))


def _reasons(work: StatusWork, held: Sequence[KnownReport]) -> tuple[str, ...]:
    """Why reports that the ledger holds replaced others, the earliest reason first."""
    behind = sorted({report.settlement_id for report in held if report.corrects})
    rows = [work.settlements.get(settlement_id) for settlement_id in behind]
    return tuple(dict.fromkeys(row.reason for row in rows if row is not None and row.reason is not None))


def _month(
    inspector: Inspector,
    ledger: bytes,
    name: bytes,
    configuration: ConfigurationRecord,
    month: int,
    reasons: tuple[str, ...],
) -> MonthStanding:
    totals = inspector.totals_of(ledger, name, month)
    return MonthStanding(
        area_code=configuration.area_code,
        month=month_first_day(month),
        accepted_days=totals.accepted_days.bit_count(),
        days=len(month_days(month)),
        final=inspector.is_final(ledger, name, month),
        settled=totals.settled,
        disputed=totals.disputed,
        corrections=totals.corrections,
        reasons=reasons,
        hidden_days=totals.hidden_days,
        injected_wh=totals.injected_wh,
        withdrawn_wh=totals.withdrawn_wh,
        shared_wh=totals.shared_wh,
    )
