"""A ledger and a vault on a real local node: one month posted, one distribution settled and partly paid."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from oracle.attest.day_list import DayList, Entry
from oracle.attest.hours import encode_hours
from oracle.attest.messages import DayReport, Settlement
from oracle.attest.month_key import pseudonym
from oracle.attest.payout_tree import Channel, Leaf, PayoutTree, bank_payee, wallet_payee
from oracle.attest.pedersen import add_blindings, commit
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.chain.keys import load_or_create_keys
from oracle.chain.rpc import Rpc
from oracle.ports import Batch, Call, VaultTerms
from settlement.domain.rounding import micro_eur_text
from tests.oracle.mining import mine

CONFIGURATION = b"\x77" * 32
FIRST = (date(2024, 7, 1) - date(1970, 1, 1)).days
MONTH = (2024 - 1970) * 12 + 6
REVENUE_MICRO_EUR = 1_000_000_000
LEAVES = (
    Leaf(Channel.WALLET, wallet_payee(b"\x0a" * 20), bytes(20), 12_340_000),
    Leaf(Channel.BANK, bank_payee(b"\x05" * 32, "IT60X0542811101000000123456"), bytes(20), 250_000_000),
    Leaf(Channel.BANK, bank_payee(b"\x06" * 32, ""), b"\x0b" * 20, 7_010_000),
    Leaf(Channel.WALLET, wallet_payee(b"\x0c" * 20), bytes(20), 400_000_000),
    Leaf(Channel.SOCIAL, bytes(32), bytes(20), 30_650_000),
)
PODS = ("IT001E00000001", "IT001E00000002", "IT001E00000003")
INJECTED = [[100 * number * max(0, 6 - abs(hour - 12)) for hour in range(24)] for number in range(3)]
WITHDRAWN = [[200 + 10 * number + hour for hour in range(24)] for number in range(3)]
SALTS = [bytes([0x30 + number]) * 32 for number in range(3)]
BLINDINGS = [bytes([0x40 + number]) * 32 for number in range(3)]


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()


@dataclass
class PublishedMonth:
    """Publishes through oracle.chain alone; `vault` and `ledger` are where the contracts came to stand."""

    url: str
    chain_id: int
    folder: Path

    def __post_init__(self) -> None:
        """Deploy, post, credit, settle, push the wallets, confirm the first bank leaf, reserve the second."""
        keys = load_or_create_keys(self.folder / "keys.json")
        self.chain = EvmChain(Rpc(self.url), keys, self.chain_id)
        self.order = sorted(range(3), key=lambda number: self._entry(number).id)
        self.listed = DayList([self._entry(number) for number in self.order])
        self.payouts = PayoutTree(LEAVES)
        ledger, vault = LedgerContract(self.chain), VaultContract(self.chain)
        token = self._create(vault.token_deployment())
        self.ledger = self._create(ledger.deployment(0))
        terms = VaultTerms(b"\x66" * 32, token, 7000, 2000, 1000, 0)
        self.vault = self._create(vault.deployment(self.ledger, terms))
        self._publish(ledger, vault, token)

    def _publish(self, ledger: LedgerContract, vault: VaultContract, token: bytes) -> None:
        everything = Batch(1, 0, LEAVES, ())
        calls = [
            ledger.register(self.ledger, CONFIGURATION, self.vault),
            ledger.post(self.ledger, CONFIGURATION, [self._report(FIRST + day) for day in range(31)]),
            vault.mint(token, REVENUE_MICRO_EUR),
            vault.approve(token, self.vault, REVENUE_MICRO_EUR),
            vault.credit(self.vault, b"\x01" * 32, REVENUE_MICRO_EUR),
            vault.settle(self.vault, self._settlement()),
            vault.push(self.vault, Batch(1, 0, LEAVES[:2], tuple(self.payouts.proof(0, 1)))),
            vault.reserve(self.vault, everything, 0b110),
            vault.confirm(self.vault, everything, [bytes(32), b"\x09" * 32, *[bytes(32)] * 3]),
        ]
        for call in calls:
            assert mine(self.chain, call).succeeded, call.sentence

    def _settlement(self) -> Settlement:
        pool = REVENUE_MICRO_EUR * 7 // 10
        carry = pool - self.payouts.total_micro_eur
        return Settlement(
            distribution=1,
            receipts=(b"\x01" * 32,),
            months=((CONFIGURATION, MONTH),),
            corrections=0,
            evidence=b"\x02" * 32,
            root=self.payouts.root,
            depth=self.payouts.depth,
            pool_micro_eur=pool,
            carry_micro_eur=carry,
        )

    def _create(self, call: Call) -> bytes:
        contract = mine(self.chain, call).contract
        assert contract is not None
        return contract

    def _entry(self, number: int) -> Entry:
        name = pseudonym(SALTS[number], MONTH, PODS[number])
        return Entry(name, commit(BLINDINGS[number], INJECTED[number], WITHDRAWN[number]))

    def _report(self, day: int) -> DayReport:
        """The three PODs report the first day; on the others nothing flows."""
        if day > FIRST:
            nothing = encode_hours([0] * 24, [0] * 24)
            return DayReport(day, bytes(32), bytes(32), bytes(32), 0, bytes(32), nothing)
        totals = [[sum(hour) for hour in zip(*rows, strict=True)] for rows in (INJECTED, WITHDRAWN)]
        return DayReport(
            day=day,
            predecessor=bytes(32),
            root=self.listed.root,
            roster=self.listed.roster,
            pods=3,
            blinding=add_blindings(BLINDINGS),
            hours=encode_hours(*totals),
        )

    def payout_receipt(self, index: int) -> dict[str, Any]:
        """The receipt of one leaf."""
        leaf = LEAVES[index]
        return {
            "kind": "condivisa/payout/1",
            "chain_id": self.chain_id,
            "vault": _hex(self.vault),
            "distribution": 1,
            "index": index,
            "leaf": {
                "channel": leaf.channel.name,
                "payee": _hex(leaf.payee),
                "owner": _hex(leaf.owner),
                "amount_eur": micro_eur_text(leaf.amount_micro_eur),
            },
            "proof": [
                {"hash": _hex(node.hash), "sum_eur": micro_eur_text(node.sum)}
                for node in self.payouts.proof(index)
            ],
        }

    def reading_receipt(self, number: int) -> dict[str, Any]:
        """The receipt of one POD's first day."""
        position = self.order.index(number)
        return {
            "kind": "condivisa/reading/2",
            "chain_id": self.chain_id,
            "ledger": _hex(self.ledger),
            "configuration": _hex(CONFIGURATION),
            "pod": PODS[number],
            "day": "2024-07-01",
            "salt": _hex(SALTS[number]),
            "blinding": _hex(BLINDINGS[number]),
            "injected_wh": INJECTED[number],
            "withdrawn_wh": WITHDRAWN[number],
            "position": position,
            "proof": [_hex(sibling) for sibling in self.listed.tree.proof(position)],
            "report": self._report_document(),
        }

    def day_list(self) -> dict[str, Any]:
        """The published list of the first day."""
        entries = self.listed.entries
        return {
            "kind": "condivisa/readings-list/1",
            "chain_id": self.chain_id,
            "ledger": _hex(self.ledger),
            "configuration": _hex(CONFIGURATION),
            "day": "2024-07-01",
            "report": self._report_document(),
            "entries": [{"id": _hex(row.id), "commitment": _hex(row.commitment)} for row in entries],
        }

    def _report_document(self) -> dict[str, Any]:
        report = self._report(FIRST)
        return {
            "predecessor": _hex(report.predecessor),
            "root": _hex(report.root),
            "roster": _hex(report.roster),
            "pods": report.pods,
            "blinding": _hex(report.blinding),
            "hours": _hex(report.hours),
        }
