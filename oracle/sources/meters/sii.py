"""Flows of the Sistema Informativo Integrato with quarter-hours: PDO and RFO, also of the second generation.

`<FlussoMisure CodFlusso="PDO2G">`, a `DatiPod` for each POD and month, `<Ea E1="0,058" …>25</Ea>` for each
day. Energies are in kWh with a comma and are multiplied by Ka. The file's name must say what its header says
(checks 903, 904 and 905 of the SII). Rectifications (RFO) stand in the place of what was sent before.

No real file was at hand. That the text of Ea is the day, that Ka multiplies the curve and which slots the
two days without 96 quarter-hours use is inferred: a note says so where it matters.
"""

import re
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from oracle.sources.content import Content
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.slots import ORDINARY, SLOTS_MAX, UNVERIFIED, placed, quarter_starts, quarters_of
from oracle.sources.xml_stream import line_of, stream_xml, text_at
from settlement.domain.case import WH_MAX, Direction
from settlement.domain.findings import Finding, quote

NAME = "SII flow (PDO, RFO)"
ROOTS = ("FlussoMisure", "FlussoMisureR", "FlussoDati")
PERIODIC, RECTIFYING = ("PDO", "PDO2G"), ("RFO", "RFO2G")
NAME_PARTS_MIN = 6
NAME_SHAPE = "<VAT of distributor>_<VAT of user>_<yyyymm>_<flow>_<timestamp>_<contract>.xml"
_POD = re.compile(r"IT[0-9]{3}E[0-9A-Z]{8,9}", re.ASCII)
_MONTH = re.compile(r"(0[1-9]|1[0-2])/(20[0-9]{2})", re.ASCII)
_SLOT = re.compile(r"E([1-9][0-9]{0,2})", re.ASCII)
_FACTOR = re.compile(r"[0-9]{1,6}(,[0-9]{1,6})?", re.ASCII)
_FACTOR_DECIMALS = 6
_ONE = 1_000_000


def detect(content: Content) -> str | None:
    """XML whose root is a flow of measures."""
    if not content.head.lstrip().startswith("<"):
        return "it does not begin as XML"
    return None if any(f"<{root}" in content.head for root in ROOTS) else f"no root is {', '.join(ROOTS)}"


def read(content: Content, options: Options) -> MeterFile:
    """A register for each POD."""
    reader = _Reader(content, options)
    root = stream_xml(content, {"DatiPod"}, reader.take)
    if isinstance(root, Finding):
        return refused(content, NAME, root)
    reader.check(root)
    return reader.gathering.finish()


class _Reader:
    """Takes one POD after the other; the header is judged at the end, when all of it is known."""

    def __init__(self, content: Content, options: Options) -> None:
        self.content = content
        self.direction = options.direction or Direction.WITHDRAWN
        self.blank_is_zero = options.blank_is_zero
        self.gathering = Gathering(content.name, NAME, Clock(minutes=15))
        self.months: set[str] = set()
        self._rectified: list[tuple[str, int, str, str]] = []

    def take(self, record: Element) -> None:
        """One DatiPod."""
        line, pod = line_of(record), text_at(record, "Pod")
        factor = _factor(text_at(record, "DatiPdp/Ka"))
        month = _month(record)
        if not _POD.fullmatch(pod):
            self.gathering.fault(line, f"Pod {quote(pod)} has not the form of a POD code")
        elif factor is None:
            self.gathering.fault(
                line, f"Ka {quote(text_at(record, 'DatiPdp/Ka'))} is not a factor like 1 or 1,5"
            )
        elif month is None:
            shown = quote(text_at(record, "MeseAnno") or text_at(record, "DataMisura"))
            self.gathering.fault(line, f"MeseAnno or DataMisura {shown} names no month like 10/2026")
        else:
            self.months.add(f"{month[0]}{month[1]:02d}")
            reason = text_at(record, "Motivazione") or text_at(record, "TipoRettifica")
            self._rectified.append((pod, line, reason, text_at(record, "DataRilevazione")))
            if factor != _ONE:
                self.gathering.note(
                    line, f"{pod}: energies were multiplied by Ka {text_at(record, 'DatiPdp/Ka')}"
                )
            for measure in record.iterfind("Misura"):
                self._measure(pod, month, factor, measure)

    def _measure(self, pod: str, month: tuple[int, int], factor: int, measure: Element) -> None:
        kind, valid = text_at(measure, "TipoDato"), text_at(measure, "Validato")
        if kind not in ("", "E", "S"):
            self.gathering.fault(
                line_of(measure), f"TipoDato {quote(kind)} is neither E (measured) nor S (estimated)"
            )
            return
        estimated = kind == "S" or valid == "N"
        seen: set[date] = set()
        for element in measure.iterfind("Ea"):
            day = _day(month, (element.text or "").strip())
            if day is None or day in seen:
                fault = "names no day of the month" if day is None else "names a day again"
                self.gathering.fault(line_of(element), f"Ea {quote((element.text or '').strip())} {fault}")
                continue
            seen.add(day)
            self._day(pod, day, factor, element, estimated)

    def _day(self, pod: str, day: date, factor: int, element: Element, estimated: bool) -> None:
        line = line_of(element)
        filled = dict(_filled(element))
        width = max(filled, default=0)
        if width > SLOTS_MAX:
            self.gathering.fault(line, f"Ea has the slot E{width}; a day has at most {SLOTS_MAX}")
            return
        found = placed(day, filled, width)
        if isinstance(found, str):
            self.gathering.fault(line, found)
            return
        quarters = quarters_of(day)
        if quarters != ORDINARY:
            self.gathering.note(line, UNVERIFIED.format(count=quarters))
        if len(found) < quarters:
            self.gathering.note(line, f"{pod}: {quarters - len(found)} quarter-hours of {day} are blank")
        starts = quarter_starts(day, quarters)
        key = (pod, self.direction, "")
        for position, text in found.items():
            nano = _times(nano_wh(text, decimal_mark=","), factor)
            if isinstance(nano, str):
                self.gathering.fault(
                    line, f"the energy {quote(text)} of quarter-hour {position + 1} is {nano}"
                )
            else:
                self.gathering.add(key, starts[position], nano, estimated, line)
        for position in range(quarters) if self.blank_is_zero else ():
            if position not in found:
                self.gathering.add(key, starts[position], 0, True, line)

    def check(self, root: Element) -> None:
        """The root's flow, and the header against the file's name."""
        flow = root.get("CodFlusso", "")
        if root.tag not in ROOTS or flow not in PERIODIC + RECTIFYING:
            known = ", ".join(PERIODIC + RECTIFYING)
            self.gathering.fault(
                line_of(root), f"the flow {quote(flow)} of {quote(root.tag)} is none of {known}"
            )
            return
        self._check_name(root, flow)
        for pod, line, reason, noted in self._rectified if flow in RECTIFYING else ():
            self.gathering.rectified.add((pod, self.direction))
            told = f"reason {reason or 'not given'}, DataRilevazione {noted or 'not given'}"
            self.gathering.note(
                line, f"{pod}: a rectification ({told}) stands in the place of earlier readings"
            )

    def _check_name(self, root: Element, flow: str) -> None:
        parts = self.content.name.removesuffix(".xml").removesuffix(".XML").split("_")
        if len(parts) < NAME_PARTS_MIN:
            sentence = (
                f"the name has {len(parts)} parts, not {NAME_SHAPE}: give the file the name it was sent with"
            )
            self.gathering.fault(1, sentence)
            return
        header = {name: text_at(root, f"IdentificativiFlusso/{name}") for name in (
            "PIvaDistributore", "PIvaUtente", "CodContrDisp"
        )}  # fmt: skip
        stated = {"PIvaDistributore": parts[0], "PIvaUtente": parts[1], "CodContrDisp": "_".join(parts[5:])}
        codes = {"PIvaDistributore": 903, "PIvaUtente": 904, "CodContrDisp": 905}
        for name, in_name in stated.items():
            if header[name] != in_name:
                self.gathering.fault(
                    line_of(root),
                    f"{name} is {quote(header[name])} in the header and {quote(in_name)} in the file's name "
                    f"(SII check {codes[name]}): get the file again from its sender",
                )
        if parts[3] != flow:
            self.gathering.fault(
                line_of(root), f"the flow is {flow} in the header and {quote(parts[3])} in the name"
            )
        for month in sorted(self.months - {parts[2]}) if flow in PERIODIC else ():
            self.gathering.fault(
                line_of(root), f"the file holds the month {month}, its name says {quote(parts[2])}"
            )


def _filled(element: Element) -> Iterator[tuple[int, str]]:
    """Values that are not blank by slot."""
    for name, text in element.attrib.items():
        match = _SLOT.fullmatch(name)
        if match and text.strip():
            yield int(match[1]), text.strip()


def _month(record: Element) -> tuple[int, int] | None:
    """Year and month of MeseAnno, or of DataMisura."""
    text = text_at(record, "MeseAnno") or text_at(record, "DataMisura")[3:]
    match = _MONTH.fullmatch(text)
    return (int(match[2]), int(match[1])) if match else None


def _day(month: tuple[int, int], text: str) -> date | None:
    try:
        return date(*month, int(text)) if text.isascii() and text.isdigit() and len(text) <= 2 else None
    except ValueError:
        return None


def _factor(text: str) -> int | None:
    """Ka in millionths; 1 where the file does not state it."""
    if not text:
        return _ONE
    if not _FACTOR.fullmatch(text):
        return None
    whole, _, fraction = text.partition(",")
    micro = int(whole + fraction.ljust(_FACTOR_DECIMALS, "0"))
    return micro or None


def _times(nano: int | str, factor: int) -> int | str:
    """The energy times Ka, half-up to a billionth of a Wh."""
    if isinstance(nano, str):
        return nano
    product = (2 * nano * factor + _ONE) // (2 * _ONE)
    return product if product <= WH_MAX * 10**9 else f"above {WH_MAX} Wh once multiplied by Ka"
