"""A community on a chain: ledger, vault, token, five reporters; every argument valid until told otherwise."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from oracle.attest import identifiers, messages
from oracle.attest.hours import encode_hours
from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.messages import NO_PREDECESSOR, DayReport, Domain, Settlement
from oracle.attest.payout_tree import (
    LEAF_BYTES,
    SUM_BYTES,
    Channel,
    Leaf,
    PayoutTree,
    encode_leaf,
    encode_leaves,
    encode_proof,
)
from tools.testchain.client import Chain, Contract, Receipt

Founder = Callable[..., "Community"]
EPOCH = date(1970, 1, 1)
ZERO_ADDRESS = "0x" + "0" * 40
BPS = 10_000
CORRECTIONS = 5  # position in MonthTotals
SMALLEST_GROUP = 5
SHARES_BPS = (7_000, 2_000, 1_000)
SALT = identifiers.community_salt("Esempio")
AREA_CODE = "AC001E00123"
AREA = identifiers.area(AREA_CODE)
FIRST_SINGLE = 1 << 31


@dataclass(frozen=True, slots=True)
class Terms:
    """What a community is founded with."""

    reporter_count: int = 5
    threshold: int = 3
    finality_delay: int = 0
    root_delay: int = 0
    governance_delay: int = 0
    shares_bps: tuple[int, int, int] = SHARES_BPS
    token: str | None = "TestEuro"  # None: the bookkeeping euro


@dataclass
class Payouts:
    """A settled distribution with the tree that its root stands for."""

    distribution: int
    tree: PayoutTree


@dataclass
class Community:
    """Contracts and keys. Account 0 deploys, administers and relays, 1 is treasurer, 2 guards."""

    chain: Chain
    ledger: Contract
    timelock: Contract
    vault: Contract
    token: Contract | None
    reporters: list[LocalAccount]
    id: bytes
    threshold: int
    area_code: str = AREA_CODE
    used_receipts: list[bytes] = field(default_factory=list)
    months: list[int] = field(default_factory=list)

    @property
    def relayer(self) -> str:
        """Whoever sends what others signed."""
        return self.chain.accounts[0]

    @property
    def administrator(self) -> str:
        """The account that registered the community."""
        return self.chain.accounts[0]

    @property
    def treasurer(self) -> str:
        """The account that credits receipts and handles bank payments."""
        return self.chain.accounts[1]

    @property
    def guardian(self) -> str:
        """The account that removes reporters, pauses and cancels."""
        return self.chain.accounts[2]

    @property
    def configuration(self) -> bytes:
        """Id of the configuration that reports are of."""
        return identifiers.configuration_id(self.id, self.area_code)

    @property
    def epoch(self) -> int:
        """The reporters' epoch on the chain."""
        return int(self.ledger.call("reportersOf", self.id)[2])

    @property
    def ledger_domain(self) -> Domain:
        """EIP-712 domain of the ledger."""
        return Domain(messages.LEDGER_NAME, self.chain.chain_id, self.ledger.address_bytes)

    @property
    def vault_domain(self) -> Domain:
        """EIP-712 domain of the vault."""
        return Domain(messages.VAULT_NAME, self.chain.chain_id, self.vault.address_bytes)

    def sign_batch(self, reports: Sequence[DayReport], signers: int | None = None) -> bytes:
        """Signatures of the first reporters, as many as the threshold, ascending by address."""
        digest = messages.batch_digest(self.ledger_domain, self.configuration, self.epoch, reports)
        return self.signatures(digest, signers)

    def signatures(self, digest: bytes, signers: int | None = None) -> bytes:
        """Signatures of a digest by the first reporters in ascending order of their addresses."""
        count = self.threshold if signers is None else signers
        return b"".join(signature(reporter, digest) for reporter in self.reporters[:count])

    def batch_row(self, reports: Sequence[DayReport], **changes: Any) -> tuple[Any, ...]:
        """A signed batch as the contract takes it; `changes` replace its fields."""
        fields = {
            "community": self.id,
            "area": identifiers.area(self.area_code),
            "epoch": self.epoch,
            "reports": [report_row(report) for report in reports],
        } | changes
        if "signatures" not in fields:
            fields["signatures"] = self.sign_batch(reports)
        return tuple(fields[name] for name in ("community", "area", "epoch", "reports", "signatures"))

    def post(self, *reports: DayReport) -> Receipt:
        """Post reports that the threshold of reporters signed."""
        return self.ledger.send("post", self.batch_row(reports))

    def correct(self, replaced: DayReport, replacement: DayReport) -> Receipt:
        """Replace a report by another that names it."""
        return self.ledger.send("correct", self.batch_row([replacement]), [report_row(replaced)])

    def govern(self, target: Contract, name: str, *arguments: Any) -> Receipt:
        """Have the timelock call a function by a resolution, and wait out its delay."""
        data = target.encoded(name, *arguments)
        resolution = keccak256(b"resolution" + data)
        delay = self.timelock.call("getMinDelay")
        operation = (target.address, 0, data, bytes(32), resolution)
        self.timelock.send("schedule", *operation, delay, sender=self.administrator)
        if delay:
            self.chain.transport.travel(delay)
        return self.timelock.send("execute", *operation)

    def under(self, area_code: str) -> "Community":
        """The same community with another configuration, which it registers."""
        self.ledger.send("registerConfiguration", self.id, identifiers.area(area_code))
        return replace(self, area_code=area_code, months=[])

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
        months = changes.get("months", tuple((self.configuration, month) for month in self.months))
        _, social_bps, grid_bps = self.ledger.call("sharesOf", self.id, months[0][1] if months else MONTH)
        pool = amount - amount * social_bps // BPS - amount * grid_bps // BPS + carry
        fields: dict[str, Any] = {
            "distribution": int(self.vault.call("distributionCount")) + 1,
            "epoch": self.epoch,
            "receipts": names,
            "months": months,
            "evidence": keccak256(b"evidence"),
            "root": tree.root,
            "depth": tree.depth,
            "pool_micro_eur": pool,
            "carry_micro_eur": pool - tree.total_micro_eur,
        }
        fields |= changes
        seen = sum(self.ledger.call("totalsOf", *month)[CORRECTIONS] for month in fields["months"])
        _, pending = self.ledger.call("adjustmentOf", self.id)
        return Settlement(**({"corrections": seen + pending} | fields))

    def sign_settlement(self, settlement: Settlement, signers: int | None = None) -> bytes:
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
        producers_bps = self.ledger.call("sharesOf", self.id, self.months[0])[0]
        needed = max(tree.total_micro_eur - carry, 0) * BPS // producers_bps + 10
        settlement = self.propose(tree, [self.credit(needed)])
        self.settle(settlement)
        return Payouts(settlement.distribution, tree)

    def push(self, payouts: Payouts, start: int = 0, height: int | None = None, **options: Any) -> Receipt:
        """Push an aligned batch; the whole tree, or its first 256 leaves, unless told otherwise."""
        return self.vault.send("push", branch_row(payouts, start, height), **options)

    def claim(self, payouts: Payouts, index: int, **options: Any) -> Receipt:
        """Claim a leaf."""
        return self.vault.send("claim", leaf_row(payouts, index), **options)

    def reserve(self, payouts: Payouts, *indexes: int) -> Receipt:
        """Reserve bank leaves of the first batch."""
        return self.vault.send(
            "reserve", branch_row(payouts, 0, None), selection(indexes), sender=self.treasurer
        )

    def release(self, payouts: Payouts, *indexes: int) -> Receipt:
        """Release reserved leaves of the first batch."""
        return self.vault.send(
            "release", branch_row(payouts, 0, None), selection(indexes), sender=self.treasurer
        )

    def confirm(self, payouts: Payouts, *indexes: int) -> Receipt:
        """Confirm reserved leaves of the first batch."""
        branch = branch_row(payouts, 0, None)
        references = [
            keccak256(b"reference" + bytes([i % 256])) if i in indexes else bytes(32)
            for i in range(len(branch[2]) // LEAF_BYTES)
        ]
        return self.vault.send("confirm", branch, references, sender=self.treasurer)

    def move(self, payouts: Payouts, index: int, leaf: Leaf, owner: LocalAccount) -> Receipt:
        """Move a leaf as its owner signs for."""
        digest = messages.move_digest(self.vault_domain, payouts.distribution, index, leaf)
        return self.vault.send("move", leaf_row(payouts, index), encode_leaf(leaf), signature(owner, digest))

    def cancel(self, payouts: Payouts, sender: str | None = None) -> Receipt:
        """Have the guardian cancel a distribution."""
        named = (payouts.distribution, payouts.tree.root, payouts.tree.total_micro_eur)
        return self.vault.send("cancel", *named, sender=sender or self.guardian)

    def valid_at(self, payouts: Payouts) -> int:
        """Timestamp from which a distribution can be paid."""
        return int(self.vault.call("distributionOf", payouts.distribution)[2])

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
        settlement.epoch,
        list(settlement.receipts),
        list(settlement.months),
        settlement.corrections,
        settlement.evidence,
        settlement.root,
        settlement.depth,
        settlement.pool_micro_eur,
        settlement.carry_micro_eur,
    )


def branch_row(payouts: Payouts, start: int, height: int | None) -> tuple[Any, ...]:
    """An aligned batch of leaves and its proof as the contract takes it."""
    levels = min(payouts.tree.depth, 8) if height is None else height
    leaves = encode_leaves(payouts.tree.batch(start, levels))
    proof = encode_proof(payouts.tree.proof(start, levels))
    return payouts.distribution, start, leaves, proof


def leaf_row(payouts: Payouts, index: int) -> tuple[Any, ...]:
    """One leaf and its proof as the contract takes it."""
    leaf, proof = encode_leaf(payouts.tree.leaves[index]), encode_proof(payouts.tree.proof(index))
    return payouts.distribution, index, leaf, proof


def opened_single(receipt: Receipt) -> Payouts:
    """The single payout that a transaction opened, from what it reports alone."""
    opened = receipt.only("SinglePayoutOpened")
    leaf, owner_at, amount_at = opened["leaf"], 1 + HASH_BYTES, LEAF_BYTES - SUM_BYTES
    amount = int.from_bytes(leaf[amount_at:], "big")
    decoded = Leaf(Channel(leaf[0]), leaf[1:owner_at], leaf[owner_at:amount_at], amount)
    return Payouts(opened["distribution"], PayoutTree([decoded]))


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
    """Deploy all contracts, and register the community with its configuration."""
    agreed = terms or Terms()
    reporters = reporter_accounts(agreed.reporter_count)
    administrator, treasurer, guardian = chain.accounts[:3]
    ledger = chain.deploy("EnergyLedger", agreed.finality_delay)
    community = identifiers.community_id(bytes.fromhex(administrator[2:]), SALT)
    timelock = chain.deploy("CommunityTimelock", ledger.address, community, agreed.governance_delay)
    addresses = [reporter.address for reporter in reporters]
    roles = (timelock.address, guardian, addresses, agreed.threshold)
    ledger.send("registerCommunity", SALT, (*roles, SMALLEST_GROUP, agreed.shares_bps))
    arguments = [6] if agreed.token == "HostileToken" else []
    token = chain.deploy(agreed.token, *arguments) if agreed.token else None
    unit = token.address if token else ZERO_ADDRESS
    vault = chain.deploy("CommunityVault", (ledger.address, community, treasurer, unit, agreed.root_delay))
    ledger.send("setVault", community, vault.address)
    ledger.send("registerConfiguration", community, AREA)
    return Community(chain, ledger, timelock, vault, token, reporters, community, agreed.threshold)
