"""The texts of the rule files, for evidence packs and for whoever checks them."""

from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent / "rules"


def rule_texts() -> Mapping[str, bytes]:
    """Every rule file of this version, by its path below the folder of rules."""
    paths = sorted(_FOLDER.rglob("*.toml"))
    return {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in paths}
