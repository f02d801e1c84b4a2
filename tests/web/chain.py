"""A ledger and a vault on a real local node: one month posted, one distribution settled and partly paid.

The totals of the second day are hidden; the last leaf was moved to a single payout.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from oracle.attest.day_list import DayList, Entry
from oracle.attest.hours import encode_hours
from oracle.attest.identifiers import area, community_id, community_salt, configuration_id
from oracle.attest.keccak import keccak256
from oracle.attest.messages import (
    LEDGER_NAME,
    VAULT_NAME,
    DayReport,
    Domain,
    Settlement,
    batch_digest,
    move_digest,
)
from oracle.attest.month_key import pseudonym
from oracle.attest.payout_tree import (
    Channel,
    Leaf,
    PayoutTree,
    bank_payee,
    encode_leaf,
    encode_leaves,
    encode_proof,
    hash_leaf,
    wallet_payee,
)
from oracle.attest.pedersen import add_blindings, commit
from oracle.chain.artifacts import artifact
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.chain.keys import load_or_create_keys
from oracle.chain.rpc import Rpc
from oracle.ports import Branch, Call, Outcome, RegistrationTerms, VaultTerms
from settlement.domain.case import Shares
from settlement.domain.rounding import micro_eur_text
from tests.oracle.mining import mine

AREA_CODE = "AC001E00123"
OWNER: LocalAccount = Account.from_key(b"\x0d" * 32)
MOVED = 5
FIRST_SINGLE = 2**31
HIDDEN_SALT = b"\x51" * 32
FIRST = (date(2024, 7, 1) - date(1970, 1, 1)).days
MONTH = (2024 - 1970) * 12 + 6
REVENUE_MICRO_EUR = 1_000_000_000
LEAVES = (
    Leaf(Channel.WALLET, wallet_payee(b"\x0a" * 20), bytes(20), 12_340_000),
    Leaf(Channel.BANK, bank_payee(b"\x05" * 32, "IT60X0542811101000000123456"), bytes(20), 250_000_000),
    Leaf(Channel.BANK, bank_payee(b"\x06" * 32, ""), b"\x0b" * 20, 7_010_000),
    Leaf(Channel.WALLET, wallet_payee(b"\x0c" * 20), bytes(20), 390_000_000),
    Leaf(Channel.SOCIAL, bytes(32), bytes(20), 30_650_000),
    Leaf(Channel.BANK, bank_payee(b"\x07" * 32, ""), bytes.fromhex(OWNER.address[2:]), 10_000_000),
)
NEW_LEAF = Leaf(Channel.WALLET, wallet_payee(b"\x0e" * 20), bytes(20), 10_000_000)
PODS = ("IT001E00000001", "IT001E00000002", "IT001E00000003")
INJECTED = [[100 * number * max(0, 6 - abs(hour - 12)) for hour in range(24)] for number in range(3)]
WITHDRAWN = [[200 + 10 * number + hour for hour in range(24)] for number in range(3)]
SALTS = [bytes([0x30 + number]) * 32 for number in range(3)]
BLINDINGS = [bytes([0x40 + number]) * 32 for number in range(3)]


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()


def _leaf(leaf: Leaf) -> dict[str, str]:
    return {
        "channel": leaf.channel.name,
        "payee": _hex(leaf.payee),
        "owner": _hex(leaf.owner),
        "amount_eur": micro_eur_text(leaf.amount_micro_eur),
    }


@dataclass
class PublishedMonth:
    """Publishes through oracle.chain alone; `vault` and `ledger` are where the contracts came to stand."""

    url: str
    chain_id: int
    folder: Path

    def __post_init__(self) -> None:
        """Deploy, post, credit, settle, pay a wallet, confirm a bank leaf, reserve another, move the last."""
        keys = load_or_create_keys(self.folder / "keys.json")
        self.chain = EvmChain(Rpc(self.url), keys, self.chain_id)
        self.order = sorted(range(3), key=lambda number: self._entry(number).id)
        self.listed = DayList([self._entry(number) for number in self.order])
        self.payouts = PayoutTree(LEAVES)
        ledger, vault = LedgerContract(self.chain), VaultContract(self.chain)
        salt = community_salt("Esempio")
        self.community = community_id(self.chain.sender, salt)
        self.configuration = configuration_id(self.community, AREA_CODE)
        self.ledger = self._create(ledger.deployment(0))
        timelock = self._create(ledger.timelock_deployment(self.ledger, self.community, 0))
        terms = RegistrationTerms(timelock, self.chain.sender, 5, Shares(7000, 2000, 1000))
        self._mine(ledger.register_community(self.ledger, salt, terms))
        token = self._create(vault.token_deployment())
        self.vault = self._create(
            vault.deployment(self.ledger, VaultTerms(self.community, self.chain.sender, token, 0))
        )
        self._publish(ledger, vault, token)
        self._pay(vault)
        self._mine(self._move())

    def _publish(self, ledger: LedgerContract, vault: VaultContract, token: bytes) -> None:
        """Post the month, and settle a receipt over it."""
        days = [self._report(FIRST + day) for day in range(31)]
        calls = [
            ledger.set_vault(self.ledger, self.community, self.vault),
            ledger.register_configuration(self.ledger, self.community, AREA_CODE),
            self._post(ledger, days),
            vault.mint(token, REVENUE_MICRO_EUR),
            vault.approve(token, self.vault, REVENUE_MICRO_EUR),
            vault.credit(self.vault, b"\x01" * 32, REVENUE_MICRO_EUR),
        ]
        for call in calls:
            self._mine(call)
        quorum = ledger.quorum(self.ledger, self.community)
        self._mine(vault.settle(self.vault, self._settlement(quorum.epoch), quorum))

    def _post(self, ledger: LedgerContract, reports: list[DayReport]) -> Call:
        """Signed here: the service signs no hidden totals."""
        quorum = ledger.quorum(self.ledger, self.community)
        domain = Domain(LEDGER_NAME, self.chain_id, self.ledger)
        digest = batch_digest(domain, self.configuration, quorum.epoch, reports)
        signers = self.chain.keys.reporters[: quorum.threshold]
        signatures = b"".join(bytes(signer.unsafe_sign_hash(digest).signature) for signer in signers)
        rows = [
            (row.day, row.predecessor, row.root, row.roster, row.pods, row.blinding, row.hours)
            for row in reports
        ]
        batch = (self.community, area(AREA_CODE), quorum.epoch, rows, signatures)
        return Call(self.ledger, artifact("EnergyLedger").call("post", batch), "post a month")

    def _pay(self, vault: VaultContract) -> None:
        references = [bytes(32), b"\x09" * 32, *[bytes(32)] * 4]
        pair = Branch(1, 0, LEAVES[:2], tuple(self.payouts.proof(0, 1)))
        everything = Branch(1, 0, LEAVES, ())
        self._mine(vault.push(self.vault, pair))
        self._mine(vault.reserve(self.vault, everything, 0b110))
        self._mine(vault.confirm(self.vault, everything, references))

    def _move(self) -> Call:
        """The last leaf's owner wants it paid to a wallet."""
        branch = (1, MOVED, encode_leaves([LEAVES[MOVED]]), encode_proof(self.payouts.proof(MOVED)))
        digest = move_digest(Domain(VAULT_NAME, self.chain_id, self.vault), 1, MOVED, NEW_LEAF)
        signature = bytes(OWNER.unsafe_sign_hash(digest).signature)
        data = artifact("CommunityVault").call("move", branch, encode_leaf(NEW_LEAF), signature)
        return Call(self.vault, data, "move a leaf")

    def _settlement(self, epoch: int) -> Settlement:
        pool = REVENUE_MICRO_EUR * 7 // 10
        return Settlement(
            distribution=1,
            epoch=epoch,
            receipts=(b"\x01" * 32,),
            months=((self.configuration, MONTH),),
            corrections=0,
            evidence=b"\x02" * 32,
            root=self.payouts.root,
            depth=self.payouts.depth,
            pool_micro_eur=pool,
            carry_micro_eur=pool - self.payouts.total_micro_eur,
        )

    def _mine(self, call: Call) -> Outcome:
        outcome = mine(self.chain, call)
        assert outcome.succeeded, call.sentence
        return outcome

    def _create(self, call: Call) -> bytes:
        contract = mine(self.chain, call).contract
        assert contract is not None
        return contract

    def _entry(self, number: int) -> Entry:
        name = pseudonym(SALTS[number], MONTH, PODS[number])
        return Entry(name, commit(BLINDINGS[number], INJECTED[number], WITHDRAWN[number]))

    def _report(self, day: int) -> DayReport:
        """The three PODs report two days, the second with hidden totals; on the others nothing flows."""
        if day > FIRST + 1:
            nothing = encode_hours([0] * 24, [0] * 24)
            return DayReport(day, bytes(32), bytes(32), bytes(32), 0, bytes(32), nothing)
        hidden = day > FIRST
        return DayReport(
            day=day,
            predecessor=bytes(32),
            root=self.listed.root,
            roster=self.listed.roster,
            pods=3,
            blinding=bytes(32) if hidden else add_blindings(BLINDINGS),
            hours=keccak256(HIDDEN_SALT + self._totals()) if hidden else self._totals(),
        )

    def _totals(self) -> bytes:
        totals = [[sum(hour) for hour in zip(*rows, strict=True)] for rows in (INJECTED, WITHDRAWN)]
        return encode_hours(*totals)

    def payout_receipt(self, index: int) -> dict[str, Any]:
        """The receipt of one leaf."""
        leaf = LEAVES[index]
        return {
            "kind": "condivisa/payout/2",
            "chain_id": self.chain_id,
            "vault": _hex(self.vault),
            "distribution": 1,
            "index": index,
            "leaf": _leaf(leaf),
            "proof": [
                {"hash": _hex(node.hash), "sum_eur": micro_eur_text(node.sum)}
                for node in self.payouts.proof(index)
            ],
        }

    def single_receipt(self) -> dict[str, Any]:
        """The receipt of the single payout to which the last leaf was moved."""
        place = {"distribution": FIRST_SINGLE, "index": 0}
        return self.payout_receipt(MOVED) | place | {"leaf": _leaf(NEW_LEAF), "proof": []}

    def logs(self) -> list[dict[str, Any]]:
        """All logs of the vault."""
        query = {"address": _hex(self.vault), "fromBlock": "0x0"}
        return list(Rpc(self.url).call("eth_getLogs", query))

    def payout_tree(self) -> dict[str, Any]:
        """The published tree."""
        return {
            "kind": "condivisa/payout-tree/1",
            "chain_id": self.chain_id,
            "vault": _hex(self.vault),
            "distribution": 1,
            "total_eur": micro_eur_text(self.payouts.total_micro_eur),
            "leaves": [
                _leaf(leaf) | {"hash": _hex(hash_leaf(index, leaf))} for index, leaf in enumerate(LEAVES)
            ],
        }

    def reading_receipt(self, number: int) -> dict[str, Any]:
        """The receipt of one POD's first day."""
        position = self.order.index(number)
        return {
            "kind": "condivisa/reading/2",
            "chain_id": self.chain_id,
            "ledger": _hex(self.ledger),
            "configuration": _hex(self.configuration),
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
            "configuration": _hex(self.configuration),
            "day": "2024-07-01",
            "report": self._report_document(),
            "entries": [{"id": _hex(row.id), "commitment": _hex(row.commitment)} for row in entries],
        }

    def hidden_list(self) -> dict[str, Any]:
        """The published list of the second day, with what opens its totals."""
        opening = {"salt": HIDDEN_SALT, "hours": self._totals(), "blinding": add_blindings(BLINDINGS)}
        return self.day_list() | {
            "day": "2024-07-02",
            "report": self._report_document(FIRST + 1),
            "opening": {key: _hex(octets) for key, octets in opening.items()},
        }

    def open_totals(self) -> None:
        """Show the hidden totals to the ledger."""
        row = self._report(FIRST + 1)
        fields = (row.day, row.predecessor, row.root, row.roster, row.pods, row.blinding, row.hours)
        data = artifact("EnergyLedger").call("open", self.configuration, fields, HIDDEN_SALT, self._totals())
        self._mine(Call(self.ledger, data, "open the totals of a day"))

    def _report_document(self, day: int = FIRST) -> dict[str, Any]:
        report = self._report(day)
        return {
            "predecessor": _hex(report.predecessor),
            "root": _hex(report.root),
            "roster": _hex(report.roster),
            "pods": report.pods,
            "blinding": _hex(report.blinding),
            "hours": _hex(report.hours),
        }
