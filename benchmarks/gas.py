"""Gas of what the contracts do, on the pinned node, beside the goals of the design brief.

    python -m benchmarks.gas            prints the table
    python -m benchmarks.gas --write    writes contracts/gas.json, with which tests/contracts compares exactly

Gas is the receipt's: 21,000 and calldata included. Hour totals are drawn below 2^32 Wh, so four of their
five bytes are mostly used; a smaller community pays a little less.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from eth_account import Account
from rich.console import Console
from rich.table import Table

from oracle.attest.hash_tree import HashTree
from oracle.attest.identifiers import member_leaf
from oracle.attest.keccak import keccak256
from oracle.attest.messages import DayReport
from oracle.attest.payout_tree import Channel, Leaf, PayoutTree, encode_leaf, wallet_payee
from tools.compile_contracts import CONTRACTS, compiler_version
from tools.testchain.anvil import HARDFORK, running_anvil
from tools.testchain.artifacts import published
from tools.testchain.client import Chain
from tools.testchain.community import (
    AREA,
    MONTH,
    Community,
    Terms,
    branch_row,
    day_report,
    days_of,
    found_community,
    hours_in,
    leaf_row,
    opened_single,
    report_row,
)
from tools.testchain.transports import AnvilTransport

SNAPSHOT = CONTRACTS / "gas.json"
LARGE = 10_000
BATCH = 256
EURO = 1_000_000
CONFIGURATIONS_MAX = 64
MEMBERS = 1_024
DAY_SECONDS = 86_400
NOTICE_PERIOD = 60 * DAY_SECONDS
CLAIM_PERIOD = (5 * 365 + 2) * DAY_SECONDS
RESOLUTION = keccak256(b"resolution")

Gas = dict[str, int]


@dataclass(frozen=True, slots=True)
class Goal:
    """A row of the table: what is measured, the brief's number, and what it costs the first time."""

    what: str
    key: str
    goal: int | None = None
    first_key: str | None = None


GOALS = (
    Goal("post one day, 3 of 5 signatures", "post_day", 95_000, "post_day_first_of_month"),
    Goal("post seven days with one signature set, each", "post_week_per_day", 65_000),
    Goal("post ten configurations, own signatures, each", "post_ten_per_configuration", 80_000),
    Goal("post 64 configurations, own signatures, each", "post_64_per_configuration", 80_000),
    Goal("post a day with hidden totals", "post_hidden_day"),
    Goal("open a hidden day", "open_day"),
    Goal("correct a day", "correct_day", 95_000),
    Goal("dispute a month, roster of 1,024 members", "dispute"),
    Goal("credit a receipt (token)", "credit_token", None, "credit_token_first"),
    Goal("settle: one receipt, one month", "settle", 120_000, "settle_first"),
    Goal("push, 100 funded recipients, each", "push_100_funded_per_leaf", 11_000, "push_100_fresh_per_leaf"),
    Goal("push, 256 funded recipients, each", "push_256_funded_per_leaf", 11_000, "push_256_fresh_per_leaf"),
    Goal(
        "push, 256 of 10,000, funded, each", "push_10000_funded_per_leaf", 11_000, "push_10000_fresh_per_leaf"
    ),
    Goal("push, 100 fresh recipients, each", "push_100_fresh_per_leaf", 29_000),
    Goal("claim of 10,000, used word, funded recipient", "claim_used", 75_000),
    Goal("claim of 10,000, fresh word or recipient", "claim_fresh", 105_000),
    Goal("reserve 256 bank leaves, each", "reserve_256_per_leaf"),
    Goal("confirm 256 bank leaves, each (token)", "confirm_256_token_per_leaf"),
    Goal("confirm 256 bank leaves, each (bookkeeping)", "confirm_256_bookkeeping_per_leaf"),
    Goal("cancel a distribution", "cancel"),
    Goal("void a credit (token)", "void_credit_token"),
    Goal("move a leaf of 10,000", "move"),
    Goal("redirect a leaf of 10,000", "redirect"),
    Goal("refuse a redirection", "refuse_redirection"),
    Goal("spend from a fund", "spend"),
    Goal("claim a single payout, funded recipient", "claim_single"),
    Goal("sweep 256 of 10,000, each", "sweep_256_per_leaf"),
    Goal("schedule a resolution", "schedule"),
    Goal("replace five reporters by resolution", "set_reporters"),
    Goal("deploy the ledger", "deploy_ledger"),
    Goal("deploy a vault", "deploy_vault"),
    Goal("deploy a timelock", "deploy_timelock"),
    Goal("register a community", "register_community"),
    Goal("register a configuration", "register_configuration"),
)


def measure() -> Gas:
    """All figures, each on a state of its own."""
    gas: Gas = {}
    with running_anvil() as url:
        chain = Chain(AnvilTransport(url), published())
        for part in PARTS:
            snapshot = chain.transport.snapshot()
            gas |= part(chain)
            chain.transport.restore(snapshot)
    return gas


def measure_deployment(chain: Chain) -> Gas:
    """Deployment, and the registration of a community with five reporters, its vault and a configuration."""
    community = found_community(chain)
    ledger, deploy_ledger = chain.deploy_measured("EnergyLedger", 0)
    arguments = (community.id, community.treasurer, chain.deploy("TestEuro").address, 0)
    _, deploy_vault = chain.deploy_measured("CommunityVault", (community.ledger.address, *arguments))
    _, deploy_timelock = chain.deploy_measured("CommunityTimelock", ledger.address, community.id, 0)
    addresses = [reporter.address for reporter in community.reporters]
    roles = (community.timelock.address, community.guardian, addresses, 3)
    registered = ledger.send("registerCommunity", bytes(32), (*roles, 5, (7_000, 2_000, 1_000)))
    configured = community.ledger.send("registerConfiguration", community.id, b"\x01" * 32)
    return {
        "deploy_ledger": deploy_ledger,
        "deploy_timelock": deploy_timelock,
        "deploy_vault": deploy_vault,
        "register_community": registered.gas_used,
        "register_configuration": configured.gas_used,
    }


def measure_posts(chain: Chain) -> Gas:
    """Posting and correcting days."""
    community = found_community(chain)
    reports = [drawn_report(day) for day in days_of(MONTH)[:9]]
    first = community.post(reports[0])
    second = community.post(reports[1])
    week = community.post(*reports[2:9])
    replacement = drawn_report(reports[1].day, community.ledger.call("hashReport", report_row(reports[1])))
    return {
        "post_day_first_of_month": first.gas_used,
        "post_day": second.gas_used,
        "post_week_per_day": per_piece(week.gas_used, 7),
        "correct_day": community.correct(reports[1], replacement).gas_used,
    }


def measure_hidden(chain: Chain) -> Gas:
    """A day whose totals are hidden and opened, and an objection to it; the month is in use."""
    community = found_community(chain, Terms(finality_delay=DAY_SECONDS))
    first, second = (drawn_report(day) for day in days_of(MONTH)[:2])
    salt, hours = drawn("salt", 32), second.hours
    hidden = replace(second, hours=keccak256(salt + hours))
    community.post(first)
    posted = community.post(hidden)
    opened = community.ledger.send("open", community.configuration, report_row(hidden), salt, hours)
    member = chain.accounts[6]
    leaf = member_leaf(salt, bytes.fromhex(member[2:]))
    roster = HashTree([leaf, *(drawn(f"member/{number}", 32) for number in range(MEMBERS - 1))])
    community.ledger.send("setRoster", community.id, roster.root, MEMBERS)
    named = (community.id, AREA, hidden.day, drawn("reason", 32), salt, 0, roster.proof(0))
    return {
        "post_hidden_day": posted.gas_used,
        "open_day": opened.gas_used,
        "dispute": community.ledger.send("dispute", *named, sender=member).gas_used,
    }


def measure_configurations(chain: Chain) -> Gas:
    """A day of many configurations in one transaction, each signed for itself; their months are in use."""
    community = found_community(chain)
    parts = [community.under(f"AC001E{number:05}") for number in range(CONFIGURATIONS_MAX)]
    first, second, third = (drawn_report(day) for day in days_of(MONTH)[:3])
    community.ledger.send("postAll", [part.batch_row([first]) for part in parts])
    gas: Gas = {}
    for report, chosen, name in ((second, parts[:10], "ten"), (third, parts, "64")):
        receipt = community.ledger.send("postAll", [part.batch_row([report]) for part in chosen])
        if len(receipt.events) != len(chosen):
            raise ValueError(f"{len(chosen)} configurations were not all accepted")
        gas[f"post_{name}_per_configuration"] = per_piece(receipt.gas_used, len(chosen))
    return gas


def drawn_report(day: int, predecessor: bytes = bytes(32)) -> DayReport:
    """A report with hour totals below 2^32 Wh."""
    hour_count = hours_in(day)
    drawn = hashlib.shake_256(f"{day}/{predecessor.hex()}".encode()).digest(8 * hour_count)
    totals = [int.from_bytes(drawn[start : start + 4], "big") for start in range(0, len(drawn), 4)]
    return day_report(day, totals[:hour_count], totals[hour_count:], predecessor=predecessor)


def measure_settlement(chain: Chain) -> Gas:
    """The first settlement of a vault and a later one; each names one receipt and one unread month."""
    community = found_community(chain)
    gas: Gas = {}
    for number, suffix in ((0, "_first"), (1, ""), (2, "")):
        community.post_month(MONTH + number)
        amount = 1_000 * EURO
        receipt = f"receipt {number}".encode().ljust(32, b".")
        community.fund_treasurer(2 * amount)  # so that neither balance falls to zero
        credited = community.vault.send("credit", receipt, amount, sender=community.treasurer)
        months = ((community.configuration, MONTH + number),)
        settlement = community.propose(PayoutTree(wallets(100, number)), [receipt], months=months)
        gas[f"credit_token{suffix}"] = credited.gas_used
        gas[f"settle{suffix}"] = community.settle(settlement).gas_used
    return gas


def measure_pushes(chain: Chain) -> Gas:
    """Pushes of 100 and 256 leaves, and of a batch in the middle of 10,000."""
    community = found_community(chain)
    gas: Gas = {}
    for size, start, pushed in ((100, 0, 100), (256, 0, 256), (LARGE, 20 * BATCH, BATCH)):
        for kind in ("fresh", "funded"):
            payouts = community.distribute(wallets(size, size + (kind == "funded")))
            if kind == "funded":
                fund(community, payouts.tree.leaves[start : start + pushed])
            receipt = community.push(payouts, start)
            if receipt.only("BatchPaid")["paid"] != (1 << pushed) - 1:
                raise ValueError(f"the push of {size} {kind} recipients did not pay all")
            gas[f"push_{size}_{kind}_per_leaf"] = per_piece(receipt.gas_used, pushed)
    return gas


def measure_claims(chain: Chain) -> Gas:
    """Claims of a tree of 10,000 leaves."""
    community = found_community(chain)
    payouts = community.distribute(wallets(LARGE, 1))
    fund(community, [payouts.tree.leaves[7_001]])
    return {
        "claim_fresh": community.claim(payouts, 7_000).gas_used,
        "claim_used": community.claim(payouts, 7_001).gas_used,
    }


def measure_bank(chain: Chain) -> Gas:
    """Reservation and confirmation of a full batch of bank leaves, with both units."""
    gas: Gas = {}
    for unit, token in (("bookkeeping", None), ("token", "TestEuro")):
        community = found_community(chain, Terms(token=token))
        payouts = community.distribute(banks(BATCH, 1))
        if token:  # the treasurer's account is in use
            community.fund_treasurer(EURO)
        reserved = community.reserve(payouts, *range(BATCH))
        gas["reserve_256_per_leaf"] = per_piece(reserved.gas_used, BATCH)
        confirmed = community.confirm(payouts, *range(BATCH))
        gas[f"confirm_256_{unit}_per_leaf"] = per_piece(confirmed.gas_used, BATCH)
    return gas


def measure_singles(chain: Chain) -> Gas:
    """Leaves of 10,000 that move and are redirected, and a fund's spending; a governor without delay.

    Each is the second of its kind: counters and bitmap words are in use.
    """
    community = governed(chain, Terms())
    owner, keeper = Account.from_key(drawn("owner", 32)), chain.accounts[6]
    own, kept = (wallet_leaf(address) for address in (owner.address, keeper))
    payouts = community.distribute([own, own, kept, kept, *wallets(LARGE - 4, 1)])
    governor, gas = community.treasurer, {}
    for index in (0, 1):
        target = wallets(1, 2)[0]
        moved = community.move(payouts, index, target, owner)
        wish = (leaf_row(payouts, index + 2), encode_leaf(target), RESOLUTION)
        redirected = community.vault.send("redirect", *wish, sender=governor)
        refused = community.vault.send(
            "refuseRedirection", opened_single(redirected).distribution, encode_leaf(kept), sender=keeper
        )
        spent = community.vault.send("spend", 0, encode_leaf(target), RESOLUTION, sender=governor)
        gas = {
            "move": moved.gas_used,
            "redirect": redirected.gas_used,
            "refuse_redirection": refused.gas_used,
            "spend": spent.gas_used,
            "claim_single": community.claim(opened_single(spent), 0).gas_used,
        }
    return gas


def measure_sweep(chain: Chain) -> Gas:
    """A full batch of 10,000 leaves that nobody claimed."""
    community = governed(chain, Terms())
    payouts = community.distribute(wallets(LARGE, 1))
    chain.transport.travel(CLAIM_PERIOD)
    community.vault.send("announceSweep", 1, RESOLUTION, sender=community.treasurer)
    chain.transport.travel(NOTICE_PERIOD)
    swept = community.vault.send("sweep", branch_row(payouts, 20 * BATCH, None))
    return {"sweep_256_per_leaf": per_piece(swept.gas_used, BATCH)}


def measure_undoing(chain: Chain) -> Gas:
    """A distribution that is cancelled and a credit that is voided."""
    community = found_community(chain, Terms(root_delay=DAY_SECONDS))
    payouts = community.distribute(wallets(100, 1))
    cancelled = community.cancel(payouts)
    receipt = community.credit(EURO)
    community.fund_treasurer(EURO)  # the treasurer's account is in use
    voided = community.vault.send("voidCredit", receipt, sender=community.treasurer)
    return {"cancel": cancelled.gas_used, "void_credit_token": voided.gas_used}


def measure_resolution(chain: Chain) -> Gas:
    """Five reporters replaced through the timelock."""
    community = found_community(chain)
    addresses = [reporter.address for reporter in community.reporters]
    data = community.ledger.encoded("setReporters", community.id, addresses, 3)
    operation = (community.ledger.address, 0, data, bytes(32), RESOLUTION)
    return {
        "schedule": community.timelock.send("schedule", *operation, 0).gas_used,
        "set_reporters": community.timelock.send("execute", *operation).gas_used,
    }


def governed(chain: Chain, terms: Terms) -> Community:
    """A community whose treasurer's account is its governor too, without a timelock between."""
    community = found_community(chain, terms)
    community.govern(community.ledger, "setGovernor", community.id, community.treasurer)
    return community


PARTS = (
    measure_deployment,
    measure_posts,
    measure_configurations,
    measure_hidden,
    measure_settlement,
    measure_undoing,
    measure_pushes,
    measure_claims,
    measure_singles,
    measure_sweep,
    measure_bank,
    measure_resolution,
)


def wallet_leaf(address: str) -> Leaf:
    """A leaf of an euro."""
    return Leaf(Channel.WALLET, wallet_payee(bytes.fromhex(address[2:])), bytes(20), EURO)


def wallets(count: int, seed: int) -> list[Leaf]:
    """Wallet leaves of different addresses, of about an euro each."""
    return [
        Leaf(
            Channel.WALLET,
            wallet_payee(drawn(f"wallet/{seed}/{index}", 20)),
            bytes(20),
            EURO + index * 10_000,
        )
        for index in range(count)
    ]


def banks(count: int, seed: int) -> list[Leaf]:
    """Bank leaves of different payees, with owners."""
    return [
        Leaf(
            Channel.BANK,
            drawn(f"bank/{seed}/{index}", 32),
            drawn(f"owner/{index}", 20),
            EURO + index * 10_000,
        )
        for index in range(count)
    ]


def fund(community: Community, leaves: Sequence[Leaf]) -> None:
    """Give each wallet a micro-euro, so that its balance is not zero when it is paid."""
    if community.token is None:
        raise ValueError("the bookkeeping euro has no wallets")
    for leaf in leaves:
        community.token.send("mint", "0x" + leaf.payee[-20:].hex(), 1)


def drawn(label: str, length: int) -> bytes:
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_256(label.encode()).digest(length)


def per_piece(gas: int, pieces: int) -> int:
    """Gas of one of several pieces, rounded up."""
    return -(-gas // pieces)


def document(gas: Gas) -> str:
    """Committed text of the snapshot."""
    content = {"hardfork": HARDFORK, "solc": compiler_version(), "gas": dict(sorted(gas.items()))}
    return json.dumps(content, indent=2) + "\n"


def table(gas: Gas) -> Table:
    """The figures beside the brief's goals; the ratio is gas / goal."""
    rows = Table("what", "gas", "goal", "ratio", "first time", title=f"gas on anvil ({HARDFORK})")
    for row in GOALS:
        goal = f"{row.goal:,}" if row.goal else ""
        ratio = f"{gas[row.key] / row.goal:.2f}" if row.goal else ""
        first = f"{gas[row.first_key]:,}" if row.first_key else ""
        rows.add_row(row.what, f"{gas[row.key]:,}", goal, ratio, first)
    for column in rows.columns[1:]:
        column.justify = "right"
    return rows


def main(arguments: list[str]) -> int:
    """Prints the table; exit status 1 when a goal is missed."""
    gas = measure()
    Console(width=100).print(table(gas))
    if "--write" in arguments:
        SNAPSHOT.write_text(document(gas), encoding="utf-8")
    missed = [row.what for row in GOALS if row.goal and gas[row.key] > row.goal]
    for what in missed:
        print(f"goal missed: {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
