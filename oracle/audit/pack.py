"""An evidence pack from first to last: every figure of it computed again from its own inputs.

Order of checks: 1 the archive's members are those of its manifest; 2 the rules are those of the auditor's own
copy; 3 each settlement, figure by figure; 4 the evidence; 5 receipts; 6 the division; 7 the payout tree;
8 what the vault is said to have settled; 9 the days' lists. The first difference ends it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from oracle.audit.accounts import Accounts
from oracle.audit.days import FOLDER as DAYS
from oracle.audit.days import Days, Place, PostedDay, octets
from oracle.audit.differences import Difference, PackUnreadable, Trail, require_same
from oracle.audit.division import DIVISION_FILE, Division, Receipt, divide_again, read_receipt
from oracle.audit.ledger import HASH_BYTES, seal
from oracle.audit.numbers import fixed
from oracle.audit.rome import text_of
from oracle.audit.rules import OVERRIDDEN, RuleBook, require_own_rules
from oracle.audit.settled import HEAD, MonthSum, Top, check_settled, check_tree, month_sums, read_place
from oracle.audit.statement import CASE_FILES, Statement, settle
from oracle.audit.texts import Document, Table, canonical, read_json

KIND = "condivisa/evidence-pack/1"
NOTICE = "Confidential: members' readings, and who is paid what. For auditors of the community alone."
MANIFEST, TREE_FILE, SETTLED_FILE = "manifest.json", "tree.json", "settled.json"
RULES, SETTLEMENTS, CORRECTIONS, RECEIPTS = "rules/", "settlements/", "corrections/", "receipts/"
EVIDENCE_FILE = "manifest.sha256"
_PLACE = ("chain_id", "ledger", "vault", "distribution")

Files = Mapping[str, bytes]


class PackFacts(NamedTuple):
    """What a pack that holds together says of the chain; money in micro-euro, energy in Wh.

    `vault` and `ledger` are 0x text in lower case. `shared_wh` is the energy of all settlements.
    """

    chain_id: int
    vault: str
    ledger: str
    community: bytes
    distribution: int
    transaction: bytes
    block: int
    block_hash: bytes
    evidence: bytes
    top: Top
    seal: bytes
    division: Division
    receipts: tuple[Receipt, ...]
    months: tuple[MonthSum, ...]
    days: tuple[PostedDay, ...]
    shared_wh: int


class Audit(NamedTuple):
    """How a recomputation ended; without `difference`, `facts` are what the chain can be asked about."""

    title: str
    compared: tuple[str, ...]
    difference: str | None
    facts: PackFacts | None


def audit(files: Files, own_rules: Files) -> Audit:
    """Recompute a pack. `own_rules` are the auditor's rule files, never the pack's. Raises PackUnreadable."""
    manifest = _manifest(files)
    trail = Trail()
    title, facts, difference = "evidence pack", None, None
    try:
        title = f"evidence pack of distribution {manifest.get('distribution', int)}"
        facts = _Pack(files, manifest, trail).facts(own_rules)
    except Difference as error:
        difference = str(error)
    return Audit(title, tuple(trail.compared), difference, facts)


def _manifest(files: Files) -> Table:
    if MANIFEST not in files:
        raise PackUnreadable(f'has no member "{MANIFEST}": it is no evidence pack')
    try:
        values = read_json(MANIFEST, files[MANIFEST])
    except Difference as error:
        raise PackUnreadable(f"is no evidence pack: {error}") from error
    if values.get("kind") != KIND:
        raise PackUnreadable(f'is no pack of kind "{KIND}" (its kind is {values.get("kind")!r:.60})')
    return Table(MANIFEST, values)


class _Pack:
    """The steps of one audit, in their order."""

    def __init__(self, files: Files, manifest: Table, trail: Trail) -> None:
        self._files, self._manifest, self._trail = files, manifest, trail
        self._number: int = manifest.get("distribution", int)

    def facts(self, own_rules: Files) -> PackFacts:
        self._check_members()
        books = self._book(), RuleBook(own_rules)
        statements = self._settlements(SETTLEMENTS, *books)
        if not statements:
            raise self._manifest.fail("settlements", "is empty")
        _check_sequence(statements)
        evidence = self._evidence(statements)
        correcting = self._settlements(CORRECTIONS, *books)
        receipts = self._receipts(statements[0].community.name)
        division = self._division(receipts, statements, self._correcting(correcting))
        settled = self._table(SETTLED_FILE)
        place = self._place(settled)
        top = self._tree(place, division)
        months = month_sums(place, statements)
        check_settled(settled, place, self._number, division, top, receipts, months, evidence)
        self._trail.done(f"{SETTLED_FILE}: evidence, root, sums, receipts and months are those recomputed")
        days = self._days(place, statements)
        return PackFacts(
            chain_id=place.chain_id,
            vault="0x" + place.vault.hex(),
            ledger="0x" + place.ledger.hex(),
            community=place.community,
            distribution=self._number,
            transaction=octets(settled, "transaction", HASH_BYTES),
            block=settled.get("block", int),
            block_hash=octets(settled, "block_hash", HASH_BYTES),
            evidence=evidence,
            top=top,
            seal=seal(top.root, top.funded),
            division=division,
            receipts=tuple(receipts),
            months=tuple(months),
            days=tuple(days),
            shared_wh=sum(int(row.document["shared_wh"]) for row in statements),
        )

    def _check_members(self) -> None:
        """Check 1: no member more, none less, none changed."""
        self._manifest.only(
            *("kind", "notice", "community", *_PLACE, "head", "evidence", "settlements", "corrections"),
            "files",
        )
        others = {name: content for name, content in self._files.items() if name != MANIFEST}
        found = {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}
        require_same(MANIFEST, "files", self._manifest.get("files", dict), found)
        require_same(MANIFEST, "notice", self._manifest.text("notice"), NOTICE)
        if canonical(self._manifest.values) != self._files[MANIFEST]:
            raise Difference(f"{MANIFEST}: the file is not in its canonical form")
        wanted = {TREE_FILE, SETTLED_FILE, DIVISION_FILE}
        for name in sorted(wanted - found.keys()):
            raise Difference(f"{name}: the file is missing")
        for name in sorted(found.keys() - wanted):
            if not name.startswith((RULES, SETTLEMENTS, CORRECTIONS, RECEIPTS, DAYS)):
                raise Difference(f"{name}: the file does not belong into a pack")
        self._trail.done(f"manifest: {len(found)} files have the SHA-256 that it names")

    def _table(self, name: str) -> Table:
        return Table(name, read_json(name, self._files[name]))

    def _folder(self, folder: str) -> list[str]:
        """Members of a folder, numbered ones in the order of their numbers."""
        return sorted((name for name in self._files if name.startswith(folder)), key=_by_number)

    def _require_folder(self, folder: str, names: Sequence[str]) -> None:
        expected = sorted((folder + name for name in names), key=_by_number)
        require_same(MANIFEST, f"files of {folder}", self._folder(folder), expected)

    def _book(self) -> RuleBook:
        return RuleBook({name.removeprefix(RULES): self._files[name] for name in self._folder(RULES)})

    def _settlements(self, parent: str, book: RuleBook, own: RuleBook) -> list[Statement]:
        """Checks 2 and 3, for the distribution's settlements and for others that corrections divide by."""
        statements = list[Statement]()
        count = len(self._manifest.tables(parent.rstrip("/")))
        names = (*CASE_FILES, EVIDENCE_FILE)
        self._require_folder(parent, [f"{at}/{name}" for at in range(1, count + 1) for name in names])
        for at in range(1, count + 1):
            folder = f"{parent}{at}/"
            statement = settle(folder, {name: self._files[folder + name] for name in CASE_FILES}, book)
            terms = statement.community
            require_own_rules(statement.rules, own.resolve(terms.rule_set, terms.overrides, terms.days))
            self._compare(folder, statement)
            statements.append(statement)
        return statements

    def _compare(self, folder: str, statement: Statement) -> None:
        name, terms = f"{folder}settlement.json", statement.community
        told = read_json(name, self._files[name])
        reworded = _take_wording(told, statement)
        require_same(name, "", told, statement.document)
        if canonical(statement.document) != self._files[name]:
            raise Difference(f"{name}: the file is not in its canonical form")
        used = statement.rules.parameters
        doubtful = ", ".join(sorted(key for key, row in used.items() if not row.verified))
        self._trail.done(
            f"rules of {terms.rule_set}: {len(used)} parameters, figures as in the auditor's own copy"
            + (f"; not verified at their source: {doubtful}" if doubtful else "")
            + (f"; source or status worded otherwise when settled: {', '.join(reworded)}" if reworded else "")
        )
        self._trail.done(
            f"{name}: {text_of(terms.start)} to {text_of(terms.end)}, {len(terms.members)} members: "
            f"{statement.document['shared_wh']} Wh shared, premium {statement.document['premium_eur']} EUR"
        )

    def _evidence(self, statements: Sequence[Statement]) -> bytes:
        """Check 4: the manifest of each case, its hash, and the hash over those of several."""
        digests = self._digests(SETTLEMENTS, statements)
        together = "".join(f"{digest.hex()}\n" for digest in digests)
        found = digests[0] if len(digests) == 1 else hashlib.sha256(together.encode()).digest()
        require_same(MANIFEST, "evidence", self._manifest.text("evidence"), "0x" + found.hex())
        self._trail.done(f"evidence: 0x{found.hex()}")
        return found

    def _correcting(self, statements: Sequence[Statement]) -> dict[str, Statement]:
        """Settlements of corrections by their evidence, which no event names."""
        name = self._manifest.text("community")
        for row in statements:
            require_same(MANIFEST, "community", row.community.name, name)
        digests = self._digests(CORRECTIONS, statements)
        return {"0x" + digest.hex(): row for digest, row in zip(digests, statements, strict=True)}

    def _digests(self, parent: str, statements: Sequence[Statement]) -> list[bytes]:
        """SHA-256 of each case's manifest, which names its files' SHA-256."""
        digests, rows = list[bytes](), []
        for at, statement in enumerate(statements, start=1):
            folder = f"{parent}{at}/"
            own = {name: hashlib.sha256(self._files[folder + name]).hexdigest() for name in CASE_FILES}
            lines = "".join(f"{digest}  {name}\n" for name, digest in own.items()).encode()
            require_same(folder + EVIDENCE_FILE, "content", self._files[folder + EVIDENCE_FILE], lines)
            digests.append(hashlib.sha256(lines).digest())
            start, end = text_of(statement.community.start), text_of(statement.community.end)
            rows.append({"from": start, "to": end, "evidence": "0x" + digests[-1].hex()})
        key = parent.rstrip("/")
        require_same(MANIFEST, key, self._manifest.get(key, list, []), rows)
        return digests

    def _receipts(self, community: str) -> list[Receipt]:
        """Check 5."""
        require_same(MANIFEST, "community", self._manifest.text("community"), community)
        names = self._folder(RECEIPTS)
        self._require_folder(RECEIPTS, [f"{at}.json" for at in range(1, len(names) + 1)])
        receipts = [read_receipt(name, self._files[name], community) for name in names]
        total = sum(receipt.net_micro_eur for receipt in receipts)
        self._trail.done(f"receipts: {len(receipts)}, {fixed(total, 6)} EUR net")
        return receipts

    def _division(
        self,
        receipts: Sequence[Receipt],
        statements: Sequence[Statement],
        correcting: Mapping[str, Statement],
    ) -> Division:
        """Check 6."""
        rows = self._manifest.tables("settlements")
        named = {row.text("evidence"): one for row, one in zip(rows, statements, strict=True)}
        found = divide_again(self._files[DIVISION_FILE], self._number, receipts, named, correcting)
        self._trail.done(
            f"{DIVISION_FILE}: {fixed(found.amount, 6)} EUR, of which {fixed(found.pool, 6)} EUR over "
            f"{len(found.leaves)} leaves, carry {fixed(found.carry, 6)} EUR{_beside(found.accounts)}"
        )
        return found

    def _place(self, settled: Table) -> Place:
        """Manifest and settled.json name the same place."""
        own = {key: settled.values.get(key) for key in _PLACE}
        own["head"] = {key: settled.values.get(key) for key in HEAD}
        for key, value in own.items():
            told = self._manifest.values.get(key)
            if told != value:
                raise Difference(f"{MANIFEST}: {key} is {told}, {SETTLED_FILE} says {value}")
        return read_place(settled)

    def _tree(self, place: Place, division: Division) -> Top:
        """Check 7."""
        top = check_tree(self._table(TREE_FILE), place, self._number, division)
        self._trail.done(f"{TREE_FILE}: root 0x{top.root.hex()} promises {fixed(top.funded, 6)} EUR")
        return top

    def _days(self, place: Place, statements: Sequence[Statement]) -> list[PostedDay]:
        """Check 9."""
        checker, found = Days(place, statements), list[PostedDay]()
        for name in sorted(self._folder(DAYS)):
            if name.count("/") != 2 or not name.endswith(".json"):
                raise Difference(f"{name}: the file does not belong into a pack")
            found.append(checker.check(name, self._files[name]))
        hidden = sum(not day.compared for day in found)
        self._trail.done(
            f"{DAYS}: {len(found)} lists have the PODs and the hour totals of the readings"
            + (f"; {hidden} hide their totals, which were not compared" if hidden else "")
        )
        return found


def _take_wording(told: Document, statement: Statement) -> list[str]:
    """Put the told source and status of each parameter into the recomputed document; which ones differ.

    A later version may know a better source for the same value, and the settlement keeps what it said.
    """
    rules = told.get("rules")
    rows = rules.get("parameters_used") if isinstance(rules, dict) else None
    found, differing = statement.document["rules"]["parameters_used"], []
    for name, parameter in statement.rules.parameters.items():
        row = rows.get(name) if isinstance(rows, dict) else None
        if parameter.source == OVERRIDDEN or not isinstance(row, dict):
            continue
        source, verified = row.get("source"), row.get("verified")
        if isinstance(source, str) and source and isinstance(verified, bool):
            if (source, verified) != (parameter.source, parameter.verified):
                differing.append(name)
            found[name] |= {"source": source, "verified": verified}
    return differing


def _beside(accounts: Accounts) -> str:
    """What a division starts from beside balances, where there is any."""
    told = accounts.corrections - accounts.divided_again
    parts = [
        (accounts.outside, f"{fixed(accounts.outside, 6)} EUR of the balances lie outside the pool"),
        (accounts.divided_again, f"{accounts.divided_again} corrections divided again"),
        (told, f"{told} corrections by settlements that are not in the pack, which were not computed"),
    ]
    return "".join(f"; {sentence}" for value, sentence in parts if value)


def _by_number(name: str) -> tuple[int, str]:
    return len(name), name


def _check_sequence(statements: Sequence[Statement]) -> None:
    """Settlements of one community, by period, no hour twice."""
    for before, after in pairwise(row.community for row in statements):
        require_same(MANIFEST, "community", after.name, before.name)
        if after.start < before.end:
            raise Difference(f"{MANIFEST}: two settlements share an hour, which would count twice")
