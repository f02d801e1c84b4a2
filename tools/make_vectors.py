"""Writes the test vectors that Python, Solidity and JavaScript must agree on: tests/vectors/*.json.

    python -m tools.make_vectors            writes them
    python -m tools.make_vectors --check    exit status 1 if the committed files differ

Everything is drawn from SHA-256 of a label and a counter, so the files are the same on every machine.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eth_account import Account

from oracle.attest import identifiers, messages
from oracle.attest.hours import encode_hours
from oracle.attest.payout_tree import (
    Channel,
    Leaf,
    Node,
    PayoutTree,
    bank_payee,
    encode_leaf,
    root_of,
    seal,
    wallet_payee,
)
from oracle.usecases.moving import Move, typed_data
from tools.draw import Draw, hexed
from tools.list_files import list_files
from tools.list_vectors import list_vectors
from tools.tree_vectors import tree_files

VECTORS = Path(__file__).resolve().parent.parent / "tests" / "vectors"
SIZES = (1, 2, 3, 255, 256, 257)
RANDOM_SIZES = (5, 31, 100)
MICRO = 1_000_000
FIRST_DAY = 19_905  # 2024-07-01
EPOCH = 3


def euro(micro_eur: int) -> str:
    """Euro with six decimals, as receipts carry them."""
    return f"{micro_eur // MICRO}.{micro_eur % MICRO:06d}"


def leaves_of(draw: Draw, size: int) -> list[Leaf]:
    """Leaves of all channels; the last of several is the social fund's."""
    return [draw_leaf(draw, social=size > 1 and index == size - 1) for index in range(size)]


def draw_leaf(draw: Draw, *, social: bool) -> Leaf:
    """A leaf of up to 1,000 euro in whole cents."""
    amount = (1 + draw.below(100_000)) * 10_000
    if social:
        return Leaf(Channel.SOCIAL, bytes(32), bytes(20), amount)
    if draw.below(2):
        return Leaf(Channel.WALLET, wallet_payee(draw.hash32()[:20]), bytes(20), amount)
    owner = draw.hash32()[:20] if draw.below(2) else bytes(20)
    return Leaf(Channel.BANK, bank_payee(draw.hash32(), "IT60X0542811101000000123456"), owner, amount)


def leaf_json(leaf: Leaf) -> dict[str, str]:
    """A leaf as receipts carry it."""
    return {
        "channel": leaf.channel.name,
        "payee": hexed(leaf.payee),
        "owner": hexed(leaf.owner),
        "amount_eur": euro(leaf.amount_micro_eur),
    }


def proof_json(proof: Sequence[Node]) -> list[dict[str, str]]:
    """Siblings as receipts carry them."""
    return [{"hash": hexed(node.hash), "sum_eur": euro(node.sum)} for node in proof]


def payout_trees() -> dict[str, Any]:
    """Trees with all leaves, some proofs, and paths that must be refused."""
    drawn = [(f"size-{size}", size) for size in SIZES] + [(f"random-{size}", size) for size in RANDOM_SIZES]
    trees = {name: PayoutTree(leaves_of(Draw(name), size)) for name, size in drawn}
    return {
        "about": "A path is accepted when it ends in root with sum total_eur; height 0 is one leaf. "
        "seal is what the vault keeps of root and total_eur.",
        "trees": [payout_tree_json(name, tree) for name, tree in trees.items()],
        "refused": list(refused_paths(trees["random-5"], trees["random-31"])),
    }


def payout_tree_json(name: str, tree: PayoutTree) -> dict[str, Any]:
    """A tree with its leaves and the proofs of its corners and of the middle."""
    last = len(tree.leaves) - 1
    paths = sorted({(0, 0), (last, 0), (last // 2, 0)} | {(0, min(tree.depth, 8)), (0, tree.depth // 2)})
    return {
        "name": name,
        "depth": tree.depth,
        "root": hexed(tree.root),
        "total_eur": euro(tree.total_micro_eur),
        "seal": hexed(seal(Node(tree.root, tree.total_micro_eur))),
        "leaves": [leaf_json(leaf) for leaf in tree.leaves],
        "proofs": [
            {"start": start, "height": height, "proof": proof_json(tree.proof(start, height))}
            for start, height in paths
        ],
    }


def refused_paths(tree: PayoutTree, other: PayoutTree) -> Iterator[dict[str, Any]]:
    """Paths that differ from a right one in one thing; `reason` is what does not match first."""
    index, leaf, proof = 2, tree.leaves[2], tree.proof(2)
    richer = leaf._replace(amount_micro_eur=leaf.amount_micro_eur + 10_000)
    channel = Channel.WALLET if leaf.channel is Channel.BANK else Channel.BANK
    bent_hash = [proof[0]._replace(hash=bytes([proof[0].hash[0] ^ 1]) + proof[0].hash[1:]), *proof[1:]]
    bent_sum = [proof[0]._replace(sum=proof[0].sum + 10_000), *proof[1:]]
    cases: list[tuple[str, int, Leaf, list[Node]]] = [
        ("wrong index", 3, leaf, proof),
        ("wrong amount", index, richer, proof),
        ("wrong payee", index, leaf._replace(payee=bytes(31) + b"\x01"), proof),
        ("wrong owner", index, leaf._replace(owner=bytes(19) + b"\x01"), proof),
        ("wrong channel", index, leaf._replace(channel=channel), proof),
        ("one bit of a sibling's hash", index, leaf, bent_hash),
        ("a cent in a sibling's sum", index, leaf, bent_sum),
        ("siblings in another order", index, leaf, proof[::-1]),
        ("proof too short", index, leaf, proof[:-1]),
        ("proof too long", index, leaf, [*proof, Node(bytes(32), 0)]),
        ("path of another distribution", index, other.leaves[2], other.proof(2)),
    ]
    for name, at, changed, path in cases:
        yield refused_json(name, tree.root, tree.total_micro_eur, at, changed, path, "root")
    # The reporters signed a root that promises a cent more, or less, than the pool less the carry.
    for name, funded in (("more", tree.total_micro_eur - 10_000), ("less", tree.total_micro_eur + 10_000)):
        yield refused_json(f"root promises {name} than funded", tree.root, funded, index, leaf, proof, "sum")


def refused_json(
    name: str, root: bytes, total_micro_eur: int, index: int, leaf: Leaf, proof: Sequence[Node], reason: str
) -> dict[str, Any]:
    """One path to refuse; raises ValueError when it would be accepted."""
    if index < 1 << len(proof):
        top = root_of(index, leaf, proof)
        if top == Node(root, total_micro_eur) or (top.hash == root) != (reason == "sum"):
            raise ValueError(f"the vector {name!r} is not refused by its {reason}")
    return {
        "name": name,
        "reason": reason,
        "root": hexed(root),
        "total_eur": euro(total_micro_eur),
        "index": index,
        "leaf": leaf_json(leaf),
        "proof": proof_json(proof),
    }


def message_vectors() -> dict[str, Any]:
    """Reports and a settlement with their ids, digests and signatures in ascending order of the signers."""
    draw = Draw("messages")
    keys = [draw.hash32() for _ in range(3)]
    administrator = draw.hash32()[:20]
    salt = identifiers.community_salt("Esempio")
    community = identifiers.community_id(administrator, salt)
    configuration = identifiers.configuration_id(community, "AC001E00123")
    ledger = messages.Domain(messages.LEDGER_NAME, 31_337, draw.hash32()[:20])
    vault = messages.Domain(messages.VAULT_NAME, 31_337, draw.hash32()[:20])
    first = report(draw, FIRST_DAY, messages.NO_PREDECESSOR, 24)
    replacement = report(draw, FIRST_DAY, messages.report_id(first), 24)
    batches = [
        [first],
        [replacement],
        [report(draw, 19_813, bytes(32), 23), report(draw, 20_023, bytes(32), 25)],
    ]
    settlement = draw_settlement(draw, configuration)
    digest = messages.settlement_digest(vault, settlement)
    return {
        "about": "EIP-712; days are days since 1970-01-01, months (year - 1970) * 12 + month - 1.",
        "identifiers": {
            "administrator": hexed(administrator),
            "community_name": "Esempio",
            "community_salt": hexed(salt),
            "community_id": hexed(community),
            "area_code": "AC001E00123",
            "configuration_id": hexed(configuration),
        },
        "types": [messages.BATCH_TYPE, messages.SETTLEMENT_TYPE, messages.MOVE_TYPE],
        "ledger": domain_json(ledger),
        "vault": domain_json(vault),
        "batches": [batch_json(ledger, configuration, reports, keys) for reports in batches],
        "settlement": {
            "message": settlement_json(settlement),
            "digest": hexed(digest),
            "signatures": signatures_json(digest, keys),
        },
        "move": move_json(vault, draw, keys[:1]),
        "move_to_bank": move_to_bank_json(vault, draw, keys[1:2]),
    }


def report(draw: Draw, day: int, predecessor: bytes, hour_count: int) -> messages.DayReport:
    """A report of a day with hours of up to 40 bits."""
    injected_wh = [draw.below(2**40) for _ in range(hour_count)]
    withdrawn_wh = [draw.below(10**6) for _ in range(hour_count)]
    root, roster, blinding = (draw.hash32() for _ in range(3))
    hours = encode_hours(injected_wh, withdrawn_wh)
    return messages.DayReport(day, predecessor, root, roster, 1 + draw.below(10_000), blinding, hours)


def draw_settlement(draw: Draw, configuration: bytes) -> messages.Settlement:
    """A settlement of two receipts over two months."""
    return messages.Settlement(
        distribution=1,
        epoch=EPOCH,
        receipts=(draw.hash32(), draw.hash32()),
        months=((configuration, 653), (configuration, 654)),
        corrections=2,
        evidence=draw.hash32(),
        root=draw.hash32(),
        depth=6,
        pool_micro_eur=154_805_000,
        carry_micro_eur=5_000,
    )


def domain_json(domain: messages.Domain) -> dict[str, Any]:
    """An EIP-712 domain."""
    return {
        "name": domain.name,
        "version": messages.VERSION,
        "chain_id": domain.chain_id,
        "contract": hexed(domain.contract),
        "separator": hexed(domain.separator),
    }


def batch_json(
    domain: messages.Domain,
    configuration: bytes,
    reports: Sequence[messages.DayReport],
    keys: Sequence[bytes],
) -> dict[str, Any]:
    """A batch of reports with ids, digest and signatures."""
    digest = messages.batch_digest(domain, configuration, EPOCH, reports)
    return {
        "configuration": hexed(configuration),
        "epoch": EPOCH,
        "reports": [
            {
                "day": report.day,
                "predecessor": hexed(report.predecessor),
                "root": hexed(report.root),
                "roster": hexed(report.roster),
                "pods": report.pods,
                "blinding": hexed(report.blinding),
                "hours": hexed(report.hours),
                "id": hexed(messages.report_id(report)),
            }
            for report in reports
        ],
        "digest": hexed(digest),
        "signatures": signatures_json(digest, keys),
    }


def settlement_json(settlement: messages.Settlement) -> dict[str, Any]:
    """A settlement as signed; pool and carry in micro-euro, as decimal strings."""
    return {
        "distribution": settlement.distribution,
        "epoch": settlement.epoch,
        "receipts": [hexed(receipt) for receipt in settlement.receipts],
        "months": [{"configuration": hexed(name), "month": month} for name, month in settlement.months],
        "corrections": settlement.corrections,
        "evidence": hexed(settlement.evidence),
        "root": hexed(settlement.root),
        "depth": settlement.depth,
        "pool": str(settlement.pool_micro_eur),
        "carry": str(settlement.carry_micro_eur),
    }


def move_json(domain: messages.Domain, draw: Draw, keys: Sequence[bytes]) -> dict[str, Any]:
    """A leaf's move to another wallet, signed by its owner."""
    leaf = Leaf(Channel.WALLET, wallet_payee(draw.hash32()[:20]), bytes(20), 12_340_000)
    return signed_move_json(Move(domain.chain_id, domain.contract, 1, 3, leaf, (), leaf), keys)


def move_to_bank_json(domain: messages.Domain, draw: Draw, keys: Sequence[bytes]) -> dict[str, Any]:
    """A leaf's move to a bank account, which goes on naming its owner."""
    owner = bytes.fromhex(Account.from_key(keys[0]).address[2:])
    leaf = Leaf(Channel.BANK, draw.hash32(), owner, 2**64 - 10_000)
    return signed_move_json(
        Move(domain.chain_id, domain.contract, 2**31 + 7, 2**32 - 1, leaf, (), leaf), keys
    )


def signed_move_json(move: Move, keys: Sequence[bytes]) -> dict[str, Any]:
    """A move as a wallet is shown it, its digest and signature."""
    return {
        "distribution": move.distribution,
        "index": move.index,
        "leaf": hexed(encode_leaf(move.leaf)),
        "typed_data": typed_data(move),
        "digest": hexed(move.digest),
        "signatures": signatures_json(move.digest, keys),
    }


def signatures_json(digest: bytes, keys: Sequence[bytes]) -> list[dict[str, str]]:
    """Signatures of the digest, ascending by signer (test keys: they guard nothing)."""
    accounts = sorted((Account.from_key(key) for key in keys), key=lambda account: int(account.address, 16))
    return [
        {
            "key": hexed(bytes(account.key)),
            "signer": account.address,
            "signature": hexed(bytes(account.unsafe_sign_hash(digest).signature)),
        }
        for account in accounts
    ]


def written(document: dict[str, Any]) -> str:
    """JSON with one line for each leaf, proof or commitment, and a final newline."""
    return _written(document, "") + "\n"


def _written(value: Any, indent: str) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if len(short) <= 240 or not isinstance(value, dict | list):
        return short
    inner = indent + " "
    if isinstance(value, dict):
        entries = [f"{inner}{json.dumps(key)}: {_written(entry, inner)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _written(entry, inner) for entry in value) + f"\n{indent}]"


def main(arguments: list[str]) -> int:
    """Writes the vectors, or with --check compares them. Exit status 1 names what differs."""
    made = {
        "payout_trees.json": payout_trees(),
        "payout_tree_files.json": tree_files(leaves_of),
        "readings_lists.json": list_vectors(),
        "readings_list_files.json": list_files(),
        "messages.json": message_vectors(),
    }
    texts = {VECTORS / name: written(document) for name, document in made.items()}
    if "--check" in arguments:
        stale = [path for path, text in texts.items() if not path.is_file() or path.read_text() != text]
        for path in stale:
            print(f"tests/vectors/{path.name} is not what the code gives: run `make vectors`")
        return 1 if stale else 0
    VECTORS.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
