"""What a case commits to on the ledger, from files alone: reports, lists, payout tree, evidence.

Keys come from one secret, so the same case and the same secret give the same bytes. The service makes its
keys at random and can forget them one by one; a secret for all is for tests, rehearsals and auditors.
"""

import hmac
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from oracle.attest.identifiers import community_id, community_salt, configuration_id
from oracle.attest.messages import report_id
from oracle.attest.payout_tree import Leaf, PayoutTree
from oracle.usecases.attest import DayAttestation, attest_days
from oracle.usecases.payout_leaves import member_leaf, social_leaf
from settlement.domain.calendar import civil_days, day_number, is_whole_days, rome_text
from settlement.domain.case import Case
from settlement.domain.disclosure import Refusal, refusals
from settlement.domain.errors import PeriodNotWholeDays
from settlement.domain.payees import Payee
from settlement.domain.payouts import SOCIAL_FUND, Account, Plan, plan_distribution
from settlement.domain.records import Balance
from settlement.domain.rounding import micro_eur_text
from settlement.domain.settlement import Settlement

KIND = "condivisa/commitments/4"
OPENINGS_KIND = "condivisa/openings/1"
_POD_MONTH = b"condivisa/pod-month"
_PAYEE = b"condivisa/payee"
_HIDDEN_DAY = b"condivisa/hidden-day"

Document = dict[str, object]


class Commitments(NamedTuple):
    """What may be shown, and what opens the hour totals that it hides: by configuration and day.

    `refusals` say why totals are hidden; without any, nothing is to be opened.
    """

    document: Document
    openings: Document
    refusals: tuple[Refusal, ...]


def commitments(
    found: Settlement,
    case: Case,
    payees: Mapping[str, Payee],
    secret: bytes,
    manifest: bytes,
    administrator: bytes | None = None,
) -> Commitments:
    """The content of commitments.json and of openings.json; `canonical_json` gives their bytes.

    Hour totals are hidden where the service hides them. Their salts derive from the secret and the totals:
    what opens a day does not open its correction.

    Ids on the ledger derive from the address (20 bytes) that registered the community; without it they are
    null. The payouts are those of a first distribution that brings exactly the settled revenue. Raises
    PeriodNotWholeDays: reports are made per day.
    """
    community = case.community
    if not is_whole_days(community.start, community.end):
        raise PeriodNotWholeDays(community.start, community.end)
    salt = community_salt(community.name)
    own_id = None if administrator is None else community_id(administrator, salt)
    refused = refusals(case, {member for member, payee in payees.items() if payee.consent})
    days = {row.id: list(_attested(case, row.id, secret)) for row in community.configurations}
    salts = {
        hidden: {day.day: _hiding_salt(secret, hidden, day) for day in days[hidden]}
        for hidden in sorted({refusal.configuration for refusal in refused})
    }
    document: Document = {
        "kind": KIND,
        "community": {
            "name": community.name,
            "registered_under": _hex(salt),
            "id": None if own_id is None else _hex(own_id),
        },
        "from": rome_text(community.start),
        "to": rome_text(community.end),
        "configurations": {
            row.id: {
                "area_code": row.area_code,
                "id": None if own_id is None else _hex(configuration_id(own_id, row.area_code)),
                "days": {
                    day.day.isoformat(): _day(day, salts.get(row.id, {}).get(day.day)) for day in days[row.id]
                },
            }
            for row in community.configurations
        },
        "payouts": _payouts(_plan(found), payees, secret),
        "manifest": manifest.decode(),
        "evidence": _hex(sha256(manifest).digest()),
    }
    openings: Document = {
        hidden: {day.day.isoformat(): _opening(day, of_day[day.day]) for day in days[hidden]}
        for hidden, of_day in salts.items()
    }
    return Commitments(document, {"kind": OPENINGS_KIND, "configurations": openings}, refused)


def pod_month_keys(secret: bytes, pods: Collection[str], month: int) -> dict[str, bytes]:
    """The key of each POD's month, derived from one secret (HMAC-SHA256)."""
    label = _POD_MONTH + month.to_bytes(4, "big")
    return {pod: hmac.digest(secret, label + pod.encode(), sha256) for pod in pods}


def payee_salt(secret: bytes, member: str) -> bytes:
    """The salt that hides a member's IBAN, derived from the same secret."""
    return hmac.digest(secret, _PAYEE + member.encode(), sha256)


def _attested(case: Case, configuration: str, secret: bytes) -> Iterator[DayAttestation]:
    days = civil_days(case.community.start, case.community.end)
    return attest_days(case, configuration, days, partial(pod_month_keys, secret))


def _hiding_salt(secret: bytes, configuration: str, attestation: DayAttestation) -> bytes:
    hours = attestation.report().hours
    label = _HIDDEN_DAY + day_number(attestation.day).to_bytes(4, "big") + sha256(hours).digest()
    return hmac.digest(secret, label + configuration.encode(), sha256)


def _opening(attestation: DayAttestation, salt: bytes) -> Document:
    return {
        "report": _hex(report_id(attestation.report(salt))),
        "salt": _hex(salt),
        "hours": _hex(attestation.report().hours),
        "blinding": _hex(attestation.blinding),
    }


def _day(attestation: DayAttestation, salt: bytes | None) -> Document:
    report = attestation.report(salt)
    return {
        "report": _hex(report_id(report)),
        "root": _hex(report.root),
        "roster": _hex(report.roster),
        "blinding": _hex(report.blinding),
        "hours": _hex(report.hours),
        "entries": [
            {"pod": pod, "id": _hex(entry.id), "commitment": _hex(entry.commitment)}
            for pod, entry in zip(attestation.pods, attestation.list.entries, strict=True)
        ],
    }


def _plan(found: Settlement) -> Plan:
    enterprises = {member.id for member in found.community.members if member.enterprise}
    return plan_distribution(
        found.revenue_micro_eur,
        found.community.shares_bps,
        found.weights,
        Account(),
        enterprises,
        found.enterprise_cap_micro_eur,
    )


def _payouts(plan: Plan, payees: Mapping[str, Payee], secret: bytes) -> Document:
    leaves = [_leaf(row, payees, secret) for row in plan.leaves]
    tree = PayoutTree(leaves)
    members = [row.member for row in plan.leaves]
    return {
        "root": _hex(tree.root),
        "depth": tree.depth,
        "sum_eur": micro_eur_text(tree.total_micro_eur),
        "pool_eur": micro_eur_text(plan.pool_micro_eur),
        "carry_eur": micro_eur_text(plan.carry_micro_eur),
        "leaves": [
            _leaf_document(index, member, leaf)
            for index, (member, leaf) in enumerate(zip(members, leaves, strict=True))
        ],
    }


def _leaf(row: Balance, payees: Mapping[str, Payee], secret: bytes) -> Leaf:
    if row.member == SOCIAL_FUND:
        return social_leaf(row.leaf_micro_eur)
    payee = payees.get(row.member, Payee(row.member))
    return member_leaf(payee, payee_salt(secret, row.member), row.leaf_micro_eur)


def _leaf_document(index: int, member: str, leaf: Leaf) -> Document:
    return {
        "index": index,
        "member": member,
        "channel": leaf.channel.name,
        "payee": _hex(leaf.payee),
        "owner": _hex(leaf.owner),
        "amount_eur": micro_eur_text(leaf.amount_micro_eur),
    }


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
