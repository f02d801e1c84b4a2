"""Case folders: reading, canonical writing, and the manifest that names their hashes."""

from settlement.casefile.atomic import write_atomically
from settlement.casefile.manifest import evidence, manifest
from settlement.casefile.reader import read_case, read_community
from settlement.casefile.writer import write_case, write_readings

__all__ = [
    "evidence",
    "manifest",
    "read_case",
    "read_community",
    "write_atomically",
    "write_case",
    "write_readings",
]
