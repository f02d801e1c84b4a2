"""A file of arguments; tests state only what differs."""

from collections.abc import Sequence
from pathlib import Path

REPORTERS = tuple("0x" + f"{number}" * 40 for number in range(1, 6))
OTHER = "0x" + "7" * 40


def arguments_text(
    *,
    name: str = "prova",
    chain_id: int = 31337,
    reporters: Sequence[str] = REPORTERS,
    deployer: str = 'keys = "keys.json"',
    ledger: str | None = f'registrar = "{OTHER}"\nfinality_delay = 60',
    vault: str | None = None,
    common: str = "",
) -> str:
    """The text of the file; a section that is None is left out."""
    listed = ", ".join(f'"{reporter}"' for reporter in reporters)
    text = f'name = "{name}"\nchain_id = {chain_id}\nreporters = [{listed}]\nthreshold = 3\n{common}\n'
    text += f"[deployer]\n{deployer}\n"
    for section, lines in (("ledger", ledger), ("vault", vault)):
        if lines is not None:
            text += f"[{section}]\n{lines}\n"
    return text


def vault_lines(token: str = "bookkeeping", social_bps: int = 2_000, more: str = "") -> str:
    """The keys of [vault]."""
    return (
        f'community = "Prova"\ntreasurer = "{OTHER}"\ntoken = "{token}"\nproducers_bps = 7000\n'
        f"social_bps = {social_bps}\ngrid_bps = 1000\nroot_delay = 60\n{more}"
    )


def write_arguments(folder: Path, text: str) -> Path:
    """The file in a folder."""
    path = folder / "arguments.toml"
    path.write_text(text, encoding="utf-8")
    return path
