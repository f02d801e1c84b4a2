"""A community on a chain: ledger, vault, token, five reporters; every argument valid until told otherwise."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from oracle.attest import identifiers, messages
from oracle.attest.hours import encode_hours
from oracle.attest.keccak import keccak256
from oracle.attest.messages import NO_PREDECESSOR, DayReport, Domain, Settlement
from oracle.attest.payout_tree import LEAF_BYTES, Leaf, PayoutTree, encode_leaf, encode_leaves, encode_proof
from tools.testchain.client import Chain, Contract, Receipt

Founder = Callable[..., "Community"]
EPOCH = date(1970, 1, 1)
ZERO_ADDRESS = "0x" + "0" * 40
BPS = 10_000
SHARES_BPS = (7_000, 2_000, 1_000)
CONFIGURATION = identifiers.configuration_id("Esempio", "AC001E00123")
COMMUNITY = identifiers.community_id("Esempio")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a community is founded with."""

    reporter_count: int = 5
    threshold: int = 3
    finality_delay: int = 0
    root_delay: int = 0
    shares_bps: tuple[int, int, int] = SHARES_BPS
    token: str | None = "TestEuro"  # None: the bookkeeping euro


@dataclass
class Payouts:
    """A settled distribution with the tree that its root stands for."""

    distribution: int
    tree: PayoutTree


@dataclass
class Community:
    """Contracts and keys. Account 0 deploys, registers and relays; account 1 is the treasurer."""

    chain: Chain
    ledger: Contract
    vault: Contract
    token: Contract | None
    reporters: list[LocalAccount]
    used_receipts: list[bytes] = field(default_factory=list)
    configuration: bytes = CONFIGURATION
    months: list[int] = field(default_factory=list)

    @property
    def relayer(self) -> str:
        """Whoever sends what others signed."""
        return self.chain.accounts[0]

    @property
    def treasurer(self) -> str:
        """The account that credits receipts and handles bank payments."""
        return self.chain.accounts[1]

    @property
    def ledger_domain(self) -> Domain:
        """EIP-712 domain of the ledger."""
        return Domain(messages.LEDGER_NAME, self.chain.chain_id, self.ledger.address_bytes)

    @property
    def vault_domain(self) -> Domain:
        """EIP-712 domain of the vault."""
        return Domain(messages.VAULT_NAME, self.chain.chain_id, self.vault.address_bytes)

    def sign_batch(self, reports: Sequence[DayReport], signers: int | None = None) -> list[bytes]:
        """Signatures of the first reporters, as many as the threshold, ascending by address."""
        return self.signatures(
            messages.batch_digest(self.ledger_domain, self.configuration, reports), signers
        )

    def signatures(self, digest: bytes, signers: int | None = None) -> list[bytes]:
        """Signatures of a digest by the first reporters in ascending order of their addresses."""
        count = self.vault.call("threshold") if signers is None else signers
        return [signature(reporter, digest) for reporter in self.reporters[:count]]

    def post(self, *reports: DayReport) -> Receipt:
        """Post reports that the threshold of reporters signed."""
        rows = [report_row(report) for report in reports]
        return self.ledger.send("post", self.configuration, rows, self.sign_batch(reports))

    def correct(self, replaced: DayReport, replacement: DayReport) -> Receipt:
        """Replace a report by another that names it."""
        signed = self.sign_batch([replacement])
        return self.ledger.send(
            "correct", self.configuration, report_row(replaced), report_row(replacement), signed
        )

    def post_month(self, month: int) -> None:
        """Post every day of a month, once."""
        if month not in self.months:
            self.post(*(day_report(day) for day in days_of(month)))
            self.months.append(month)

    def credit(self, amount_micro_eur: int) -> bytes:
        """Credit a receipt of its own, with tokens that the treasurer approves; returns its hash."""
        receipt = keccak256(f"receipt/{len(self.used_receipts)}".encode())
        self.used_receipts.append(receipt)
        self.fund_treasurer(amount_micro_eur)
        self.vault.send("credit", receipt, amount_micro_eur, sender=self.treasurer)
        return receipt

    def fund_treasurer(self, amount_micro_eur: int) -> None:
        """Give the treasurer tokens and let the vault take them; nothing with the bookkeeping euro."""
        if self.token is not None:
            self.token.send("mint", self.treasurer, amount_micro_eur)
            self.token.send("approve", self.vault.address, amount_micro_eur, sender=self.treasurer)

    def propose(self, tree: PayoutTree, receipts: Iterable[bytes], **changes: Any) -> Settlement:
        """The next settlement of a tree over a final month, before signing; `changes` replace its fields."""
        carry = int(self.vault.call("funds")[2])
        names = tuple(receipts)
        amount = sum(int(self.vault.call("creditOf", name)[0]) for name in names)
        _, social_bps, grid_bps = self.vault.call("shares")
        pool = amount - amount * social_bps // BPS - amount * grid_bps // BPS + carry
        fields: dict[str, Any] = {
            "distribution": int(self.vault.call("distributionCount")) + 1,
            "receipts": names,
            "months": tuple((self.configuration, month) for month in self.months),
            "evidence": keccak256(b"evidence"),
            "root": tree.root,
            "depth": tree.depth,
            "pool_micro_eur": pool,
            "carry_micro_eur": pool - tree.total_micro_eur,
        }
        fields |= changes
        seen = (self.ledger.call("totalsOf", *month)[5] for month in fields["months"])
        return Settlement(**({"corrections": sum(seen)} | fields))

    def sign_settlement(self, settlement: Settlement, signers: int | None = None) -> list[bytes]:
        """Signatures of the first reporters."""
        return self.signatures(messages.settlement_digest(self.vault_domain, settlement), signers)

    def settle(self, settlement: Settlement) -> Receipt:
        """Settle what the threshold of reporters signed."""
        return self.vault.send("settle", settlement_row(settlement), self.sign_settlement(settlement))

    def distribute(self, leaves: Sequence[Leaf]) -> Payouts:
        """Everything that has to happen until the leaves can be paid."""
        if not self.months:
            self.post_month(MONTH)
        tree = PayoutTree(leaves)
        carry = int(self.vault.call("funds")[2])
        producers_bps = self.vault.call("shares")[0]
        needed = max(tree.total_micro_eur - carry, 0) * BPS // producers_bps + 10
        settlement = self.propose(tree, [self.credit(needed)])
        self.settle(settlement)
        return Payouts(settlement.distribution, tree)

    def push(self, payouts: Payouts, start: int = 0, height: int | None = None, **options: Any) -> Receipt:
        """Push an aligned batch; the whole tree, or its first 256 leaves, unless told otherwise."""
        return self.vault.send("push", *batch_arguments(payouts, start, height), **options)

    def claim(self, payouts: Payouts, index: int, **options: Any) -> Receipt:
        """Claim a leaf."""
        return self.vault.send("claim", *claim_arguments(payouts, index), **options)

    def reserve(self, payouts: Payouts, *indexes: int) -> Receipt:
        """Reserve bank leaves of the first batch."""
        arguments = (*batch_arguments(payouts, 0, None), selection(indexes))
        return self.vault.send("reserve", *arguments, sender=self.treasurer)

    def release(self, payouts: Payouts, *indexes: int) -> Receipt:
        """Release reserved leaves of the first batch."""
        arguments = (*batch_arguments(payouts, 0, None), selection(indexes))
        return self.vault.send("release", *arguments, sender=self.treasurer)

    def confirm(self, payouts: Payouts, *indexes: int) -> Receipt:
        """Confirm reserved leaves of the first batch."""
        batch = batch_arguments(payouts, 0, None)
        references = [
            keccak256(b"reference" + bytes([i % 256])) if i in indexes else bytes(32)
            for i in range(len(batch[2]) // LEAF_BYTES)
        ]
        return self.vault.send("confirm", *batch, references, sender=self.treasurer)

    def status(self, payouts: Payouts, index: int) -> str:
        """open, reserved or paid."""
        paid, reserved = self.vault.call("statusOf", payouts.distribution, index)
        return {(False, False): "open", (False, True): "reserved", (True, False): "paid"}[(paid, reserved)]

    def balance(self, address: str) -> int:
        """Tokens of an account, in micro-euro."""
        return int(self.token.call("balanceOf", address)) if self.token else 0


def month_number(year: int, month: int) -> int:
    """Month as the ledger counts it."""
    return (year - 1970) * 12 + month - 1


def day_number(day: date) -> int:
    """Day as the ledger counts it."""
    return (day - EPOCH).days


def days_of(month: int) -> list[int]:
    """Days of a month, as the ledger counts them."""
    first = date(1970 + month // 12, month % 12 + 1, 1)
    after = date(1970 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return [day_number(first + timedelta(days=offset)) for offset in range((after - first).days)]


MONTH = month_number(2024, 6)
DAY = day_number(date(2024, 7, 1))


def hours_in(day: int) -> int:
    """Civil hours of a Rome day since 1996: 23 on the last Sunday of March, 25 on that of October."""
    civil = EPOCH + timedelta(days=day)
    last_sunday = civil.weekday() == 6 and civil.day >= 25
    return 24 + last_sunday * ((civil.month == 10) - (civil.month == 3))


def day_report(
    day: int = DAY,
    injected_wh: Sequence[int] | None = None,
    withdrawn_wh: Sequence[int] | None = None,
    *,
    predecessor: bytes = NO_PREDECESSOR,
    root: bytes | None = None,
) -> DayReport:
    """A report of a day; by default 40 kWh injected and 55 kWh withdrawn in every hour, by 100 PODs.

    The contract does not look behind roots and blinding: they are bytes as random as real ones.
    """
    hour_count = hours_in(day)
    hours = encode_hours(injected_wh or [40_000] * hour_count, withdrawn_wh or [55_000] * hour_count)
    list_root = keccak256(b"root") if root is None else root
    return DayReport(day, predecessor, list_root, keccak256(b"roster"), 100, keccak256(b"blinding"), hours)


def report_row(report: DayReport) -> tuple[int | bytes, ...]:
    """A report as the contract takes it."""
    lists = (report.root, report.roster, report.pods, report.blinding)
    return report.day, report.predecessor, *lists, report.hours


def settlement_row(settlement: Settlement) -> tuple[Any, ...]:
    """A settlement as the contract takes it."""
    return (
        settlement.distribution,
        list(settlement.receipts),
        list(settlement.months),
        settlement.corrections,
        settlement.evidence,
        settlement.root,
        settlement.depth,
        settlement.pool_micro_eur,
        settlement.carry_micro_eur,
    )


def batch_arguments(payouts: Payouts, start: int, height: int | None) -> tuple[Any, ...]:
    """Distribution, start, leaves and proof of an aligned batch."""
    levels = min(payouts.tree.depth, 8) if height is None else height
    leaves = encode_leaves(payouts.tree.batch(start, levels))
    return payouts.distribution, start, leaves, encode_proof(payouts.tree.proof(start, levels))


def claim_arguments(payouts: Payouts, index: int) -> tuple[Any, ...]:
    """Distribution, index, leaf and proof of one leaf."""
    proof = encode_proof(payouts.tree.proof(index))
    return payouts.distribution, index, encode_leaf(payouts.tree.leaves[index]), proof


def selection(indexes: Iterable[int]) -> int:
    """Bits of leaves, counted from the start of their batch."""
    return sum(1 << index for index in indexes)


def signature(account: LocalAccount, digest: bytes) -> bytes:
    """65 bytes r, s, v."""
    return bytes(account.unsafe_sign_hash(Hash32(digest)).signature)


def reporter_accounts(count: int) -> list[LocalAccount]:
    """Reporters with known keys, in ascending order of their addresses."""
    accounts = [Account.from_key(keccak256(b"reporter" + bytes([number]))) for number in range(count)]
    return sorted(accounts, key=lambda account: int(account.address, 16))


def found_community(chain: Chain, terms: Terms | None = None) -> Community:
    """Deploy ledger, token and vault, and register the configuration."""
    agreed = terms or Terms()
    reporters = reporter_accounts(agreed.reporter_count)
    addresses = [reporter.address for reporter in reporters]
    registrar, treasurer = chain.accounts[0], chain.accounts[1]
    ledger = chain.deploy("EnergyLedger", registrar, addresses, agreed.threshold, agreed.finality_delay)
    arguments = [6] if agreed.token == "HostileToken" else []
    token = chain.deploy(agreed.token, *arguments) if agreed.token else None
    vault = chain.deploy(
        "CommunityVault",
        (
            ledger.address,
            COMMUNITY,
            treasurer,
            token.address if token else ZERO_ADDRESS,
            addresses,
            agreed.threshold,
            *agreed.shares_bps,
            agreed.root_delay,
        ),
    )
    ledger.send("registerConfiguration", CONFIGURATION, vault.address)
    return Community(chain, ledger, vault, token, reporters)
