"""Readings and lists against the ledger, which keeps the id of each day's report."""

from oracle.attest.day_list import DayList, Entry, entry_leaf, is_ascending
from oracle.attest.hash_tree import root_of
from oracle.attest.hours import HOUR_BYTES, decode_hours
from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.messages import DayReport, report_id
from oracle.attest.month_key import pseudonym
from oracle.attest.pedersen import commit
from oracle.chain.check import Check, Mismatch, hexed
from oracle.chain.receipt import Opening, ReadingReceipt, ReadingsList
from settlement.domain.calendar import day_hours, day_of_number, month_number

HIDDEN = "the totals are hidden: the chain has not checked the rule of shared energy"
OPENED = "the totals were hidden and have been opened: the chain has checked the rule of shared energy"


def check_reading(check: Check, receipt: ReadingReceipt) -> None:
    """Checks 5 and 6 of a reading."""
    levels, report = len(receipt.proof), receipt.report
    check.require(receipt.position < 1 << levels, f"a path of {levels} levels has no leaf {receipt.position}")
    # A commitment does not tell a missing hour from one of 0 Wh: the report does.
    count = len(receipt.injected_wh)
    check.require(
        is_hidden(report) or count * HOUR_BYTES == len(report.hours),
        f"the receipt has {count} hours and its report has not",
    )
    top = root_of(receipt.position, entry_leaf(_opened(receipt)), receipt.proof)
    check.require(
        top == report.root,
        f"the readings' path ends in {hexed(top)}, the report names {hexed(report.root)}",
        f"the readings' path ends in the root of the report's list {hexed(report.root)}",
    )
    _check_report(check, receipt.configuration, report)
    check.status = "committed"
    if is_hidden(report):
        # The calendar does it instead, by which the ledger accepts an opening.
        check.require(count == _hours(report), f"the receipt has {count} hours and its day has not")
        check.status += f"; {_how_hidden(check, receipt.configuration, report)}"


def is_hidden(report: DayReport) -> bool:
    """Whether the report names only a hash of its hour totals."""
    return len(report.hours) == HASH_BYTES


def _hours(report: DayReport) -> int:
    """Hours of the day of a report that the ledger holds."""
    return day_hours(day_of_number(report.day))


def _how_hidden(check: Check, configuration: bytes, report: DayReport) -> str:
    """Whether the chain has seen the totals since."""
    (opened,) = check.view(check.trust.ledger, "isOpened(bytes32,uint32)", configuration, report.day, words=1)
    return OPENED if any(opened) else HIDDEN


def _opened(receipt: ReadingReceipt) -> Entry:
    """The list's entry that the receipt opens."""
    month = month_number(day_of_number(receipt.report.day))
    try:
        commitment = commit(receipt.blinding, receipt.injected_wh, receipt.withdrawn_wh)
    except ValueError as error:
        raise Mismatch("the receipt's blinding is no number that could hide anything") from error
    return Entry(pseudonym(receipt.salt, month, receipt.pod), commitment)


def _check_report(check: Check, configuration: bytes, report: DayReport) -> None:
    """The report is the one that the ledger holds of its day; from here on its fields are the chain's."""
    computed = report_id(report)
    (stored,) = check.view(check.trust.ledger, "reportOf(bytes32,uint32)", configuration, report.day, words=1)
    check.require(any(stored), "the ledger has no report of this configuration and day")
    check.require(
        computed == stored,
        f"the report is {hexed(computed)}, the ledger holds {hexed(stored)}: the file was changed, or the "
        "day was corrected since (then ask for a new one)",
        f"the ledger holds the report {hexed(computed)}",
    )
    _check_community(check, configuration)


def _check_community(check: Check, configuration: bytes) -> None:
    """The configuration is of the trusted vault's community: anyone may register another there."""
    (owner,) = check.view(check.trust.ledger, "communityOf(bytes32)", configuration, words=1)
    (own,) = check.view(check.trust.vault, "community()", words=1)
    check.require(
        owner == own,
        f"the report is of community {hexed(owner)}, the trusted vault serves {hexed(own)}",
        f"community {hexed(own)}",
    )


def check_list(check: Check, listed: ReadingsList) -> None:
    """Checks 5 to 8 of a list."""
    report, found = listed.report, DayList(listed.entries)
    _check_report(check, listed.configuration, report)
    check.require(
        len(listed.entries) == report.pods,
        f"the list has {len(listed.entries)} entries, the report counts {report.pods} PODs",
    )
    check.require(is_ascending(listed.entries), "the ids do not rise: an entry stands twice or out of order")
    check.require(
        found.roster == report.roster,
        f"the ids lead to {hexed(found.roster)}, the report names the roster {hexed(report.roster)}",
        f"the {report.pods} ids are the report's roster {hexed(report.roster)}",
    )
    check.require(
        found.root == report.root,
        f"the entries lead to {hexed(found.root)}, the report names {hexed(report.root)}",
        f"the entries are the report's list {hexed(report.root)}",
    )
    check.status = f"{report.pods} PODs"
    if not is_hidden(report):
        check.require(listed.opening is None, "the file opens totals that the report does not hide")
        _check_totals(check, found, report.blinding, report.hours)
        return
    if listed.opening is None:
        check.status += ", which cannot be compared with totals: the file does not open them"
    else:
        _check_opening(check, report, listed.opening)
        _check_totals(check, found, listed.opening.blinding, listed.opening.hours)
    check.status += f"; {_how_hidden(check, listed.configuration, report)}"


def _check_opening(check: Check, report: DayReport, opening: Opening) -> None:
    """Check 8: salt and totals are those whose hash stands in the report, and fit the day."""
    computed = keccak256(opening.salt + opening.hours)
    check.require(
        computed == report.hours,
        f"salt and totals of the opening give {hexed(computed)}, the report hides {hexed(report.hours)}",
        f"salt and totals of the opening are those that the report hides as {hexed(report.hours)}",
    )
    hours = _hours(report)
    check.require(
        len(opening.hours) == hours * HOUR_BYTES, f"the opened totals are not those of a day of {hours} hours"
    )


def _check_totals(check: Check, found: DayList, blinding: bytes, hours: bytes) -> None:
    """Last check: the homomorphic sum opens to the totals."""
    try:
        injected, withdrawn = decode_hours(hours)
        adds_up = found.adds_up_to(blinding, injected, withdrawn)
    except ValueError as error:
        raise Mismatch(f"the commitments cannot be added up: {error}") from error
    check.require(
        adds_up,
        "the commitments do not add up to the hour totals of the report: the reporters signed a wrong report",
        f"all commitments together open to the {2 * len(injected)} hour totals",
    )
    check.status += f" together: {sum(injected)} Wh injected, {sum(withdrawn)} Wh withdrawn"
