"""Topics `push`, `reserve`, `confirm` and `release`: a settled distribution's leaves are paid in batches.

Wallet and social leaves are pushed; bank leaves are reserved, ordered at the bank, and confirmed with the
hash of the bank's reference, or released when the bank sends the money back. A leaf that a push could not pay
stays open: anyone may claim it for its member.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import PayoutTree, batches
from oracle.errors import DistributionCancelled, DistributionNotSettled, LedgerDiverges
from oracle.ports import Branch
from oracle.usecases.context import Context, Finish, Step, Steps, ready
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.places import place_of
from oracle.work import ReadingWork, Work
from settlement.domain.errors import NotFound, TransitionRefused
from settlement.domain.findings import Finding, quote
from settlement.domain.identifiers import uuid7
from settlement.domain.payout_states import Channel, PayoutState, may_follow
from settlement.domain.records import Distribution, OutboxRow, Payout
from settlement.usecases.mark_payouts import mark_payouts

NO_REFERENCE = bytes(32)


class _Part(NamedTuple):
    """An aligned part of a distribution's tree, 2^height positions wide; `stored` has all its payouts."""

    vault: bytes
    distribution: int
    tree: PayoutTree
    stored: list[Payout]
    start: int
    height: int

    @property
    def branch(self) -> Branch:
        """The leaves as the vault takes them."""
        leaves, proof = self.tree.batch(self.start, self.height), self.tree.proof(self.start, self.height)
        return Branch(self.distribution, self.start, leaves, tuple(proof))

    @property
    def payouts(self) -> list[Payout]:
        """The stored payouts of the part."""
        return self.stored[self.start : self.start + (1 << self.height)]

    def selection(self, chosen: Sequence[Payout]) -> int:
        """Bits of some of its payouts."""
        return sum(1 << (payout.leaf_index - self.start) for payout in chosen)

    def halves(self) -> list["_Part"]:
        """Both halves; the second only where it has a leaf."""
        height = self.height - 1
        starts = (self.start, self.start + (1 << height))
        return [self._replace(start=start, height=height) for start in starts if start < len(self.stored)]


def pays_wallets(work: ReadingWork, community_id: UUID, before_deployment: bool) -> bool:
    """Whether the community's vault has a token that wallets can be paid in.

    `before_deployment` is the answer while there is no vault yet: whether the policy gives it a token.
    """
    vaults = work.deployments.of_community(community_id)
    return vaults[0].token is not None if vaults else before_deployment


def order_payouts(work: Work, community_id: UUID, distribution_id: UUID) -> None:
    """Order a push per batch with a wallet or social leaf, a reservation per batch with a bank leaf."""
    payouts = work.payouts.of_distribution(distribution_id)
    for start, height in batches(len(payouts)):
        channels = {payout.channel for payout in payouts[start : start + (1 << height)]}
        if channels & {Channel.WALLET, Channel.SOCIAL}:
            _order(work, community_id, "push", distribution_id, start, height)
        if Channel.BANK in channels:
            _order(work, community_id, "reserve", distribution_id, start, height)


def confirm_payouts(work: Work, distribution_id: UUID, references: Mapping[int, str]) -> int:
    """Note the bank's references (leaf index → reference) and order their confirmation on the chain.

    Returns how many messages were ordered. Leaves that are confirmed already are skipped, so the same list
    may arrive twice. Raises NotFound, and TransitionRefused naming the first leaf that is not reserved.
    """
    distribution = work.distributions.get(distribution_id)
    if distribution is None:
        raise NotFound("distribution", distribution_id)
    payouts = work.payouts.of_distribution(distribution_id)
    open_references = _open_references(payouts, distribution_id, references)
    ordered = 0
    for start, height in batches(len(payouts)):
        inside = {
            str(index): reference
            for index, reference in sorted(open_references.items())
            if start <= index < start + (1 << height)
        }
        if inside:
            mark = sha256(repr(inside).encode()).hexdigest()[:16]
            payload = {"distribution_id": str(distribution_id), "start": start, "height": height}
            key = f"confirm:{distribution_id}:{start}:{mark}"
            work.outbox.add(distribution.community_id, "confirm", key, payload | {"references": inside})
            ordered += 1
    return ordered


def release_payouts(work: Work, distribution_id: UUID, indexes: Iterable[int]) -> None:
    """Order that reserved bank leaves be given back. Raises as `confirm_payouts`."""
    _order_of_leaves(work, "release", distribution_id, indexes, PayoutState.RELEASED)


def reserve_again(work: Work, distribution_id: UUID, indexes: Iterable[int] | None = None) -> list[int]:
    """Order that released bank leaves be reserved again, all or those named; returns their indexes.

    Raises as `confirm_payouts`.
    """
    payouts = work.payouts.of_distribution(distribution_id)
    released = [row.leaf_index for row in payouts if row.state is PayoutState.RELEASED]
    wanted = released if indexes is None else sorted(set(indexes))
    for index in wanted:
        if 0 <= index < len(payouts) and index not in released:
            raise TransitionRefused(index, payouts[index].channel, payouts[index].state, PayoutState.RESERVED)
    _order_of_leaves(work, "reserve", distribution_id, wanted, PayoutState.RESERVED)
    return wanted


def _order_of_leaves(
    work: Work, topic: str, distribution_id: UUID, indexes: Iterable[int], state: PayoutState
) -> None:
    """A message per batch for the leaves that no waiting message of the topic names."""
    distribution = work.distributions.get(distribution_id)
    if distribution is None:
        raise NotFound("distribution", distribution_id)
    payouts = work.payouts.of_distribution(distribution_id)
    wanted = sorted(set(indexes))
    for index in wanted:
        if not 0 <= index < len(payouts):
            raise NotFound("leaf", f"{index} of distribution {distribution.number}")
        if not may_follow(payouts[index].channel, payouts[index].state, state):
            raise TransitionRefused(index, payouts[index].channel, payouts[index].state, state)
    waiting = _waiting(work, distribution, topic)
    for start, height in batches(len(payouts)):
        span = range(start, start + (1 << height))
        inside = [index for index in wanted if index in span and index not in waiting]
        if inside:
            payload = {"distribution_id": str(distribution_id), "start": start, "height": height}
            # A leaf may be released and reserved again more than once: each time is another message.
            key = f"{topic}:{distribution_id}:{start}:{uuid7()}"
            work.outbox.add(distribution.community_id, topic, key, payload | {"leaves": inside})


def _waiting(work: Work, distribution: Distribution, topic: str) -> set[int]:
    """Leaves of the distribution that an open message of the topic names."""
    return {
        index
        for row in work.outbox.open_rows(distribution.community_id)
        if row.topic == topic and row.payload.get("distribution_id") == str(distribution.id)
        for index in row.payload.get("leaves", ())
    }


def _open_references(
    payouts: list[Payout], distribution_id: UUID, references: Mapping[int, str]
) -> dict[int, str]:
    found = {}
    for index, reference in references.items():
        if not 0 <= index < len(payouts):
            raise NotFound("leaf", f"{index} of distribution {distribution_id}")
        payout = payouts[index]
        if payout.state is PayoutState.CONFIRMED:
            continue
        if not may_follow(payout.channel, payout.state, PayoutState.CONFIRMED):
            raise TransitionRefused(index, payout.channel, payout.state, PayoutState.CONFIRMED)
        found[index] = reference
    return found


def parse_bank_references(name: str, text: str) -> tuple[dict[int, str], list[Finding]]:
    """Leaf index → bank reference from a CSV file with the columns `index,reference`, and its findings."""
    references: dict[int, str] = {}
    findings = []
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if reader.fieldnames is None or sorted(reader.fieldnames) != ["index", "reference"]:
        return {}, [Finding(name, 1, "the columns must be index,reference")]
    for row in reader:
        index, reference = (row["index"] or "").strip(), (row["reference"] or "").strip()
        if not (index.isascii() and index.isdigit()):
            findings.append(Finding(name, reader.line_num, f"{quote(index)} is not a leaf's index"))
        elif not reference:
            findings.append(Finding(name, reader.line_num, "the bank reference is empty"))
        elif int(index) in references:
            findings.append(Finding(name, reader.line_num, f"leaf {int(index)} stands twice"))
        else:
            references[int(index)] = reference
    return references, findings


def push(context: Context, message: OutboxRow) -> Steps:
    """Pay a batch's wallet and social leaves; what failed stays open."""
    part = _part(context, message)
    paid: dict[int, str | None] = {}
    for piece in _fitting(context, part):
        name = "push" if piece is part else f"push {piece.start} to {piece.start + (1 << piece.height) - 1}"
        outcome = yield Step(name, ready(context.vault.push(piece.vault, piece.branch)))
        done = context.vault.paid_batch(piece.vault, outcome)
        if done.start != piece.start:
            raise LedgerDiverges("first leaf of the batch", piece.start, done.start)
        paid |= {row.leaf_index: None for row in piece.payouts if _was_paid(context, piece, row, done.paid)}
    failed = [
        payout
        for payout in part.payouts
        if payout.channel is not Channel.BANK and payout.leaf_index not in paid
    ]
    if failed:
        sentence = f"{len(failed)} leaves could not be paid and stay open, first: leaf {failed[0].leaf_index}"
        context.progress("push", len(paid), len(paid) + len(failed), sentence)
    return _marking(message, paid, PayoutState.PAID)


def _fitting(context: Context, part: _Part) -> Iterator[_Part]:
    """The part, or where a token's refusals make it cost more than a transaction may, its halves, and so on.

    Whether a part fits is asked when its turn comes: leaves that are paid by then cost nothing.
    """
    if part.height == 0 or context.vault.fits(part.vault, part.branch):
        yield part
    else:
        for half in part.halves():
            yield from _fitting(context, half)


def reserve(context: Context, message: OutboxRow) -> Steps:
    """Set a batch's bank leaves aside for the bank: those that the message names, else all that are open."""
    part = _part(context, message)
    chosen = [
        payout
        for payout in _that_may(part, message, PayoutState.RESERVED)
        if not _was_released_and_went(context, part, payout)
    ]
    if chosen:
        call = context.vault.reserve(part.vault, part.branch, part.selection(chosen))
        yield Step("reserve", ready(call))
    return _marking(message, {payout.leaf_index: None for payout in chosen}, PayoutState.RESERVED)


def release(context: Context, message: OutboxRow) -> Steps:
    """Give bank leaves back whose payment the bank rejected."""
    part = _part(context, message)
    chosen = _that_may(part, message, PayoutState.RELEASED)
    if chosen:
        call = context.vault.release(part.vault, part.branch, part.selection(chosen))
        yield Step("release", ready(call))
    return _marking(message, {payout.leaf_index: None for payout in chosen}, PayoutState.RELEASED)


def _that_may(part: _Part, message: OutboxRow, state: PayoutState) -> list[Payout]:
    """Bank leaves of the part, or those that the message names, which may go to the state."""
    named = message.payload.get("leaves")
    return [
        payout
        for payout in part.payouts
        if payout.channel is Channel.BANK
        and may_follow(payout.channel, payout.state, state)
        and (named is None or payout.leaf_index in named)
    ]


def _was_released_and_went(context: Context, part: _Part, payout: Payout) -> bool:
    """Whether a released leaf moved or was redirected since, so that the vault would refuse to reserve it."""
    if payout.state is not PayoutState.RELEASED:
        return False
    gone = context.vault.is_paid(part.vault, part.distribution, payout.leaf_index)
    if gone:
        context.progress("reserve", 0, 1, f"leaf {payout.leaf_index} went elsewhere since it was released")
    return gone


def confirm(context: Context, message: OutboxRow) -> Steps:
    """Record the bank's payments: the chain keeps the hash of each reference."""
    part = _part(context, message)
    open_leaves = {row.leaf_index for row in part.payouts if row.state is not PayoutState.CONFIRMED}
    references: dict[int, str | None] = {
        int(index): reference
        for index, reference in message.payload["references"].items()
        if int(index) in open_leaves
    }
    hashes = [
        keccak256(reference.encode()) if (reference := references.get(payout.leaf_index)) else NO_REFERENCE
        for payout in part.payouts
    ]
    if references:
        yield Step("confirm", ready(context.vault.confirm(part.vault, part.branch, hashes)))
    return _marking(message, references, PayoutState.CONFIRMED)


def _order(
    work: Work, community_id: UUID, topic: str, distribution_id: UUID, start: int, height: int
) -> None:
    payload = {"distribution_id": str(distribution_id), "start": start, "height": height}
    work.outbox.add(community_id, topic, f"{topic}:{distribution_id}:{start}", payload)


def _part(context: Context, message: OutboxRow) -> _Part:
    payload = message.payload
    distribution_id, start, height = UUID(payload["distribution_id"]), payload["start"], payload["height"]
    with context.unit() as work:
        distribution = work.distributions.get(distribution_id)
        payouts = work.payouts.of_distribution(distribution_id)
    if distribution is None:
        raise NotFound("distribution", distribution_id)
    number, vault = distribution.number, place_of(context, message.community_id).vault
    there = context.vault.distribution_of(vault, number)
    if not there.settled:
        raise DistributionNotSettled(f"distribution {number} is to be paid, and the vault does not have it")
    if there.cancelled:
        raise DistributionCancelled(number, "none of its leaves can be paid")
    return _Part(vault, number, tree_of(payouts), payouts, start, height)


def _was_paid(context: Context, part: _Part, payout: Payout, paid: int) -> bool:
    """Whether this push paid the leaf, or somebody claimed it for its member before."""
    if payout.channel is Channel.BANK:
        return False
    if paid >> (payout.leaf_index - part.start) & 1:
        return True
    return context.vault.is_paid(part.vault, part.distribution, payout.leaf_index)


def _marking(message: OutboxRow, leaves: Mapping[int, str | None], state: PayoutState) -> Finish:
    distribution_id = UUID(message.payload["distribution_id"])

    def finish(work: Work) -> None:
        mark_payouts(work, distribution_id, leaves, state)

    return finish
