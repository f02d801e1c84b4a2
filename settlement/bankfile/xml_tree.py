"""XML from outside: no document type, no entity, no reference to elsewhere; each element knows its line."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from settlement.domain.findings import Finding

_LINE = "{condivisa}line"
DEPTH_MAX = 60
ELEMENTS_MAX = 500_000
"""More than any statement of 16 MiB has, and what a machine holds easily."""


class _Bomb(Exception):  # noqa: N818 - named as the fact that it states
    """Elements beyond what any statement has; the text says how."""


class _Builder(TreeBuilder):
    """Notes the line of each element and stops at bombs."""

    def __init__(self) -> None:
        super().__init__()
        self.parser: Any = None
        self.depth = self.elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self.depth += 1
        self.elements += 1
        if self.depth > DEPTH_MAX:
            raise _Bomb(f"elements lie more than {DEPTH_MAX} deep: this is no statement")
        if self.elements > ELEMENTS_MAX:
            raise _Bomb(f"there are more than {ELEMENTS_MAX} elements: import shorter periods")
        return super().start(tag, attributes | {_LINE: str(self.parser.parser.CurrentLineNumber)})

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


def parse_xml(name: str, content: bytes) -> Element | Finding:
    """The root, or the finding that says why the file cannot be read."""
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException:
        return Finding(name, 1, "a document type or an entity stands in the file, which no statement needs")
    except _Bomb as bomb:
        return Finding(name, 1, str(bomb))
    except ParseError as error:
        return Finding(name, error.position[0], "the file is not XML, or ends too early: get it again")
    except (ValueError, LookupError):
        return Finding(name, 1, "the file's encoding is unknown: UTF-8 is read")
    return root


def line_of(element: Element) -> int:
    """Where the element begins."""
    return int(element.get(_LINE, "1"))


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]
