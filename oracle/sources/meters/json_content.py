"""JSON of foreign hands: whole numbers and decimals as their texts, nesting bounded."""

import json
from collections.abc import Mapping

from oracle.sources.content import Content, too_large
from settlement.casefile.toml_file import bounded_nesting
from settlement.domain.findings import Finding

DIGITS_MAX = 60


class NotJson(Exception):  # noqa: N818 - a defect of the file, turned into a finding where it is caught
    """Carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.sentence)
        self.finding = finding


def parse_json(content: Content) -> object:
    """The document; each number is the text that stands in the file. Raises NotJson."""
    text = too_large(content) or content.text()
    if isinstance(text, Finding):
        raise NotJson(text)
    try:
        with bounded_nesting():
            return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise NotJson(
            Finding(content.name, error.lineno, "the file is not JSON, or ends too early")
        ) from error
    except RecursionError as error:
        raise NotJson(Finding(content.name, 1, "the file nests too deeply")) from error


def rows_at(document: object, *path: str) -> list[Mapping[str, object]] | None:
    """The objects of the list at a path; None where there is no such list."""
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(document, list) or not all(isinstance(row, Mapping) for row in document):
        return None
    return document
