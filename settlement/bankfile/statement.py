"""A bank's file from its bytes: XML is CAMT.053 or pain.002, anything else is the CSV of `statement_csv`."""

from xml.etree.ElementTree import Element

from settlement.bankfile.camt053 import read_camt053
from settlement.bankfile.pain002 import NAMESPACES as REPORTS
from settlement.bankfile.pain002 import read_pain002
from settlement.bankfile.statement_csv import read_csv
from settlement.bankfile.xml_tree import parse_xml
from settlement.domain.bank_statement import Statement
from settlement.domain.findings import Finding

STATEMENT_MAX_BYTES = 16 * 1024 * 1024


def read_statement(name: str, content: bytes) -> Statement:
    """Entries or statuses, and findings of the file; with findings nothing of it may be booked."""
    if len(content) > STATEMENT_MAX_BYTES:
        sentence = f"the file has more than {STATEMENT_MAX_BYTES >> 20} MiB: import shorter periods"
        return Statement(findings=[Finding(name, 1, sentence)])
    if _is_xml(content):
        root = parse_xml(name, content)
        return Statement(findings=[root]) if isinstance(root, Finding) else _read_xml(name, root)
    return read_csv(name, content)


def _read_xml(name: str, root: Element) -> Statement:
    """A statement or a status report, by its namespace."""
    space = root.tag.rpartition("}")[0].removeprefix("{")
    return read_pain002(name, root) if space in REPORTS else read_camt053(name, root)


def _is_xml(content: bytes) -> bool:
    start = content[:4].removeprefix(b"\xef\xbb\xbf").lstrip()
    # UTF-16 as well, whose marks stand before the bracket.
    return start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")) or content.lstrip().startswith(b"<")
