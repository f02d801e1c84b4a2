"""Calls, views and events of the ledger and the vault, signed by the reporters where the contracts ask."""

from collections.abc import Sequence
from typing import Any

from eth_utils.address import to_checksum_address

from oracle.attest.identifiers import area, area_code_of, configuration_id
from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.messages import DayReport, Settlement
from oracle.attest.payout_tree import encode_leaves, encode_proof
from oracle.chain import single_logs
from oracle.chain.artifacts import artifact
from oracle.chain.client import GAS_LIMIT_MAX, EvmChain
from oracle.chain.signing import (
    Attested,
    batch_to_sign,
    nobody_attested,
    quorum_signatures,
    settlement_to_sign,
)
from oracle.errors import CallReverted, LedgerDiverges
from oracle.ports import (
    Adjustment,
    AreaReports,
    Branch,
    Call,
    EndedSingle,
    MonthTotals,
    OpenedSingle,
    Outcome,
    PaidBatch,
    PayoutTreeFacts,
    Quorum,
    RegistrationTerms,
    Roles,
    SettledFacts,
    VaultTerms,
)
from settlement.domain.calendar import day_of_number
from settlement.domain.case import Shares

ZERO_ADDRESS = "0x" + "00" * 20
LEDGER = "EnergyLedger"
TIMELOCK = "CommunityTimelock"
VAULT = "CommunityVault"
TOKEN = "TestEuro"


class LedgerContract:
    """EnergyLedger on a chain: one for all communities, it holds no money.

    `attested` gives the signatures of reporters that keep their own keys.
    """

    def __init__(self, chain: EvmChain, attested: Attested = nobody_attested) -> None:
        self._chain = chain
        self._attested = attested

    def deployment(self, finality_delay_s: int) -> Call:
        """Creation of a ledger, which has no owner."""
        return Call(None, artifact(LEDGER).creation(finality_delay_s), "deploy the ledger of hours")

    def timelock_deployment(self, ledger: bytes, community: bytes, delay_s: int) -> Call:
        """Creation of what carries out the resolutions of a community's members."""
        data = artifact(TIMELOCK).creation(_hex(ledger), community, delay_s)
        return Call(None, data, "deploy the community's timelock")

    def register_community(self, ledger: bytes, salt: bytes, terms: RegistrationTerms) -> Call:
        """Registration of a community: the operator administers it, the reporters of its keys report."""
        keys = self._chain.keys
        reporters = [_hex(address) for address in keys.registered_addresses]
        shares = (terms.shares.producers, terms.shares.social, terms.shares.grid)
        roles = (_hex(terms.governor), _hex(terms.guardian))
        data = artifact(LEDGER).call(
            "registerCommunity", salt, (*roles, reporters, keys.threshold, terms.smallest_group, shares)
        )
        return Call(ledger, data, "register the community at the ledger")

    def set_vault(self, ledger: bytes, community: bytes, vault: bytes) -> Call:
        """Bind a community to its vault; a successor takes a resolution."""
        data = artifact(LEDGER).call("setVault", community, _hex(vault))
        return Call(ledger, data, f"bind community {community.hex()[:8]}… to its vault")

    def register_configuration(self, ledger: bytes, community: bytes, area_code: str) -> Call:
        """Register a community's configuration under a primary substation, once."""
        data = artifact(LEDGER).call("registerConfiguration", community, area(area_code))
        return Call(ledger, data, f"register configuration {area_code} at the ledger")

    def post(self, ledger: bytes, community: bytes, area_code: str, reports: Sequence[DayReport]) -> Call:
        """Post up to 31 days under one set of signatures. Raises AwaitingSignatures."""
        batch = self._batch(
            ledger, community, AreaReports(area_code, reports), self.quorum(ledger, community)
        )
        data = artifact(LEDGER).call("post", batch)
        return Call(ledger, data, f"post {len(reports)} days to the ledger{_hidden(reports)}")

    def post_all(self, ledger: bytes, community: bytes, batches: Sequence[AreaReports]) -> Call:
        """Post days of several configurations, each under its own signatures. Raises AwaitingSignatures."""
        quorum = self.quorum(ledger, community)
        data = artifact(LEDGER).call(
            "postAll", [self._batch(ledger, community, batch, quorum) for batch in batches]
        )
        reports = [report for batch in batches for report in batch.reports]
        sentence = f"post {len(reports)} days of {len(batches)} configurations to the ledger"
        return Call(ledger, data, sentence + _hidden(reports))

    def skipped(self, ledger: bytes, community: bytes, outcome: Outcome) -> frozenset[str]:
        """Area codes of the community's batches that the transaction skipped."""
        logs = [log for log in outcome.logs if log.address == ledger]
        found = [artifact(LEDGER).event("BatchSkipped", log) for log in logs]
        ours = [event for event in found if event is not None and event["community"] == community]
        return frozenset(area_code_of(event["area"]) for event in ours)

    def correct(
        self,
        ledger: bytes,
        community: bytes,
        area_code: str,
        reports: Sequence[DayReport],
        replaced: Sequence[DayReport],
    ) -> Call:
        """Replace accepted reports under one set of signatures. Raises AwaitingSignatures."""
        batch = self._batch(
            ledger, community, AreaReports(area_code, reports), self.quorum(ledger, community)
        )
        data = artifact(LEDGER).call("correct", batch, [_report(report) for report in replaced])
        return Call(ledger, data, f"correct {len(reports)} days on the ledger{_hidden(reports)}")

    def _batch(
        self, ledger: bytes, community: bytes, batch: AreaReports, quorum: Quorum
    ) -> tuple[object, ...]:
        """A configuration's reports as the ledger takes them, signed for the quorum's epoch."""
        chain = self._chain
        name = configuration_id(community, batch.area_code)
        wanted = batch_to_sign(chain.chain_id, ledger, name, quorum.epoch, batch.reports)
        first = day_of_number(batch.reports[0].day)
        wanted = wanted._replace(sentence=f"{len(batch.reports)} days of {batch.area_code} from {first} on")
        signatures = quorum_signatures(chain.keys, quorum, wanted, self._attested)
        rows = [_report(report) for report in batch.reports]
        return (community, area(batch.area_code), quorum.epoch, rows, signatures)

    def open_day(
        self, ledger: bytes, configuration: bytes, report: DayReport, salt: bytes, hours: bytes
    ) -> Call:
        """Show hour totals that a report hides; they are public from then on."""
        data = artifact(LEDGER).call("open", configuration, _report(report), salt, hours)
        return Call(ledger, data, f"open the hour totals of day {report.day}")

    def is_opened(self, ledger: bytes, configuration: bytes, day: int) -> bool:
        """Whether the day's report hid its hour totals and they were shown."""
        return bool(self._of(ledger, "isOpened", configuration, day))

    def report_of(self, ledger: bytes, configuration: bytes, day: int) -> bytes:
        """Id of the day's accepted report; zeros where there is none."""
        (report,) = self._chain.view(artifact(LEDGER), ledger, "reportOf", configuration, day)
        return bytes(report)

    def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals:
        """What the ledger has added up for the month."""
        (totals,) = self._chain.view(artifact(LEDGER), ledger, "totalsOf", configuration, month)
        return MonthTotals(*totals)

    def roles(self, ledger: bytes, community: bytes) -> Roles:
        """Who administers, governs and guards a community; zeros where nobody registered it."""
        functions = ("administratorOf", "governorOf", "guardianOf")
        return Roles(*(_octets(self._of(ledger, function, community)) for function in functions))

    def quorum(self, ledger: bytes, community: bytes) -> Quorum:
        """Who may sign for a community, how many must, and for which epoch."""
        view = self._chain.view(artifact(LEDGER), ledger, "reportersOf", community)
        return quorum_of(view)

    def smallest_group_of(self, ledger: bytes, community: bytes) -> int:
        """Below how many persons the community resolved to hide hour totals."""
        return int(self._of(ledger, "smallestGroupOf", community))

    def vault_of(self, ledger: bytes, community: bytes) -> bytes:
        """The vault that settles the community's months; zeros before."""
        return _octets(self._of(ledger, "vaultOf", community))

    def community_of(self, ledger: bytes, configuration: bytes) -> bytes:
        """The community of a configuration; zeros where nobody registered it."""
        return bytes(self._of(ledger, "communityOf", configuration))

    def shares_of(self, ledger: bytes, community: bytes, month: int) -> Shares:
        """The shares of revenue that hold for an energy month."""
        return Shares(*self._of(ledger, "sharesOf", community, month))

    def adjustment_of(self, ledger: bytes, community: bytes) -> Adjustment:
        """What the community's next settlement takes up of corrected months."""
        return Adjustment(*self._chain.view(artifact(LEDGER), ledger, "adjustmentOf", community))

    def _of(self, ledger: bytes, function: str, *arguments: object) -> Any:
        """The one answer of a view."""
        (answer,) = self._chain.view(artifact(LEDGER), ledger, function, *arguments)
        return answer


class VaultContract:
    """CommunityVault on a chain, and the demo's token.

    `attested` gives the signatures of reporters that keep their own keys.
    """

    def __init__(self, chain: EvmChain, attested: Attested = nobody_attested) -> None:
        self._chain = chain
        self._attested = attested

    def token_deployment(self) -> Call:
        """Creation of the test euro, which only the operator can mint."""
        return Call(None, artifact(TOKEN).creation(), "deploy the test euro (worth nothing)")

    def deployment(self, ledger: bytes, terms: VaultTerms) -> Call:
        """Creation of a community's vault."""
        token = _hex(terms.token) if terms.token else ZERO_ADDRESS
        arguments = (_hex(ledger), terms.community, _hex(terms.treasurer), token, terms.root_delay_s)
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

    def settle(self, vault: bytes, settlement: Settlement, quorum: Quorum) -> Call:
        """Divide receipts and fix the payout root. Raises AwaitingSignatures."""
        wanted = settlement_to_sign(self._chain.chain_id, vault, settlement)
        signatures = quorum_signatures(self._chain.keys, quorum, wanted, self._attested)
        fields = (
            settlement.distribution, settlement.epoch, list(settlement.receipts), list(settlement.months),
            settlement.corrections, settlement.evidence, settlement.root, settlement.depth,
            settlement.pool_micro_eur, settlement.carry_micro_eur,
        )  # fmt: skip
        data = artifact(VAULT).call("settle", fields, signatures)
        return Call(vault, data, f"settle distribution {settlement.distribution}")

    def push(self, vault: bytes, branch: Branch) -> Call:
        """Pay the branch's open wallet and social leaves."""
        data = artifact(VAULT).call("push", _branch(branch))
        return Call(vault, data, f"push payouts from leaf {branch.start}")

    def fits(self, vault: bytes, branch: Branch) -> bool:
        """Whether one transaction can push the branch. Raises CallReverted where gas is not the reason."""
        try:
            return self._chain.gas_of(self.push(vault, branch)) <= GAS_LIMIT_MAX
        except CallReverted as error:
            if error.data.startswith(_TOO_LITTLE_GAS):
                return False
            raise

    def reserve(self, vault: bytes, branch: Branch, selection: int) -> Call:
        """Set bank leaves aside: bit i of the selection is leaf start + i."""
        data = artifact(VAULT).call("reserve", _branch(branch), selection)
        return Call(vault, data, f"reserve bank payouts from leaf {branch.start}")

    def release(self, vault: bytes, branch: Branch, selection: int) -> Call:
        """Give reserved bank leaves back: bit i of the selection is leaf start + i."""
        data = artifact(VAULT).call("release", _branch(branch), selection)
        return Call(vault, data, f"release bank payouts from leaf {branch.start}")

    def confirm(self, vault: bytes, branch: Branch, references: Sequence[bytes]) -> Call:
        """Record bank payments: a reference of zeros means not now."""
        data = artifact(VAULT).call("confirm", _branch(branch), list(references))
        return Call(vault, data, f"confirm bank payouts from leaf {branch.start}")

    def distribution_of(self, vault: bytes, number: int) -> PayoutTreeFacts:
        """A distribution as the vault keeps it."""
        (found,) = self._chain.view(artifact(VAULT), vault, "distributionOf", number)
        return PayoutTreeFacts(*found)

    def is_cancelled(self, vault: bytes, number: int) -> bool:
        """Whether the guardian cancelled the distribution, in a block that counts."""
        contract, block = artifact(VAULT), self._chain.newest_that_counts()
        (found,) = self._chain.view(contract, vault, "distributionOf", number, block=block)
        return PayoutTreeFacts(*found).cancelled

    def carry_of(self, vault: bytes) -> int:
        """What the next distribution starts from, in micro-euro."""
        _, _, carry, _ = self._chain.view(artifact(VAULT), vault, "funds")
        return int(carry)

    def credit_of(self, vault: bytes, receipt: bytes) -> tuple[int, bool]:
        """Amount credited against a receipt's hash, and whether a distribution used it."""
        amount, used = self._chain.view(artifact(VAULT), vault, "creditOf", receipt)
        return int(amount), bool(used)

    def token_of(self, vault: bytes) -> bytes | None:
        """The token that the vault counts in, None for the bookkeeping euro."""
        (token,) = self._chain.view(artifact(VAULT), vault, "token")
        return None if token == ZERO_ADDRESS else _octets(token)

    def is_paid(self, vault: bytes, distribution: int, index: int) -> bool:
        """Whether a leaf's payout is recorded."""
        paid, _ = self._chain.view(artifact(VAULT), vault, "statusOf", distribution, index)
        return bool(paid)

    def single_count(self, vault: bytes) -> int:
        """How many single payouts there are, in blocks that count."""
        return single_logs.single_count(self._chain, vault)

    def opened_singles(self, vault: bytes) -> list[OpenedSingle]:
        """All single payouts, in blocks that count. Raises NodeRefused."""
        return single_logs.opened_singles(self._chain, vault)

    def ended_single(self, vault: bytes, number: int) -> EndedSingle | None:
        """Whether a single payout was paid or swept, in a block that counts. Raises NodeRefused."""
        return single_logs.ended_single(self._chain, vault, number)

    def settled(self, vault: bytes, outcome: Outcome) -> SettledFacts:
        """What the vault computed in this transaction. Raises LedgerDiverges when it did not settle."""
        for log in outcome.logs:
            found = artifact(VAULT).event("Settled", log) if log.address == vault else None
            if found:
                found["receipts"] = _used_receipts(vault, outcome)
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
    "sharedWh", "adjustmentWh", "hiddenDays", "validAt", "receipts",
)  # fmt: skip


def _hidden(reports: Sequence[DayReport]) -> str:
    """How many of the reports hide their hour totals, in words."""
    count = sum(len(report.hours) == HASH_BYTES for report in reports)
    return f", {count} of them with hidden totals" if count else ""


def _report(report: DayReport) -> tuple[int | bytes, ...]:
    lists = (report.root, report.roster, report.pods, report.blinding)
    return (report.day, report.predecessor, *lists, report.hours)


def _branch(branch: Branch) -> tuple[object, ...]:
    return (branch.distribution, branch.start, encode_leaves(branch.leaves), encode_proof(branch.proof))


def _used_receipts(vault: bytes, outcome: Outcome) -> tuple[bytes, ...]:
    """Receipts that a settlement used up, in its order."""
    logs = [log for log in outcome.logs if log.address == vault]
    used = [artifact(VAULT).event("ReceiptUsed", log) for log in logs]
    return tuple(event["receipt"] for event in used if event is not None)


def quorum_of(view: tuple[Any, ...]) -> Quorum:
    """What `reportersOf` answers."""
    reporters, threshold, epoch = view
    return Quorum(tuple(_octets(reporter) for reporter in reporters), int(threshold), int(epoch))


def _octets(address: str) -> bytes:
    """The 20 bytes of an address that a view answers."""
    return bytes.fromhex(address[2:])


def _hex(octets: bytes) -> str:
    """An address as web3 accepts it, with its check sum (EIP-55)."""
    return to_checksum_address(octets)
