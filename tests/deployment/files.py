"""A file of arguments; tests state only what differs."""

from collections.abc import Sequence
from pathlib import Path

REPORTERS = tuple("0x" + f"{number}" * 40 for number in range(1, 6))
OTHER = "0x" + "7" * 40
AREA_CODE = "AC001E00123"


def arguments_text(
    *,
    name: str = "prova",
    chain_id: int = 31337,
    deployer: str = 'keys = "keys.json"',
    ledger: str | None = "finality_delay = 60",
    community: str | None = None,
    vault: str | None = None,
    common: str = "",
) -> str:
    """The text of the file; a section that is None is left out."""
    text = f'name = "{name}"\nchain_id = {chain_id}\n{common}\n[deployer]\n{deployer}\n'
    for section, lines in (("ledger", ledger), ("community", community), ("vault", vault)):
        if lines is not None:
            text += f"[{section}]\n{lines}\n"
    return text


def community_lines(
    *,
    reporters: Sequence[str] = REPORTERS,
    guardian: str = OTHER,
    threshold: int = 3,
    social_bps: int = 2_000,
    areas: Sequence[str] = (AREA_CODE,),
    more: str = "",
) -> str:
    """The keys of [community]."""
    listed = ", ".join(f'"{reporter}"' for reporter in reporters)
    codes = ", ".join(f'"{code}"' for code in areas)
    return (
        f'name = "Prova"\nareas = [{codes}]\ngovernance_delay = 0\nguardian = "{guardian}"\n'
        f"reporters = [{listed}]\nthreshold = {threshold}\nsmallest_group = 5\nproducers_bps = 7000\n"
        f"social_bps = {social_bps}\ngrid_bps = 1000\n{more}"
    )


def vault_lines(token: str = "bookkeeping", more: str = "") -> str:
    """The keys of [vault]."""
    return f'treasurer = "{OTHER}"\ntoken = "{token}"\nroot_delay = 60\n{more}'


def write_arguments(folder: Path, text: str) -> Path:
    """The file in a folder."""
    path = folder / "arguments.toml"
    path.write_text(text, encoding="utf-8")
    return path
