"""XML of foreign hands as a stream: one record after the other, no document type, no entity, bounded.

Only the record being read is in memory, and what stands outside of records.
"""

from collections.abc import Callable, Collection
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from oracle.sources.content import Content, too_large
from settlement.domain.findings import Finding

DEPTH_MAX = 20
RECORD_ELEMENTS_MAX = 300_000
"""A year of quarter-hours as single points is 35,136 of three elements."""
OUTSIDE_ELEMENTS_MAX = 1_000
TEXT_MAX_CHARACTERS = 10_000
BLOCK_BYTES = 1 << 16
_LINE = "{condivisa}line"


class _Refused(Exception):  # noqa: N818 - named as the fact that it states
    """Beyond what any such file has; the text says how."""


class _Target:
    """Builds one record at a time and hands it over."""

    def __init__(self, records: Collection[str], take: Callable[[Element], None]) -> None:
        self.records, self.take = records, take
        self.parser: Any = None
        self.stack: list[Element] = []
        self.record: Element | None = None
        self.inside = self.outside = 0
        self.root: Element | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.stack) >= DEPTH_MAX:
            raise _Refused(f"elements lie more than {DEPTH_MAX} deep")
        element = Element(tag.rpartition("}")[2], attributes)
        element.set(_LINE, str(self.parser.parser.CurrentLineNumber))
        if self.record is None and element.tag in self.records:
            self.record, self.inside = element, 0
        elif self.stack:
            self.stack[-1].append(element)
        self._count()
        self.root = element if self.root is None else self.root
        self.stack.append(element)

    def _count(self) -> None:
        if self.record is not None:
            self.inside += 1
        else:
            self.outside += 1
        if self.inside > RECORD_ELEMENTS_MAX or self.outside > OUTSIDE_ELEMENTS_MAX:
            raise _Refused("a record or the header holds more elements than any such file")

    def data(self, text: str) -> None:
        element = self.stack[-1]
        element.text = (element.text or "") + text if len(element) == 0 else element.text
        if element.text is not None and len(element.text) > TEXT_MAX_CHARACTERS:
            raise _Refused(f"a text has more than {TEXT_MAX_CHARACTERS} characters")

    def end(self, tag: str) -> None:
        del tag
        if self.stack.pop() is self.record:
            finished, self.record = self.record, None
            assert finished is not None
            self.take(finished)

    def close(self) -> Element | None:
        return self.root


def stream_xml(
    content: Content, records: Collection[str], take: Callable[[Element], None]
) -> Element | Finding:
    """The root without its records, each of which `take` was given in order; or why the file is refused.

    Names have no namespace here. `take` may have had some records before a file proves to be damaged.
    """
    large = too_large(content)
    if large is not None:
        return large
    target = _Target(records, take)
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    target.parser = parser
    try:
        for begin in range(0, len(content.raw), BLOCK_BYTES):
            parser.feed(content.raw[begin : begin + BLOCK_BYTES])
        root = parser.close()
    except DefusedXmlException:
        return Finding(content.name, 1, "a document type or an entity stands in the file: it is refused")
    except _Refused as error:
        return Finding(content.name, 1, f"{error}: the file is refused")
    except ParseError as error:
        return Finding(
            content.name, error.position[0], "the file is not XML, or ends too early: get it again"
        )
    except (ValueError, LookupError):
        return Finding(content.name, 1, "the file's encoding is unknown: UTF-8 is read")
    assert isinstance(root, Element)
    return root


def line_of(element: Element) -> int:
    """Where the element begins."""
    return int(element.get(_LINE, "1"))


def text_at(element: Element, path: str) -> str:
    """The text of the first element at a path, without blanks around it; "" where there is none."""
    return (element.findtext(path) or "").strip()
