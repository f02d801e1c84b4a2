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
from oracle.usecases.totals import ConfigurationView, compare_months, hidden_days
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
        _compare_days(inspector, place.ledger, name, reports, findings)
        _compare_months(work, inspector, community, configuration, place, findings)
        posted = sorted({month_number(report.day) for report in reports})
        found += [_month(inspector, place.ledger, name, configuration, month) for month in posted]
    return found


def _compare_days(
    inspector: Inspector, ledger: bytes, name: bytes, reports: Sequence[KnownReport], findings: Findings
) -> None:
    """Every day's report on the ledger is the accepted one, or one that was signed after it."""
    by_day: dict[date, list[KnownReport]] = defaultdict(list)
    for report in reports:
        by_day[report.day].append(report)
    for day, known in by_day.items():
        accepted = [report.report for report in known if report.accepted]
        here = accepted[-1] if accepted else NO_REPORT
        there = inspector.report_of(ledger, name, day_number(day))
        # A crash may have kept the record from noting what the ledger accepted.
        on_the_way = {report.report for report in known if not report.accepted}
        if there not in on_the_way:
            findings.compare(f"report of {day}", here.hex(), there.hex())


def _compare_months(
    work: StatusWork,
    inspector: Inspector,
    community: CommunityRecord,
    configuration: ConfigurationRecord,
    place: Place,
    findings: Findings,
) -> None:
    """Complete months add up to the settlements' hours."""
    name = place.ledger_name(configuration)
    hidden = hidden_days(work.reports.known(configuration.id))
    view = ConfigurationView(
        lambda month: inspector.totals_of(place.ledger, name, month),
        lambda day: inspector.is_opened(place.ledger, name, day_number(day)),
    )
    for settlement in work.settlements.of_community(community.id):
        hours = work.settlements.hours(settlement.id, configuration.id)
        try:
            compare_months(settlement, hours, hidden, view, complete=False)
        except LedgerDiverges as difference:
            findings.divergences.append(str(difference))


def _month(
    inspector: Inspector, ledger: bytes, name: bytes, configuration: ConfigurationRecord, month: int
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
        hidden_days=totals.hidden_days,
        injected_wh=totals.injected_wh,
        withdrawn_wh=totals.withdrawn_wh,
        shared_wh=totals.shared_wh,
    )
