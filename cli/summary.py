"""The page that ends a demonstration: energy, money, gas, where everything lies, what to try next."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cli.display import Display, euro_text, kwh, sparkline
from cli.workspace import Workspace
from oracle.records import StoredTransaction
from oracle.wiring import OpenChain, trust_of
from settlement.domain.calendar import ROME
from settlement.domain.payout_states import Channel
from settlement.domain.records import Distribution, EnergyHour, Payout, StoredSettlement
from settlement.domain.rounding import micro_eur_text


@dataclass(frozen=True, slots=True)
class Proofs:
    """Files that were verified: a member's payout, and the list of a day's readings."""

    payout: Path
    day_list: Path


@dataclass(frozen=True, slots=True)
class Ended:
    """What a finished run leaves behind; `serving` says whether the node goes on running with the API."""

    workspace: Workspace
    opened: OpenChain
    settlement: StoredSettlement
    distribution: Distribution
    payouts: Sequence[Payout]
    proofs: Proofs
    serving: bool


def show_summary(display: Display, ended: Ended, out: Path) -> None:
    """Print the summary; it fits one screen."""
    with ended.workspace.reading() as work:
        hours = work.settlements.hours(ended.settlement.id)
        transactions = work.transactions.of_community(ended.settlement.community_id)
    display.table("Energy", _energy(ended.settlement, hours))
    display.table("Money", _money(ended.distribution, ended.payouts) + _unverified(ended.settlement))
    display.table("Ledger", _ledger(ended, transactions))
    display.table("Where", _where(ended, out))
    display.table("Try next", _next(ended, out))


def _energy(settlement: StoredSettlement, hours: Sequence[EnergyHour]) -> list[tuple[str, str]]:
    rows = [("injected", "injected_wh"), ("withdrawn", "withdrawn_wh"), ("shared", "shared_wh")]
    lines = []
    for name, attribute in rows:
        profile = hour_profile(hours, attribute, ROME)
        lines.append((name, f"{kwh(getattr(settlement, attribute)):>12} kWh   {sparkline(profile)}"))
    return [*lines, ("", f"{'':16}   0h    6h    12h   18h   sum of each hour of the day")]


def hour_profile(hours: Sequence[EnergyHour], attribute: str, zone: ZoneInfo) -> list[int]:
    """Sum of an attribute in Wh for each civil hour of the day."""
    sums = [0] * 24
    for row in hours:
        sums[row.hour.astimezone(zone).hour] += getattr(row, attribute)
    return sums


def _money(distribution: Distribution, payouts: Sequence[Payout]) -> list[tuple[str, str]]:
    rows = [
        ("received", f"{euro_text(distribution.amount_micro_eur):>16} EUR"),
        ("producers", f"{micro_eur_text(distribution.producers_micro_eur):>16} EUR"),
        ("social", f"{micro_eur_text(distribution.social_micro_eur):>16} EUR"),
        ("grid", f"{micro_eur_text(distribution.grid_micro_eur):>16} EUR"),
    ]
    for channel in Channel:
        chosen = [row.amount_micro_eur for row in payouts if row.channel is channel]
        if chosen:
            rows.append((f"by {channel}", f"{micro_eur_text(sum(chosen)):>16} EUR in {len(chosen)} payouts"))
    rows.append(
        ("carried", f"{micro_eur_text(distribution.carry_micro_eur):>16} EUR, residues below the cent")
    )
    return rows


def _unverified(settlement: StoredSettlement) -> list[tuple[str, str]]:
    """Rule parameters and rules behind the amounts that no text that was read confirms."""
    used = json.loads(settlement.document)["rules"]["parameters_used"]
    values = [f"{name} {row['value']}" for name, row in sorted(used.items()) if not row["verified"]]
    stated = ", ".join([*values, *sorted(settlement.unverified_rules or ())])
    return [("unverified", stated)] if stated else []


def _ledger(ended: Ended, transactions: Sequence[StoredTransaction]) -> list[tuple[str, str]]:
    gas: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for row in transactions:
        word = row.step.split()[0]
        gas[word] += row.gas_used or 0
        count[word] += 1
    rows = [(word, f"{count[word]:>3} transactions {gas[word]:>12,} gas") for word in count]
    total = f"{sum(count.values()):>3} transactions {sum(gas.values()):>12,} gas"
    number, block = ended.opened.chain.rpc.head()[:2]
    return [*rows, ("all", total), ("head", f"block {number}, {block}")]


def _where(ended: Ended, out: Path) -> list[tuple[str, str]]:
    trust = trust_of(ended.workspace.database.engine, ended.opened, ended.settlement.community_id)
    return [
        ("receipts", f"{out}/receipts/ (one JSON file per member, a reading, and a day's published list)"),
        (
            "evidence",
            f"{out}/evidence/ (case, settlement.json and manifest, whose SHA-256 is on the ledger)",
        ),
        ("trust file", f"{ended.workspace.chain.trust_file} (chain {trust.chain_id}, vault {trust.vault})"),
        ("node", f"{ended.opened.url}, its state in {ended.workspace.chain.folder}/"),
        (
            "database",
            str(ended.workspace.database.folder or "yours (DATABASE_URL)"),
        ),
        ("page", "web/verifier/verify.html (open it as a file, or at /verify of the API)"),
    ]


def _next(ended: Ended, out: Path) -> list[tuple[str, str]]:
    command = ".venv/bin/condivisa"
    state, trust = f"--state {ended.workspace.settings.state}", f"--trust {ended.workspace.chain.trust_file}"
    starting = "" if ended.serving else f", after {command} serve {state} has started the node"
    return [
        ("where", f"in another terminal{starting}"),
        ("verify", f"{command} verify payout {ended.proofs.payout} {trust}"),
        ("add up", f"{command} verify list {ended.proofs.day_list} {trust}"),
        ("tamper", "change one digit of that file and verify again"),
        ("recompute", f"{command} settle {out}/evidence --out . && cmp settlement.json {out}/evidence/"),
        ("API", f"{command} db token create --role administrator --label me {state}"),
    ]
