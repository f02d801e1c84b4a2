"""Fields of ISO 20022 messages, as the readers of bank files take them; each defect knows its line."""

import re
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from settlement.bankfile.xml_tree import line_of, local_name
from settlement.domain.bank_statement import REFERENCE_MAX_CHARACTERS, plain
from settlement.domain.decimals import parse_scaled
from settlement.domain.findings import quote
from settlement.domain.rounding import MICRO_EUR_PER_CENT

AMOUNT_MAX_MICRO_EUR = 10**12 * 1_000_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Faulty(Exception):  # noqa: N818 - a defect of the file, turned into a finding where it is caught
    """What is wrong with an element."""

    def __init__(self, element: Element, sentence: str) -> None:
        super().__init__(sentence)
        self.line, self.sentence = line_of(element), sentence


def amount_at(parent: Element, element: Element | None) -> int:
    """Micro-euro; Raises Faulty for another currency, a fraction of a cent, and what is no number."""
    if element is None:
        raise Faulty(parent, f"{local_name(parent)} has no amount (Amt)")
    currency, text = element.get("Ccy", ""), plain(element.text)
    if currency != "EUR":
        raise Faulty(element, f"the amount is in {quote(currency)}: only entries in EUR are read")
    amount = parse_scaled(text, 6)
    if amount is None or amount % MICRO_EUR_PER_CENT or amount >= AMOUNT_MAX_MICRO_EUR:
        raise Faulty(element, f"the amount (Amt) {quote(text)} is not one in whole cents")
    return amount


def day_at(element: Element, what: str, *texts: str | None) -> date:
    """The first day that is given, of a day or an instant. Raises Faulty where it is none."""
    text = plain(next((text for text in texts if text), None))[:10]
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise Faulty(element, f"the {what} {quote(text)} is no day like 2024-12-05")
    return day


def reference_at(element: Element, *texts: str | None) -> str | None:
    """The first that is given. Raises Faulty where it is longer than any bank's."""
    found = next((text for text in map(plain, texts) if text), None)
    if found is not None and len(found) > REFERENCE_MAX_CHARACTERS:
        longest = f"more than {REFERENCE_MAX_CHARACTERS} characters"
        raise Faulty(element, f"the reference {quote(found)} has {longest}")
    return found


def children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if local_name(child) == name)


def all_at(element: Element, *path: str) -> list[Element]:
    found = [element]
    for name in path:
        found = [child for parent in found for child in children(parent, name)]
    return found


def one_at(element: Element, *path: str) -> Element | None:
    return next(iter(all_at(element, *path)), None)


def text_at(element: Element, *path: str) -> str | None:
    found = one_at(element, *path)
    return None if found is None else found.text
