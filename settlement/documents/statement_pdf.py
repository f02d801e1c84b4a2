"""A member's statement as PDF, in Italian or English: the canonical statement drawn by typst, nothing added.

The PDF names the SHA-256 of the canonical bytes that it was drawn from and, where it is known, the ledger's
head: what a member compares with a node of its own choice.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("statement.typ")


class Language(StrEnum):
    """A language that statements are drawn in."""

    ITALIAN = "it"
    ENGLISH = "en"


def statement_pdf(document: bytes, language: Language, ledger: Mapping[str, str] | None = None) -> bytes:
    """The PDF of a canonical statement; the same arguments give the same bytes.

    `ledger` holds what the caller knows of the chain, label by value, e.g. chain, vault, block.
    """
    inputs = {
        "statement": document.decode(),
        "language": language.value,
        "sha256": hashlib.sha256(document).hexdigest(),
        "ledger": json.dumps(dict(ledger or {})),
    }
    # No system fonts: a page must not depend on the machine that draws it. Epoch 0: nor on the hour.
    drawn = typst.compile(TEMPLATE, sys_inputs=inputs, ignore_system_fonts=True, timestamp=0)
    assert isinstance(drawn, bytes)
    return drawn
