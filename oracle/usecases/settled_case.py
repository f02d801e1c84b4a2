"""The files behind a closed period again: exactly those whose hashes its evidence names."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from oracle.errors import EvidenceLost
from oracle.work import ReadingWork
from settlement.casefile import manifest, read_community, write_case
from settlement.casefile.manifest import FILES
from settlement.domain.case import Case
from settlement.domain.records import StoredSettlement
from settlement.usecases.load_case import load_case

DOCUMENT_FILE = "settlement.json"


def settled_files(work: ReadingWork, settlement: StoredSettlement) -> Mapping[str, bytes]:
    """Contents of the settled case's files, settlement.json among them, by name.

    Raises EvidenceLost, naming the files that differ, when what is stored gives other bytes than were hashed:
    for a period that was closed before terms were kept and whose members have changed since.
    """
    differing: list[str] = []
    for case in _cases(work, settlement):
        files, found = _written(case, settlement.document)
        if found == settlement.manifest:
            return files
        differing = differing or _differing(found, settlement.manifest)
    raise EvidenceLost(
        f"the case of {settlement.start:%Y-%m-%d} to {settlement.end:%Y-%m-%d} cannot be made again: "
        f"{' and '.join(differing)} would differ from what was hashed when the period was closed"
    )


def _cases(work: ReadingWork, settlement: StoredSettlement) -> Iterator[Case]:
    """The case with the terms that were kept; without them, with the present ones and either revenue."""
    period = (settlement.community_id, settlement.start, settlement.end, settlement.as_of)
    if settlement.terms is None:
        yield load_case(work, *period)
        yield load_case(work, *period, settlement.revenue_micro_eur)
        return
    with tempfile.TemporaryDirectory(prefix="condivisa-terms-") as name:
        (Path(name) / "community.toml").write_bytes(settlement.terms)
        community, findings = read_community(Path(name))
    assert community is not None, f"the terms of a settled period have no findings, got {findings}"
    yield load_case(work, *period, settled=community)


def _written(case: Case, document: bytes) -> tuple[Mapping[str, bytes], bytes]:
    with tempfile.TemporaryDirectory(prefix="condivisa-pack-") as name:
        folder = Path(name)
        write_case(case, folder)
        (folder / DOCUMENT_FILE).write_bytes(document)
        files = {file: (folder / file).read_bytes() for file in FILES}
    return files, manifest(files)


def _differing(found: bytes, hashed: bytes) -> list[str]:
    lines = zip(found.decode().splitlines(), hashed.decode().splitlines(), strict=True)
    return [here.split()[-1] for here, there in lines if here != there]
