"""The texts of the rule files, for evidence packs and for whoever checks them."""

from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent / "rules"


def rule_texts() -> Mapping[str, bytes]:
    """Every rule file of this version, by name."""
    return {path.name: path.read_bytes() for path in sorted(_FOLDER.glob("*.toml"))}
