"""How a community is governed, as rows for a person."""

from cli.office import moment
from oracle.attest.payout_tree import Channel
from oracle.usecases.governance import OperationState
from oracle.usecases.governance_standing import GovernanceStanding, Named, Single
from oracle.usecases.resolutions import leaf_words, topic_words
from settlement.domain.calendar import month_first_day
from settlement.domain.case import Shares
from settlement.domain.rounding import cents_text, micro_eur_text

Rows = list[tuple[str, str]]


def offices(standing: GovernanceStanding) -> Rows:
    """Contracts, offices, and whom they named."""
    seats, named = standing.seats, standing.named
    timelock = seats.timelock_difference
    kind = (
        f"our timelock, delay {seats.delay_s} seconds"
        if timelock is None
        else f"no timelock of ours: {timelock}"
    )
    return [
        ("community", _hex(seats.community)),
        ("ledger", _hex(seats.ledger)),
        ("vault", _known(seats.vault)),
        ("administers", _hex(seats.administrator)),
        ("offered to", _known(seats.offered)),
        ("governs", f"{_hex(seats.governor)}, {kind}"),
        ("guards", _hex(seats.guardian)),
        *(("proposes", f"{_hex(account)} too, by resolution") for account in named.proposers),
        *(("anchors", f"{_hex(account)} too, as the administrator lets it") for account in named.anchoring),
        *_anchored(named),
        *_followed(named),
    ]


def _anchored(named: Named) -> Rows:
    if not named.anchors:
        return []
    last = named.anchors[-1]
    latest = f"the latest: {topic_words(last.topic)} {_hex(last.digest)} in block {last.block_number}"
    return [("anchored", f"{len(named.anchors)} digests, {latest}")]


def _followed(named: Named) -> Rows:
    """What takes over from the ledger, and vaults that others have taken over from."""
    rows = [] if named.successor is None else [("succeeded", f"by the ledger {_hex(named.successor)}")]
    for former in named.former_vaults:
        sums = (former.social_micro_eur, former.grid_micro_eur, former.carry_micro_eur, former.held_micro_eur)
        social, grid, carry, held = (micro_eur_text(amount) for amount in sums)
        kept = f"holds {held} EUR, of that social {social}, grid {grid}, carry {carry} EUR"
        rows.append(("former", f"vault {_hex(former.vault)} {kept}"))
    return rows


def terms(standing: GovernanceStanding) -> Rows:
    """What the ledger keeps for the community."""
    kept = standing.terms
    quorum = kept.quorum
    rows = [("reporters", f"{quorum.threshold} of {len(quorum.reporters)} sign, epoch {quorum.epoch}")]
    rows += [("", _hex(reporter)) for reporter in quorum.reporters]
    if quorum.threshold > len(quorum.reporters):
        rows.append(("", "too few are left: nothing is accepted until a resolution names others"))
    following = month_first_day(standing.month + 1)
    return [
        *rows,
        ("paused", "yes" if kept.paused else "no"),
        ("shares", _shares(kept.shares)),
        (f"{following:%Y-%m} on", _shares(kept.next_shares)),
        ("smallest", f"hour totals of fewer than {kept.smallest_group} persons are to be hidden"),
        ("roster", f"{kept.members} members, root {_hex(kept.roster)}" if any(kept.roster) else "none"),
    ]


def waiting(standing: GovernanceStanding) -> Rows:
    """What is to be carried out, paid or refused, and what the node did not tell."""
    rows: Rows = []
    for row in standing.scheduled:
        ready = "ready" if row.state is OperationState.READY else f"ready at {moment(row.ready_at)}"
        rows += [
            ("operation", _hex(row.operation)),
            ("does", row.sentence),
            ("document", _hex(row.document)),
            ("state", ready),
        ]
    for sweep in standing.announced:
        which = f"{sweep.distribution}{_at(standing, sweep.vault)}"
        rows.append(("sweep", f"of distribution {which}, announced at {moment(sweep.announced_at)}"))
    rows += [("payout", _single(standing, row)) for row in standing.singles if row.open]
    rows += [("note", note) for note in standing.notes]
    return rows or [("", "nothing")]


def _single(standing: GovernanceStanding, row: Single) -> str:
    words = f"{row.number}{_at(standing, row.vault)}: {leaf_words(row.leaf)}, from {moment(row.valid_at)} on"
    if row.redirected and row.valid_at > standing.now:
        words += ", redirected: until then its former owner may refuse (govern refuse)"
    if row.leaf[0] == Channel.BANK:
        words += ", reserved: the bank pays it" if row.reserved else ", by bank: pay reserve"
    return words


def _at(standing: GovernanceStanding, vault: bytes) -> str:
    """Which vault, where it is not the present one: both number from the same on."""
    return "" if vault == standing.seats.vault else f" of the former vault {_hex(vault)}"


def _shares(shares: Shares) -> str:
    producers, social, grid = (
        f"{cents_text(part)} %" for part in (shares.producers, shares.social, shares.grid)
    )
    return f"producers {producers}, social {social}, grid {grid}"


def _known(address: bytes) -> str:
    return _hex(address) if any(address) else "none"


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
