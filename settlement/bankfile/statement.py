"""A bank statement from a file's bytes: XML is CAMT.053, anything else is the CSV of `statement_csv`."""

from settlement.bankfile.camt053 import read_camt053
from settlement.bankfile.statement_csv import read_csv
from settlement.bankfile.xml_tree import parse_xml
from settlement.domain.bank_statement import Statement
from settlement.domain.findings import Finding

STATEMENT_MAX_BYTES = 16 * 1024 * 1024


def read_statement(name: str, content: bytes) -> Statement:
    """Entries and findings of the file; with findings nothing of it may be booked."""
    if len(content) > STATEMENT_MAX_BYTES:
        sentence = f"the file has more than {STATEMENT_MAX_BYTES >> 20} MiB: import shorter periods"
        return Statement(findings=[Finding(name, 1, sentence)])
    if _is_xml(content):
        root = parse_xml(name, content)
        return Statement(findings=[root]) if isinstance(root, Finding) else read_camt053(name, root)
    return read_csv(name, content)


def _is_xml(content: bytes) -> bool:
    start = content[:4].removeprefix(b"\xef\xbb\xbf").lstrip()
    # UTF-16 as well, whose marks stand before the bracket.
    return start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")) or content.lstrip().startswith(b"<")
