"""The example folder: complete, synthetic and the same bytes everywhere."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from oracle.sources.example import write_example
from oracle.sources.folder import FolderNotEmpty
from oracle.sources.payees import read_payees
from planning.example import example_case
from settlement.casefile import read_case
from settlement.domain.case import MemberCategory
from settlement.domain.iban import iban_is_valid
from settlement.domain.payout_states import Channel

SHA256 = {
    "community.toml": "3f8364915e9509b5c9ac1c0572af7caac8af5a50c57074c38118ba3400338488",
    "payees.csv": "a588b2e0d51d4b8d228d5ad7ef4fd52ef0776c8f35f9c580a61aca9cd948ac2d",
    "prices.csv": "10a5499491cf3bfd24c8c092d7cdbcc64a47716dae5eb77842be5006ab54e79e",
    "readings.csv": "0d13e10073a963414f265ea6f9e7295ffee11bae94d933ab7bbf6a4f3ddc4f0f",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases") / "example"
    write_example(folder)
    return folder


def test_folder__files__are_the_same_bytes_on_every_machine(folder: Path) -> None:
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SHA256}
    assert digests == SHA256


def test_folder__read_again__is_the_case(folder: Path) -> None:
    case, findings = read_case(folder)
    assert findings == []
    assert case == example_case()


def test_folder__readme__says_that_everything_is_invented(folder: Path) -> None:
    assert "Everything in this folder is invented" in (folder / "README.md").read_text(encoding="utf-8")


def test_folder__written_again__is_refused(folder: Path) -> None:
    with pytest.raises(FolderNotEmpty):
        write_example(folder)


def test_payees__members__about_half_have_wallets(folder: Path) -> None:
    members = [member.id for member in example_case().community.members]
    payees, findings = read_payees(folder, members)
    assert findings == []
    channels = Counter(payee.channel for payee in payees.values())
    assert 15 <= channels[Channel.WALLET] <= 25
    assert channels[Channel.WALLET] + channels[Channel.BANK] == 40
    assert all(iban_is_valid(payee.iban or "") for payee in payees.values() if payee.channel is Channel.BANK)


def test_payees__accounts__are_all_different(folder: Path) -> None:
    payees, _ = read_payees(folder, [member.id for member in example_case().community.members])
    assert len({(payee.wallet_address, payee.iban) for payee in payees.values()}) == 40


def test_payees__consents__are_given_by_most_persons_and_nobody_else(folder: Path) -> None:
    members = example_case().community.members
    payees, _ = read_payees(folder, [member.id for member in members])
    persons = {member.id for member in members if member.category is MemberCategory.NATURAL_PERSON}
    agreed = {payee.member for payee in payees.values() if payee.consent}
    assert agreed < persons
    assert len(agreed) > len(persons) // 2
