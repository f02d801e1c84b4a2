"""Topic `post-days`: a settled configuration's days go to the ledger under one set of signatures.

Before signing, the hour totals recomputed from the readings must equal those of the settlement; afterwards
the ledger must hold the reports, and the sums of a complete month must be the settlement's. Where hour totals
would show single persons the reports hide them, and what opens them stays here.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from community.domain.records import ConfigurationRecord
from oracle.attest.messages import report_id
from oracle.errors import LedgerDiverges
from oracle.ports import Call
from oracle.records import HiddenDay, SignedReport
from oracle.usecases.attest import DayAttestation, attest_days
from oracle.usecases.context import Context, Finish, Step, Steps
from oracle.usecases.places import Place, community_of, place_of
from oracle.usecases.totals import require_equal_months
from oracle.work import Work
from settlement.domain.calendar import day_hours, day_number, day_start
from settlement.domain.disclosure import PERSONS_MIN
from settlement.domain.errors import NotFound
from settlement.domain.records import EnergyHour, OutboxRow, StoredSettlement
from settlement.usecases.load_case import load_case

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Order:
    """What a message asks for, and where it goes."""

    settlement: StoredSettlement
    configuration: ConfigurationRecord
    place: Place
    days: tuple[date, ...]

    @property
    def name(self) -> bytes:
        """The configuration's id on the ledger."""
        return self.place.ledger_name(self.configuration)

    @property
    def hides_totals(self) -> bool:
        """Whether hour totals of a direction would show single persons: a report has those of both."""
        return self.configuration.code in {refusal.configuration for refusal in self.settlement.refusals}


def post_days(context: Context, message: OutboxRow) -> Steps:
    """One transaction for all days of the message."""
    order = _order(context, message)
    _require_group(context, order.place)
    yield Step("post", lambda work: _post(context, work, message, order))
    with context.unit() as work:
        reports = work.reports.of_message(message.id)
    for report in reports:
        stored = context.ledger.report_of(order.place.ledger, order.name, day_number(report.day))
        if stored != report.report:
            raise LedgerDiverges(f"report of {report.day}", report.report.hex(), stored.hex())
    require_equal_months(
        context, order.place.ledger, order.name, order.settlement, order.configuration.id, complete=False
    )
    return _finish(reports)


def _order(context: Context, message: OutboxRow) -> _Order:
    payload, place = message.payload, place_of(context, message.community_id)
    with context.unit() as work:
        settlement = work.settlements.get(UUID(payload["settlement_id"]))
        if settlement is None:
            raise NotFound("settlement", payload["settlement_id"])
        community = community_of(work, message.community_id)
    wanted = UUID(payload["configuration_id"])
    configuration = next(row for row in community.configurations if row.id == wanted)
    first, last = date.fromisoformat(payload["first_day"]), date.fromisoformat(payload["last_day"])
    days = tuple(first + timedelta(days=number) for number in range((last - first).days + 1))
    return _Order(settlement, configuration, place, days)


def _require_group(context: Context, place: Place) -> None:
    """Totals that the community resolved to hide must not be shown; here PERSONS_MIN decides."""
    resolved = context.ledger.smallest_group_of(place.ledger, place.community)
    if resolved > PERSONS_MIN:
        raise LedgerDiverges("persons below whom hour totals are hidden", PERSONS_MIN, resolved)


def _post(context: Context, work: Work, message: OutboxRow, order: _Order) -> Call:
    """Attest the days, keep what was attested, and sign, all in one database transaction."""
    reports = work.reports.of_message(message.id)
    if not reports:
        attestations = _attest(work, message.community_id, order)
        _require_settled_hours(work, order, attestations)
        salts = [secrets.token_bytes(SALT_BYTES) if order.hides_totals else None for _ in attestations]
        drawn = list(zip(attestations, salts, strict=True))
        reports = [_signed_report(message, order, attestation, salt) for attestation, salt in drawn]
        work.reports.add(reports)
        hidden = [
            HiddenDay(report.report, salt, attestation.blinding, attestation.report().hours)
            for report, (attestation, salt) in zip(reports, drawn, strict=True)
            if salt is not None
        ]
        work.hidden_days.add(hidden)
    place, area = order.place, order.configuration.area_code
    return context.ledger.post(place.ledger, place.community, area, [report.message for report in reports])


def _attest(work: Work, community_id: UUID, order: _Order) -> list[DayAttestation]:
    start, end = day_start(order.days[0]), day_start(order.days[-1] + timedelta(days=1))
    case = load_case(work, community_id, start, end, order.settlement.as_of)
    return list(attest_days(case, order.configuration.code, order.days, work.pod_keys.make))


def _require_settled_hours(work: Work, order: _Order, attestations: Sequence[DayAttestation]) -> None:
    """The readings must still add up to what was settled, hour by hour."""
    hours = {row.hour: row for row in work.settlements.hours(order.settlement.id, order.configuration.id)}
    for attestation in attestations:
        for number in range(day_hours(attestation.day)):
            hour = day_start(attestation.day) + timedelta(hours=number)
            computed = (attestation.injected_wh[number], attestation.withdrawn_wh[number])
            settled = _energy(hours.get(hour))
            if computed != settled:
                raise LedgerDiverges(
                    f"injected and withdrawn Wh of the hour {hour}", computed, f"settled {settled}"
                )


def _energy(hour: EnergyHour | None) -> tuple[int, int] | None:
    return None if hour is None else (hour.injected_wh, hour.withdrawn_wh)


def _signed_report(
    message: OutboxRow, order: _Order, attestation: DayAttestation, salt: bytes | None
) -> SignedReport:
    report = attestation.report(salt)
    return SignedReport(
        report=report_id(report),
        configuration_id=order.configuration.id,
        day=attestation.day,
        settlement_id=order.settlement.id,
        outbox_id=message.id,
        predecessor=report.predecessor,
        root=report.root,
        roster=report.roster,
        blinding=report.blinding,
        hour_totals=report.hours,
        pods=attestation.pods,
        entries=attestation.list.entries,
    )


def _finish(reports: Sequence[SignedReport]) -> Finish:
    return lambda work: work.reports.accept([report.report for report in reports])
