"""
load_terms and arguments_of
├── given a complete file
│   └── it should give each section's arguments in the order of the contracts
├── given a community without a ledger of its own
│   └── it should ask for the address of one
├── given a mistake
│   └── it should name file, key and remedy
└── given the committed example
    └── it should be complete
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.deployment.files import (
    AREA_CODE,
    OTHER,
    REPORTERS,
    arguments_text,
    community_lines,
    vault_lines,
    write_arguments,
)
from tools.compile_contracts import ARTIFACTS
from tools.deployment.terms import (
    LEDGER,
    TIMELOCK,
    VAULT,
    ZERO_ADDRESS,
    Abi,
    TermsUnusable,
    arguments_of,
    load_terms,
)


def abis() -> dict[str, Abi]:
    """ABIs of the committed artifacts."""
    return {
        name: json.loads((ARTIFACTS / f"{name}.json").read_text())["abi"]
        for name in (LEDGER, TIMELOCK, VAULT)
    }


def read(folder: Path, text: str) -> dict[str, dict[str, Any]]:
    """Arguments of all sections."""
    terms = load_terms(write_arguments(folder, text), abis())
    return {section: arguments_of(terms, section, abis()) for section in terms.tables}


def full(community: str | None = None, vault: str | None = None) -> str:
    """A file with all sections."""
    return arguments_text(community=community or community_lines(), vault=vault or vault_lines())


def test_load__complete_file__gives_arguments_in_the_order_of_the_contracts(tmp_path: Path) -> None:
    found = read(tmp_path, full())
    assert found["ledger"] == {"finality_delay": 60}
    assert list(found["community"].items()) == [
        ("name", "Prova"),
        ("areas", [AREA_CODE]),
        ("governance_delay", 0),
        ("guardian", OTHER),
        ("reporters", list(REPORTERS)),
        ("threshold", 3),
        ("smallest_group", 5),
        ("producers_bps", 7_000),
        ("social_bps", 2_000),
        ("grid_bps", 1_000),
    ]
    assert list(found["vault"].items()) == [("treasurer", OTHER), ("token", ZERO_ADDRESS), ("root_delay", 60)]


def test_load__test_euro__leaves_the_token_to_the_deployment(tmp_path: Path) -> None:
    assert "token" not in read(tmp_path, full(vault=vault_lines("test-euro")))["vault"]


def test_load__ledger_of_others__keeps_the_files_address(tmp_path: Path) -> None:
    own = "0x" + "9" * 40
    text = arguments_text(ledger=None, community=community_lines(more=f'ledger = "{own}"'))
    assert read(tmp_path, text)["community"]["ledger"] == own


WRONG_DIGIT = "0x54c0c40F6D779487A244109719eAe7854E925608"
MISTAKES = {
    "no TOML": ("name = ", "the file: cannot be read as TOML"),
    "no name": (arguments_text(name="Prova 1"), "name: must be letters"),
    "chain id as text": (arguments_text().replace("31337", '"31337"'), "chain_id: must be the number"),
    "two deployers": (
        arguments_text(deployer='keys = "a"\naccount = "b"'),
        '[deployer]: must hold account = "alias"',
    ),
    "nothing to deploy": (arguments_text(ledger=None), "ledger: neither [ledger] nor [community]"),
    "vault of nobody": (arguments_text(vault=vault_lines()), "community: [vault] is a community's"),
    "missing": (
        arguments_text(ledger=""),
        "[ledger] finality_delay: is missing: a whole number from 0 to 1099511627775",
    ),
    "no ledger at all": (
        arguments_text(ledger=None, community=community_lines()),
        "[community] ledger: is missing: an address, 0x and 40 hexadecimal digits",
    ),
    "unknown": (
        arguments_text(ledger="finality_delay = 0\ndelay = 1"),
        "[ledger] delay: is no argument; known are finality_delay",
    ),
    "brought by the deployment": (
        full(community_lines(more=f'governor = "{OTHER}"')),
        "[community] governor: is no argument; known are areas, governance_delay, grid_bps, guardian, ",
    ),
    "unknown above": (arguments_text(common="colour = 1"), "colour: is no argument of any contract"),
    "no address": (full(community_lines(reporters=["0x12"])), "[community] reporters[0]: must be an address"),
    "mistyped address": (
        full(community_lines(reporters=[REPORTERS[0], WRONG_DIGIT])),
        f"[community] reporters[1]: {WRONG_DIGIT} has a wrong digit",
    ),
    "no list": (
        full(community_lines().replace(f'["{AREA_CODE}"]', f'"{AREA_CODE}"')),
        "[community] areas: must be a list, each entry a primary substation's code",
    ),
    "area that no ledger takes": (
        full(community_lines(areas=["è"])),
        "[community] areas[0]: must be a primary substation's code, 1 to 32 ASCII characters",
    ),
    "too large": (
        full(community_lines(social_bps=65_536)),
        "[community] social_bps: must be a whole number from 0 to 65535, not 65536",
    ),
    "truth for a number": (
        arguments_text(ledger="finality_delay = true"),
        "[ledger] finality_delay: must be a whole number",
    ),
    "community without a name": (
        full(community_lines().replace('"Prova"', '""')),
        "[community] name: must be the community's name",
    ),
    "bookkeeping where no token belongs": (
        full(community_lines(guardian="bookkeeping")),
        "[community] guardian: must be an address",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), MISTAKES.values(), ids=MISTAKES.keys())
def test_load__mistake__names_file_key_and_remedy(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(TermsUnusable) as refused:
        read(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path / 'arguments.toml'}: {sentence}")


def test_load__committed_example__is_complete(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "deployments/example.toml"
    found = read(tmp_path, example.read_text(encoding="utf-8"))
    assert set(found) == {"ledger", "community", "vault"}
