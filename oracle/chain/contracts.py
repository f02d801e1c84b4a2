"""Calls, views and events of the ledger and the vault, signed by the reporters where the contracts ask."""

from collections.abc import Sequence

from eth_utils.address import to_checksum_address

from oracle.attest.keccak import keccak256
from oracle.attest.messages import DayReport, Settlement
from oracle.attest.payout_tree import encode_leaves, encode_proof
from oracle.chain.artifacts import artifact
from oracle.chain.client import GAS_LIMIT_MAX, EvmChain
from oracle.chain.keys import THRESHOLD
from oracle.chain.signing import sign_reports, sign_settlement
from oracle.errors import CallReverted, LedgerDiverges
from oracle.ports import Batch, Call, MonthTotals, Outcome, PaidBatch, SettledFacts, VaultTerms

ZERO_ADDRESS = "0x" + "00" * 20
LEDGER = "EnergyLedger"
VAULT = "CommunityVault"
TOKEN = "TestEuro"


class LedgerContract:
    """EnergyLedger on a chain: one for all communities, it holds no money."""

    def __init__(self, chain: EvmChain) -> None:
        self._chain = chain

    def deployment(self, finality_delay_s: int) -> Call:
        """Creation of a ledger whose registrar is the operator."""
        data = artifact(LEDGER).creation(
            _hex(self._chain.sender), _addresses(self._chain), THRESHOLD, finality_delay_s
        )
        return Call(None, data, "deploy the ledger of hours")

    def register(self, ledger: bytes, configuration: bytes, vault: bytes) -> Call:
        """Bind a configuration to its community's vault, once."""
        data = artifact(LEDGER).call("registerConfiguration", configuration, _hex(vault))
        return Call(ledger, data, f"register configuration {configuration.hex()[:8]}… at the ledger")

    def post(self, ledger: bytes, configuration: bytes, reports: Sequence[DayReport]) -> Call:
        """Post up to 31 days under one set of signatures."""
        signatures = sign_reports(self._chain.keys, self._chain.chain_id, ledger, configuration, reports)
        data = artifact(LEDGER).call(
            "post", configuration, [_report(report) for report in reports], signatures
        )
        return Call(ledger, data, f"post {len(reports)} days to the ledger")

    def report_of(self, ledger: bytes, configuration: bytes, day: int) -> bytes:
        """Id of the day's accepted report; zeros where there is none."""
        (report,) = self._chain.view(artifact(LEDGER), ledger, "reportOf", configuration, day)
        return bytes(report)

    def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals:
        """What the ledger has added up for the month."""
        (totals,) = self._chain.view(artifact(LEDGER), ledger, "totalsOf", configuration, month)
        return MonthTotals(*totals)

    def vault_of(self, ledger: bytes, configuration: bytes) -> bytes:
        """The vault that the configuration is bound to; zeros before."""
        (vault,) = self._chain.view(artifact(LEDGER), ledger, "vaultOf", configuration)
        return bytes.fromhex(vault[2:])


class VaultContract:
    """CommunityVault on a chain, and the demo's token."""

    def __init__(self, chain: EvmChain) -> None:
        self._chain = chain

    def token_deployment(self) -> Call:
        """Creation of the test euro, which only the operator can mint."""
        return Call(None, artifact(TOKEN).creation(), "deploy the test euro (worth nothing)")

    def deployment(self, ledger: bytes, terms: VaultTerms) -> Call:
        """Creation of a community's vault whose treasurer is the operator."""
        arguments = (
            _hex(ledger), terms.community, _hex(self._chain.sender),
            _hex(terms.token) if terms.token else ZERO_ADDRESS, _addresses(self._chain), THRESHOLD,
            terms.producers_bps, terms.social_bps, terms.grid_bps, terms.root_delay_s,
        )  # fmt: skip
        return Call(None, artifact(VAULT).creation(arguments), "deploy the community's vault")

    def mint(self, token: bytes, amount_micro_eur: int) -> Call:
        """Give the treasurer test euro."""
        data = artifact(TOKEN).call("mint", _hex(self._chain.sender), amount_micro_eur)
        return Call(token, data, "mint test euro for the treasurer")

    def approve(self, token: bytes, vault: bytes, amount_micro_eur: int) -> Call:
        """Let the vault take an amount from the treasurer."""
        return Call(
            token,
            artifact(TOKEN).call("approve", _hex(vault), amount_micro_eur),
            "let the vault take the amount",
        )

    def credit(self, vault: bytes, receipt: bytes, amount_micro_eur: int) -> Call:
        """Credit a bank receipt's hash."""
        data = artifact(VAULT).call("credit", receipt, amount_micro_eur)
        return Call(vault, data, f"credit bank receipt {receipt.hex()[:8]}… to the vault")

    def settle(self, vault: bytes, settlement: Settlement) -> Call:
        """Divide receipts and fix the payout root."""
        signatures = sign_settlement(self._chain.keys, self._chain.chain_id, vault, settlement)
        fields = (
            settlement.distribution, list(settlement.receipts), list(settlement.months),
            settlement.corrections, settlement.evidence, settlement.root, settlement.depth,
            settlement.pool_micro_eur, settlement.carry_micro_eur,
        )  # fmt: skip
        data = artifact(VAULT).call("settle", fields, signatures)
        return Call(vault, data, f"settle distribution {settlement.distribution}")

    def push(self, vault: bytes, batch: Batch) -> Call:
        """Pay the batch's open wallet and social leaves."""
        return Call(
            vault, artifact(VAULT).call("push", *_batch(batch)), f"push payouts from leaf {batch.start}"
        )

    def fits(self, vault: bytes, batch: Batch) -> bool:
        """Whether one transaction can push the batch. Raises CallReverted where gas is not the reason."""
        try:
            return self._chain.gas_of(self.push(vault, batch)) <= GAS_LIMIT_MAX
        except CallReverted as error:
            if error.data.startswith(_TOO_LITTLE_GAS):
                return False
            raise

    def reserve(self, vault: bytes, batch: Batch, selection: int) -> Call:
        """Set bank leaves aside: bit i of the selection is leaf start + i."""
        data = artifact(VAULT).call("reserve", *_batch(batch), selection)
        return Call(vault, data, f"reserve bank payouts from leaf {batch.start}")

    def confirm(self, vault: bytes, batch: Batch, references: Sequence[bytes]) -> Call:
        """Record bank payments: a reference of zeros means not now."""
        data = artifact(VAULT).call("confirm", *_batch(batch), list(references))
        return Call(vault, data, f"confirm bank payouts from leaf {batch.start}")

    def credit_of(self, vault: bytes, receipt: bytes) -> tuple[int, bool]:
        """Amount credited against a receipt's hash, and whether a distribution used it."""
        amount, used = self._chain.view(artifact(VAULT), vault, "creditOf", receipt)
        return int(amount), bool(used)

    def token_of(self, vault: bytes) -> bytes | None:
        """The token that the vault counts in, None for the bookkeeping euro."""
        (token,) = self._chain.view(artifact(VAULT), vault, "token")
        return None if token == ZERO_ADDRESS else bytes.fromhex(token[2:])

    def is_paid(self, vault: bytes, distribution: int, index: int) -> bool:
        """Whether a leaf's payout is recorded."""
        paid, _ = self._chain.view(artifact(VAULT), vault, "statusOf", distribution, index)
        return bool(paid)

    def settled(self, vault: bytes, outcome: Outcome) -> SettledFacts:
        """What the vault computed in this transaction. Raises LedgerDiverges when it did not settle."""
        for log in outcome.logs:
            found = artifact(VAULT).event("Settled", log) if log.address == vault else None
            if found:
                return SettledFacts(*(found[name] for name in _SETTLED_FIELDS))
        raise LedgerDiverges("events of the settlement", "Settled", "none")

    def paid_batch(self, vault: bytes, outcome: Outcome) -> PaidBatch:
        """Which leaves this transaction paid. Raises LedgerDiverges when it did not push."""
        for log in outcome.logs:
            found = artifact(VAULT).event("BatchPaid", log) if log.address == vault else None
            if found:
                return PaidBatch(found["start"], found["paid"], found["failed"])
        raise LedgerDiverges("events of the push", "BatchPaid", "none")


_TOO_LITTLE_GAS = keccak256(b"CommunityVault_TooLittleGas(uint256,uint256)")[:4]
_SETTLED_FIELDS = (
    "distribution", "evidence", "root", "depth", "amount", "producers", "social", "grid", "pool", "carry",
    "sharedWh", "validAt",
)  # fmt: skip


def _report(report: DayReport) -> tuple[int | bytes, ...]:
    lists = (report.root, report.roster, report.pods, report.blinding)
    return (report.day, report.predecessor, *lists, report.hours)


def _batch(batch: Batch) -> tuple[object, ...]:
    return (batch.distribution, batch.start, encode_leaves(batch.leaves), encode_proof(batch.proof))


def _addresses(chain: EvmChain) -> list[str]:
    return [_hex(address) for address in chain.keys.reporter_addresses]


def _hex(octets: bytes) -> str:
    """An address as web3 accepts it, with its check sum (EIP-55)."""
    return to_checksum_address(octets)
