"""All formats of meter files, and the one way to read a file whatever its format is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from oracle.sources.content import Content, content_of, read_content, unzip
from oracle.sources.meters import (
    canonical,
    contract,
    datadis,
    dsmr_reader,
    e_distribuzione,
    e_redes,
    eegfaktura,
    fluvius,
    generic,
    nem12,
    sii,
    solar_edge,
)
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from settlement.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class Format:
    """A format: `detect` gives None for its files, else why not; `read` gives what a file says."""

    name: str
    detect: Callable[[Content], str | None]
    read: Callable[[Content, Options], MeterFile]


FORMATS = tuple(
    Format(module.NAME, module.detect, module.read)
    for module in (
        canonical,
        contract,
        e_distribuzione,
        sii,
        e_redes,
        fluvius,
        nem12,
        datadis,
        dsmr_reader,
        solar_edge,
        eegfaktura,
    )
)
BY_MAPPING = Format(generic.NAME, generic.detect, generic.read)


def why_not(content: Content) -> list[tuple[str, str]]:
    """The reason of each format that the file is not, also of the one by a mapping."""
    return [(row.name, reason) for row in (*FORMATS, BY_MAPPING) if (reason := row.detect(content))]


def format_of(content: Content) -> Format | None:
    """The format whose file this is."""
    return next((row for row in FORMATS if row.detect(content) is None), None)


def read_meter_file(path: Path, options: Options | None = None) -> MeterFile:
    """What the file says; with a mapping in the options it is read by that, else by the format it shows.

    A ZIP archive is read as the files in it, each by its own format. What cannot be read is a finding.
    """
    content = read_content(path)
    if isinstance(content, Finding):
        return MeterFile(path.name, "", findings=(content,))
    return read_meter_content(content, options or Options())


def read_meter_bytes(name: str, raw: bytes, options: Options | None = None) -> MeterFile:
    """The same for bytes that came otherwise."""
    content = content_of(name, raw)
    if isinstance(content, Finding):
        return MeterFile(name, "", findings=(content,))
    return read_meter_content(content, options or Options())


def read_meter_content(content: Content, options: Options) -> MeterFile:
    """The same for content at hand."""
    if not content.raw.strip():
        return refused(content, "", Finding(content.name, 1, "the file is empty"))
    if content.is_zip and not content.is_workbook:
        return _archive(content, options)
    found = BY_MAPPING if options.mapping is not None else format_of(content)
    if found is None:
        return refused(content, "", [unknown(content)])
    return found.read(content, options)


def unknown(content: Content) -> Finding:
    """Why the file is of no known format."""
    remedy = "`condivisa readings detect` says why for each; a table of another layout needs a --mapping"
    return Finding(content.name, 1, f"the file is of none of the {len(FORMATS)} known formats: {remedy}")


def _archive(content: Content, options: Options) -> MeterFile:
    members = unzip(content)
    if isinstance(members, Finding):
        return refused(content, "ZIP", members)
    if not members:
        return refused(content, "ZIP", Finding(content.name, 1, "the archive holds no file"))
    files = []
    for member in members:
        if member.is_zip and not member.is_workbook:
            nested = Finding(member.name, 1, "an archive in an archive: unpack it once")
            files.append(refused(member, "ZIP", nested))
        else:
            files.append(read_meter_content(member, options))
    names = " and ".join(dict.fromkeys(file.format for file in files if file.format))
    whole = MeterFile(content.name, f"ZIP of {names}" if names else "ZIP")
    return replace(
        whole,
        registers=tuple(row for file in files for row in file.registers),
        findings=tuple(sorted(row for file in files for row in file.findings)),
        notes=tuple(sorted(row for file in files for row in file.notes)),
    )
