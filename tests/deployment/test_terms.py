"""
load_terms and constructor_arguments
├── given a complete file
│   ├── it should give each contract's arguments in the order of its ABI
│   └── it should take a key above the tables for both contracts
├── given a community by its name
│   └── it should give the id that the service derives from it
├── given a mistake
│   └── it should name file, key and remedy
└── given the committed example
    └── it should be complete
"""

import json
from pathlib import Path
from typing import Any

import pytest

from oracle.attest.identifiers import community_id
from tests.deployment.files import OTHER, REPORTERS, arguments_text, vault_lines, write_arguments
from tools.compile_contracts import ARTIFACTS
from tools.deployment.terms import ZERO_ADDRESS, Abi, TermsUnusable, constructor_arguments, load_terms

LEDGER_ADDRESS = "0x" + "8" * 40


def abis() -> dict[str, Abi]:
    """ABIs of the committed artifacts."""
    names = ("EnergyLedger", "CommunityVault", "TestEuro")
    return {name: json.loads((ARTIFACTS / f"{name}.json").read_text())["abi"] for name in names}


def read(folder: Path, text: str) -> dict[str, dict[str, Any]]:
    """Arguments of both contracts."""
    terms = load_terms(write_arguments(folder, text), abis())
    names = {"ledger": "EnergyLedger", "vault": "CommunityVault"}
    supplied = {"ledger": LEDGER_ADDRESS}
    if terms.wants_test_euro():
        supplied["token"] = OTHER
    return {
        section: constructor_arguments(terms, section, abis()[names[section]], supplied)
        for section in terms.tables
    }


def test_load__complete_file__gives_arguments_in_the_order_of_the_abi(tmp_path: Path) -> None:
    found = read(tmp_path, arguments_text(vault=vault_lines()))
    assert list(found["ledger"].items()) == [
        ("registrar", OTHER),
        ("reporters", list(REPORTERS)),
        ("threshold", 3),
        ("finality_delay", 60),
    ]
    assert list(found["vault"]) == [
        "ledger", "community", "treasurer", "token", "reporters", "threshold", "producers_bps", "social_bps",
        "grid_bps", "root_delay",
    ]  # fmt: skip
    assert found["vault"]["ledger"] == LEDGER_ADDRESS
    assert found["vault"]["token"] == ZERO_ADDRESS
    assert found["vault"]["community"] == "0x" + community_id("Prova").hex()


def test_load__test_euro__takes_the_address_that_the_deployment_brings(tmp_path: Path) -> None:
    assert read(tmp_path, arguments_text(vault=vault_lines("test-euro")))["vault"]["token"] == OTHER


def test_load__vault_with_a_ledger_of_its_own__keeps_the_files(tmp_path: Path) -> None:
    own = "0x" + "9" * 40
    text = arguments_text(ledger=None, vault=vault_lines(more=f'ledger = "{own}"'))
    assert read(tmp_path, text)["vault"]["ledger"] == own


def test_load__key_in_a_table__wins_over_the_common_one(tmp_path: Path) -> None:
    text = arguments_text(vault=vault_lines(more="threshold = 5"))
    found = read(tmp_path, text)
    assert (found["ledger"]["threshold"], found["vault"]["threshold"]) == (3, 5)


WRONG_DIGIT = "0x54c0c40F6D779487A244109719eAe7854E925608"
MISTAKES = {
    "no TOML": ("name = ", "the file: cannot be read as TOML"),
    "no name": (arguments_text(name="Prova 1"), "name: must be letters"),
    "chain id as text": (arguments_text().replace("31337", '"31337"'), "chain_id: must be the number"),
    "two deployers": (
        arguments_text(deployer='keys = "a"\naccount = "b"'),
        '[deployer]: must hold account = "alias"',
    ),
    "nothing to deploy": (arguments_text(ledger=None), "ledger: neither [ledger] nor [vault]"),
    "missing": (
        arguments_text(ledger="finality_delay = 0"),
        "[ledger] registrar: is missing: an address, 0x and 40 hexadecimal digits",
    ),
    "unknown": (
        arguments_text(ledger=f'registrar = "{OTHER}"\nfinality_delay = 0\ndelay = 1'),
        "[ledger] delay: is no argument; known are finality_delay, registrar, reporters, threshold",
    ),
    "unknown above": (arguments_text(common="colour = 1"), "colour: is no argument of any contract"),
    "no address": (arguments_text(reporters=["0x12"]), "[ledger] reporters[0]: must be an address"),
    "mistyped address": (
        arguments_text(reporters=[REPORTERS[0], WRONG_DIGIT]),
        f"[ledger] reporters[1]: {WRONG_DIGIT} has a wrong digit",
    ),
    "no list": (
        arguments_text(ledger=f'registrar = "{OTHER}"\nfinality_delay = 0\nreporters = "0x12"'),
        "[ledger] reporters: must be a list, each entry an address",
    ),
    "too large": (
        arguments_text(vault=vault_lines(social_bps=65_536)),
        "[vault] social_bps: must be a whole number from 0 to 65535, not 65536",
    ),
    "truth for a number": (
        arguments_text(ledger=f'registrar = "{OTHER}"\nfinality_delay = true'),
        "[ledger] finality_delay: must be a whole number",
    ),
    "half a community": (
        arguments_text(vault=vault_lines().replace('"Prova"', '"0x12"')),
        "[vault] community: must be the community's name, or 0x and 64 hexadecimal digits",
    ),
    "bookkeeping where no token belongs": (
        arguments_text(ledger='registrar = "bookkeeping"\nfinality_delay = 0'),
        "[ledger] registrar: must be an address",
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
    assert set(found) == {"ledger", "vault"}
