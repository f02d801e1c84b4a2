"""What every SEPA bank takes (EPC217-08): Latin letters, digits and / - ? : ( ) . , ' + blank."""

import re

from text_unidecode import unidecode

_OTHER = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_REPLACED = {"&": "+", "_": "-", "@": "(at)", '"': "'", "`": "'", "[": "(", "]": ")", ";": ",", "*": "."}


def latin(text: str, most: int) -> str:
    """The text in those characters, at most so many; "?" when nothing is left.

    Letters are transliterated (à → a, ß → ss, Ж → Zh); neither begins nor ends with a slash, nor has two in a
    row, which banks read as marks of their own.
    """
    spelled = "".join(_REPLACED.get(mark, mark) for mark in unidecode(text))
    allowed = re.sub(r"/{2,}", "/", " ".join(_OTHER.sub(" ", spelled).split()))
    return allowed.strip("/ ")[:most].strip("/ ") or "?"
