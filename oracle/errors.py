"""Every failure between the database and the chain: one name, one code, its facts.

The command line prints the sentence; the API maps the code to an HTTP status.
"""

# ruff: noqa: N818 - the names say what happened, as everywhere in this project

from collections.abc import Sequence


class OracleError(Exception):
    """A publication or a reading of the chain that could not be completed."""

    code = "ORACLE_ERROR"


class NodeUnreachable(OracleError):
    """No usable answer came from the node: nothing is known about the chain."""

    code = "NODE_UNREACHABLE"


class NodeRefused(NodeUnreachable):
    """The node answered a request with a JSON-RPC error."""

    code = "NODE_REFUSED"

    def __init__(self, url: str, method: str, number: int, message: str) -> None:
        super().__init__(f"the node at {url} refused {method}: {message} (error {number})")
        self.message = message


class AnswerTooLarge(NodeUnreachable):
    """An answer is larger than is read of a node: ask for less at once."""

    code = "ANSWER_TOO_LARGE"


class CallReverted(OracleError):
    """A contract refused a call; the node itself works."""

    code = "CALL_REVERTED"

    def __init__(self, what: str, reason: str, data: bytes = b"") -> None:
        super().__init__(f"the contract refuses {what}: {reason}")
        self.reason = reason
        self.data = data


class WrongChain(OracleError):
    """The node serves another chain than the one that was asked for."""

    code = "WRONG_CHAIN"

    def __init__(self, url: str, expected: int, found: int) -> None:
        super().__init__(
            f"the node at {url} serves chain {found}, not chain {expected}; nothing was sent to it"
        )


class OtherChainInUse(OracleError):
    """This database's contracts are on another chain; moving a community is not part of this version."""

    code = "OTHER_CHAIN_IN_USE"

    def __init__(self, known: Sequence[int], chain_id: int) -> None:
        named = ", ".join(map(str, known))
        super().__init__(
            f"the contracts of this database are on chain {named}, the node serves chain {chain_id}"
        )


class NodeNotStarted(OracleError):
    """The local node's program is missing or does not start."""

    code = "NODE_NOT_STARTED"


class KeysUnusable(OracleError):
    """The file of signing keys is missing, unreadable or incomplete."""

    code = "KEYS_UNUSABLE"


class AwaitingSignatures(KeysUnusable):
    """Fewer reporters signed than must; nothing was sent, and the queue waits for the others."""

    code = "AWAITING_SIGNATURES"

    def __init__(self, what: str, epoch: int, have: int, need: int, absent: Sequence[bytes], of: int) -> None:
        missing = ", ".join("0x" + address.hex() for address in absent)
        super().__init__(
            f"{need} of the community's {of} reporters must sign {what} (epoch {epoch}), and {have} have: it "
            f"cannot publish alone. Missing: {need - have} of {missing}. `condivisa attest ask` writes what "
            "they check and sign, `condivisa attest collect` takes their signatures"
        )
        self.have = have
        self.need = need
        self.absent = tuple(absent)


class SignerUnreachable(OracleError):
    """A remote signer did not sign; nothing is known about whether it will."""

    code = "SIGNER_UNREACHABLE"


class AttestationRefused(OracleError):
    """A request or an attestation is not what it must be; nothing was signed, and nothing was stored."""

    code = "ATTESTATION_REFUSED"


class EvidenceLost(OracleError):
    """The files that a settlement's evidence names cannot be made again from what is stored."""

    code = "EVIDENCE_LOST"


class TotalTooLarge(OracleError):
    """An hour total does not fit the 40 bits that a report gives it; nothing was signed."""

    code = "TOTAL_TOO_LARGE"


class TransactionReverted(OracleError):
    """A transaction was mined and did nothing; the community's queue stands still until it is resolved."""

    code = "TRANSACTION_REVERTED"

    def __init__(self, key: str, step: str, transaction: str) -> None:
        super().__init__(
            f"{key}: transaction {transaction} ({step}) was reverted by the contract; the queue of this "
            "community waits. Find the cause, then allow one new attempt with `condivisa publish --retry`"
        )


class LedgerDiverges(OracleError):
    """What the chain says and what this database computes are not the same."""

    code = "LEDGER_DIVERGES"

    def __init__(self, what: str, here: object, there: object) -> None:
        super().__init__(f"{what}: computed here {here}, on the chain {there}")


class NonceTaken(OracleError):
    """The operator's account sent transactions that this database does not know."""

    code = "NONCE_TAKEN"

    def __init__(self, sender: str, known: int, chain: int) -> None:
        super().__init__(
            f"account {sender} has sent {chain} transactions on the chain and this database knows {known}: "
            "another program uses the same key, or the database is an older copy; nothing was sent"
        )


class ContractsMissing(OracleError):
    """Contracts that were deployed with another key are unknown to this chain."""

    code = "CONTRACTS_MISSING"

    def __init__(self, names: Sequence[str], chain_id: int) -> None:
        super().__init__(
            f"chain {chain_id} does not know {', '.join(names)}, and they were deployed with another key, so "
            "they cannot be sent again from here: point at the right node, or use the keys that deployed them"
        )


class NotDeployed(OracleError):
    """A community's contracts are not on the chain yet."""

    code = "NOT_DEPLOYED"


class ChannelNotPayable(OracleError):
    """A distribution promises wallet payouts and the vault has no token for them; nothing was sent."""

    code = "CHANNEL_NOT_PAYABLE"


class AdoptionRefused(OracleError):
    """Contracts that another program deployed are not what this service could publish to; nothing changed."""

    code = "ADOPTION_REFUSED"


class DistributionCancelled(OracleError):
    """The guardian cancelled a distribution, in a block that does not count yet; nothing was sent.

    Once it counts, the distribution is noted as cancelled and what was planned on it is planned anew.
    """

    code = "DISTRIBUTION_CANCELLED"

    def __init__(self, number: int, consequence: str) -> None:
        super().__init__(
            f"distribution {number} was cancelled by the community's guardian, and what it promised became "
            f"carry on the chain: {consequence}"
        )


class DistributionNotSettled(OracleError):
    """A payment is due of a distribution that no vault has accepted as far as this database knows."""

    code = "DISTRIBUTION_NOT_SETTLED"


class NotHidden(OracleError):
    """The report of this day hides nothing that could be opened."""

    code = "NOT_HIDDEN"


class NotPosted(OracleError):
    """The ledger has no report of this day, or it does not name this POD."""

    code = "NOT_POSTED"


class SaltsForgotten(OracleError):
    """The key of a POD's month was deleted: its readings cannot be proved any more, by design."""

    code = "SALTS_FORGOTTEN"


class NotMined(OracleError):
    """The node holds a transaction and no block takes it: fees too low, or the chain stands still."""

    code = "NOT_MINED"

    def __init__(self, sentence: str, transaction: str, seconds: int) -> None:
        super().__init__(f"{sentence}: transaction {transaction} is in no block after {seconds} seconds")


class NotFinal(NotMined):
    """A block holds the transaction and does not count yet, longer than this run waits; nothing is lost."""

    code = "NOT_FINAL"

    def __init__(self, sentence: str, transaction: str, block: int, seconds: int) -> None:
        OracleError.__init__(
            self,
            f"{sentence}: transaction {transaction} is in block {block}, which does not count after "
            f"{seconds} seconds; the next run goes on from here",
        )


class ChainForgot(OracleError):
    """Transactions that are recorded as mined are in no block any more; they have to be sent again first."""

    code = "CHAIN_FORGOT"

    def __init__(self, recorded: int, count: int) -> None:
        super().__init__(
            f"{recorded} transactions of our account are recorded as mined and the chain has {count}: it was "
            "reorganised deeper than what counted, or the node lags behind"
        )


class AnotherPublisher(OracleError):
    """Another process is publishing to the same chain from the same database."""

    code = "ANOTHER_PUBLISHER"


class GovernanceRefused(OracleError):
    """What an office or a resolution asks for cannot be done as things stand; nothing was sent."""

    code = "GOVERNANCE_REFUSED"


class MessageMalformed(OracleError):
    """A device's message cannot be read; each defect is named with its place."""

    code = "MESSAGE_MALFORMED"

    def __init__(self, defects: Sequence[str]) -> None:
        self.defects = tuple(defects)
        more = f" (and {len(self.defects) - 3} more)" if len(self.defects) > 3 else ""
        super().__init__(f"the message cannot be read: {'; '.join(self.defects[:3])}{more}")


class MessageNotProved(OracleError):
    """A message's signature is not of a valid key of the device that it names, or it names another topic."""

    code = "MESSAGE_NOT_PROVED"


class MessageIdReused(OracleError):
    """A device sent another message under an id that it had used."""

    code = "MESSAGE_ID_REUSED"

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(f"message {message} was sent before with other content; a correction has its own id")


class PodNotOwn(OracleError):
    """A device speaks for its own POD, and only a meter's readings are settled."""

    code = "POD_NOT_OWN"


class MeasuredInFuture(OracleError):
    """What has not happened cannot be measured: the device's clock is ahead of ours."""

    code = "MEASURED_IN_FUTURE"


class MeasuredTooLongAgo(OracleError):
    """Telemetry is for looking at the present; old measurements are not kept."""

    code = "MEASURED_TOO_LONG_AGO"


class BrokerSettingsWrong(OracleError):
    """The broker's address or the files for TLS cannot be used."""

    code = "BROKER_SETTINGS_WRONG"


class Unavailable(OracleError):
    """The database does not answer now; what was to be done is to be tried again."""

    code = "UNAVAILABLE"


class JobKeyReused(OracleError):
    """The idempotency key already stands for another job."""

    code = "JOB_KEY_REUSED"

    def __init__(self, key: str, differing: Sequence[str]) -> None:
        super().__init__(f"the key {key} already stands for a job with another {', '.join(differing)}")


class JobRefused(OracleError):
    """What is wanted of a job cannot be done as it stands; nothing changed."""

    code = "JOB_REFUSED"


class JobMalformed(OracleError):
    """No job can be made of what was asked for."""

    code = "JOB_MALFORMED"
