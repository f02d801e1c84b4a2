"""`condivisa verify`: does a receipt match the chain? Asks the chain alone, no database and no account."""

import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from oracle.attest.keccak import keccak256
from oracle.chain.fates import FIRST_SINGLE
from oracle.chain.json_fields import ReceiptUnreadable
from oracle.chain.receipt import (
    PayoutReceipt,
    PublishedTree,
    ReadingReceipt,
    ReadingsList,
    parse_list,
    parse_payout,
    parse_reading,
    parse_tree,
)
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust, TrustUnusable, load_trust, trust_file
from oracle.chain.verify import (
    Result,
    Verdict,
    verify_anchor,
    verify_list,
    verify_payout,
    verify_reading,
    verify_tree,
)
from oracle.chain.verify_anchor import AnchoredFile
from oracle.errors import NodeUnreachable
from oracle.usecases.anchors import topic_of
from oracle.usecases.statement_check import statement_difference
from settlement.domain.calendar import day_of_number
from settlement.domain.rounding import micro_eur_text

EXIT_UNREADABLE = 2
WORDS = {
    Verdict.MATCHES: "MATCHES",
    Verdict.DOES_NOT_MATCH: "DOES NOT MATCH",
    Verdict.UNREACHABLE: "CANNOT REACH THE NODE",
}
EPILOG = (
    "Exit status: 0 matches, 1 does not match, 3 cannot reach the node (nothing is known), 2 the receipt or "
    "the trust file cannot be read. Contract and chain come from the trust file, never from the receipt."
)

app = typer.Typer(
    help="Check a receipt, a day's list or a payout tree against the chain, without trusting the operator's "
    "database.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
)

ReceiptArgument = Annotated[Path, typer.Argument(help="The receipt, a JSON file.", metavar="RECEIPT.json")]
RpcOption = Annotated[
    str | None, typer.Option("--rpc", help="Another node than the trust file's.", metavar="URL")
]
TrustOption = Annotated[
    Path | None,
    typer.Option(
        "--trust",
        metavar="FILE",
        help="Your own trust file: chain_id, rpc, ledger, vault. "
        "Default: ./.condivisa/trust.toml, then ~/.config/condivisa/trust.toml.",
    ),
]
TimeoutOption = Annotated[float, typer.Option("--timeout", help="Seconds to wait for one answer.", min=0.1)]


@app.command("payout", epilog=EPILOG)
def payout(
    receipt: ReceiptArgument, rpc: RpcOption = None, trust: TrustOption = None, timeout: TimeoutOption = 10.0
) -> None:
    """Is this payout in a funded distribution of the vault, and was it paid?"""
    try:
        parsed = parse_payout(_text(receipt))
        believed = load_trust(trust_file(trust))
    except (ReceiptUnreadable, TrustUnusable) as error:
        _unreadable(receipt, error)
    leaf = parsed.leaf
    title = f"payout {micro_eur_text(leaf.amount_micro_eur)} EUR, {leaf.channel.name.lower()} leaf "
    title += f"{parsed.index} of {_called(parsed.distribution)}"
    _finish(title, _checked(parsed, believed, rpc, timeout))


@app.command("statement", epilog=EPILOG)
def statement(
    document: Annotated[
        Path, typer.Argument(help="The member's statement, its canonical JSON.", metavar="STATEMENT.json")
    ],
    receipt: ReceiptArgument,
) -> None:
    """Is this statement the one that the payout's receipt names? Asks nobody; then verify the receipt."""
    try:
        difference = statement_difference(document.read_bytes(), receipt.read_bytes())
    except (OSError, ValueError) as error:
        print(str(error), file=sys.stderr)
        raise typer.Exit(EXIT_UNREADABLE) from error
    verdict = Verdict.MATCHES if difference is None else Verdict.DOES_NOT_MATCH
    _finish(f"statement {document.name} of receipt {receipt.name}", Result(verdict, difference or ""))


@app.command("tree", epilog=EPILOG)
def tree(
    published: Annotated[Path, typer.Argument(help="The published tree, a JSON file.", metavar="TREE.json")],
    rpc: RpcOption = None,
    trust: TrustOption = None,
    timeout: TimeoutOption = 10.0,
) -> None:
    """Are these all payouts of a distribution, do they add up to its money, and what was paid of it?"""
    try:
        parsed = parse_tree(_text(published))
        believed = load_trust(trust_file(trust))
    except (ReceiptUnreadable, TrustUnusable) as error:
        _unreadable(published, error)
    title = f"tree of {len(parsed.leaves)} leaves of {_called(parsed.distribution)}"
    _finish(title, _checked(parsed, believed, rpc, timeout))


@app.command("reading", epilog=EPILOG)
def reading(
    receipt: ReceiptArgument, rpc: RpcOption = None, trust: TrustOption = None, timeout: TimeoutOption = 10.0
) -> None:
    """Are these readings the ones that the ledger's accepted report of the day commits to?"""
    try:
        parsed = parse_reading(_text(receipt))
        believed = load_trust(trust_file(trust))
    except (ReceiptUnreadable, TrustUnusable) as error:
        _unreadable(receipt, error)
    title = f"readings of {parsed.pod} on {day_of_number(parsed.report.day)}: "
    title += f"{sum(parsed.injected_wh)} Wh injected, {sum(parsed.withdrawn_wh)} Wh withdrawn"
    _finish(title, _checked(parsed, believed, rpc, timeout))


@app.command("list", epilog=EPILOG)
def readings_list(
    listed: Annotated[Path, typer.Argument(help="The published list, a JSON file.", metavar="LIST.json")],
    rpc: RpcOption = None,
    trust: TrustOption = None,
    timeout: TimeoutOption = 10.0,
) -> None:
    """Do the commitments of a day's published list add up to the hour totals of the ledger?"""
    try:
        parsed = parse_list(_text(listed))
        believed = load_trust(trust_file(trust))
    except (ReceiptUnreadable, TrustUnusable) as error:
        _unreadable(listed, error)
    title = f"list of {len(parsed.entries)} PODs on {day_of_number(parsed.report.day)}"
    _finish(title, _checked(parsed, believed, rpc, timeout))


@app.command("anchor", epilog=EPILOG)
def anchor(
    file: Annotated[Path, typer.Argument(help="Any file, e.g. a statute.", metavar="FILE")],
    topic: Annotated[
        str | None, typer.Option(metavar="TOPIC", help="The topic that it should stand under; default: any.")
    ] = None,
    rpc: RpcOption = None,
    trust: TrustOption = None,
    timeout: TimeoutOption = 10.0,
) -> None:
    """Did the community anchor this very file on the ledger, by its SHA-256 or keccak256?"""
    try:
        octets = file.read_bytes()
        wanted = None if topic is None else topic_of(topic)
        believed = load_trust(trust_file(trust))
    except (OSError, ValueError, TrustUnusable) as error:
        _unreadable(file, error)
    digests = {"SHA-256": sha256(octets).digest(), "keccak256": keccak256(octets)}
    _finish(f"file {file.name}", _checked(AnchoredFile(digests, wanted), believed, rpc, timeout))


def _called(distribution: int) -> str:
    kind = "single payout" if distribution >= FIRST_SINGLE else "distribution"
    return f"{kind} {distribution}"


def _checked(
    receipt: PayoutReceipt | PublishedTree | ReadingReceipt | ReadingsList | AnchoredFile,
    trust: Trust,
    rpc: str | None,
    timeout_s: float,
) -> Result:
    try:
        node = Rpc(rpc or trust.rpc, timeout_s)
    except NodeUnreachable as error:
        return Result(Verdict.UNREACHABLE, str(error))
    match receipt:
        case PayoutReceipt():
            return verify_payout(receipt, trust, node)
        case PublishedTree():
            return verify_tree(receipt, trust, node)
        case ReadingReceipt():
            return verify_reading(receipt, trust, node)
        case ReadingsList():
            return verify_list(receipt, trust, node)
        case AnchoredFile():
            return verify_anchor(receipt, trust, node)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ReceiptUnreadable(f"cannot be opened: {error}") from error


def _unreadable(path: Path, error: Exception) -> typer.Exit:
    print(f"{path}: {error}" if isinstance(error, ReceiptUnreadable) else str(error), file=sys.stderr)
    raise typer.Exit(EXIT_UNREADABLE) from error


def _finish(title: str, result: Result) -> None:
    print(f"{WORDS[result.verdict]}: {title}")
    if result.reason:
        print(f"  because   {result.reason}")
    if result.status:
        print(f"  status    {result.status}")
    for sentence in result.counted:
        print(f"  counted   {sentence}")
    for sentence in result.compared:
        print(f"  compared  {sentence}")
    if result.head:
        moment = datetime.fromtimestamp(result.head.timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        print(f"  head      block {result.head.number}, {result.head.hash}, {moment}")
    if result.verdict is Verdict.UNREACHABLE:
        print(
            "  so        nothing is known about the receipt: try again, or name another node with --rpc URL"
        )
    raise typer.Exit(result.verdict.value)


if __name__ == "__main__":
    app()
