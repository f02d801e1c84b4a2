"""Where the money goes: channels, addresses, IBANs and consents of payees.csv."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.sources.payees import (
    checksum_address,
    consents,
    payees_csv,
    read_payees,
)
from settlement.domain.iban import complete_iban, iban_is_valid
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel

# Examples of EIP-55 itself.
CHECKSUMMED = (
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)
IBAN = "IT60X0542811101000000123456"  # the usual published example
MEMBERS = ("A", "B", "C")


def write(tmp_path: Path, *rows: str, header: str = "member,channel,address,consent") -> Path:
    path = tmp_path / "payees.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def sentences(tmp_path: Path, *rows: str) -> list[str]:
    return [str(finding) for finding in read_payees(write(tmp_path, *rows), MEMBERS)[1]]


def test_payees__good_rows__are_read(tmp_path: Path) -> None:
    path = write(tmp_path, f"A,wallet,{CHECKSUMMED[0]},yes", f"C,bank,{IBAN},no")
    payees, findings = read_payees(path, MEMBERS)
    assert findings == []
    assert payees == {
        "A": Payee("A", Channel.WALLET, wallet_address=bytes.fromhex(CHECKSUMMED[0][2:]), consent=True),
        "B": Payee("B", Channel.BANK),
        "C": Payee("C", Channel.BANK, iban=IBAN),
    }
    assert consents(payees.values()) == {"A"}


def test_payees__no_file_in_the_case_folder__everyone_is_paid_by_bank(tmp_path: Path) -> None:
    assert read_payees(tmp_path, MEMBERS) == ({member: Payee(member, Channel.BANK) for member in MEMBERS}, [])


def test_payees__case_folder__is_searched_for_the_file(tmp_path: Path) -> None:
    write(tmp_path, "A,bank,,yes")
    assert read_payees(tmp_path, MEMBERS)[0]["A"].consent


def test_payees__bom_crlf_and_other_column_order__are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "payees.csv"
    path.write_bytes(f"\ufeffconsent,address,channel,member\r\nyes,{IBAN},bank,B\r\n".encode())
    payees, findings = read_payees(path, MEMBERS)
    assert findings == []
    assert payees["B"] == Payee("B", Channel.BANK, iban=IBAN, consent=True)


def test_payees__account_holders__are_read_and_written_again(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f'A,bank,{IBAN},,"Rossi, Ada"',
        f"B,wallet,{CHECKSUMMED[0]},,",
        header="member,channel,address,consent,account_holder",
    )
    payees, findings = read_payees(path, MEMBERS)
    assert findings == []
    assert (payees["A"].account_holder, payees["B"].account_holder) == ("Rossi, Ada", None)
    path.write_text(payees_csv(payees.values()), encoding="utf-8")
    assert read_payees(path, MEMBERS) == (payees, [])
    assert "Rossi" not in repr(payees["A"])


def test_payees__account_holder_too_long__is_a_finding(tmp_path: Path) -> None:
    path = write(
        tmp_path, f"A,bank,{IBAN},,{'x' * 71}", header="member,channel,address,consent,account_holder"
    )
    (finding,) = read_payees(path, MEMBERS)[1]
    assert "more than 70 characters" in str(finding)


@pytest.mark.parametrize("address", CHECKSUMMED)
def test_checksum__examples_of_the_standard(address: str) -> None:
    assert checksum_address(bytes.fromhex(address[2:])) == address


@pytest.mark.parametrize("address", [CHECKSUMMED[0], CHECKSUMMED[0].lower()])
def test_payees__checksummed_or_lower_case_address__is_accepted(tmp_path: Path, address: str) -> None:
    assert sentences(tmp_path, f"A,wallet,{address},") == []


def test_payees__iban_in_groups_and_lower_case__is_kept_compact(tmp_path: Path) -> None:
    path = write(tmp_path, "A,bank,it60 x054 2811 1010 0000 0123 456,")
    assert read_payees(path, MEMBERS)[0]["A"].iban == IBAN


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            f"A,wallet,{CHECKSUMMED[0][:-1]}D,yes",
            f"the checksum (EIP-55) of {CHECKSUMMED[0][:-1]}D is wrong",
        ),
        (
            f"A,wallet,0x{CHECKSUMMED[0][2:].upper()},yes",
            f"the checksum (EIP-55) of 0x{CHECKSUMMED[0][2:].upper()}",
        ),
        (f"A,wallet,0x{'0' * 40},yes", "the zero address belongs to nobody"),
        ("A,wallet,,yes", '"" is not an address of 0x and 40 hexadecimal digits'),
        (f"A,wallet,{CHECKSUMMED[0][2:]},yes", f'"{CHECKSUMMED[0][2:]}" is not an address'),
        (f"A,wallet,{IBAN},yes", f'"{IBAN}" is not an address of 0x and 40 hexadecimal digits'),
        (f"A,bank,{IBAN[:-1]}7,yes", f'"{IBAN[:-1]}7" is not an IBAN, or its check digits are wrong'),
        (f"A,bank,{CHECKSUMMED[0]},yes", "is not an IBAN, or its check digits are wrong"),
        ("Z,bank,,yes", 'the member "Z" is unknown'),
        (",bank,,yes", 'the member "" is unknown'),
        ("A,cash,,yes", 'the channel "cash" is neither wallet nor bank'),
        ("A,WALLET,,yes", 'the channel "WALLET" is neither wallet nor bank'),
        ("A,bank,,sì", 'the consent "sì" is neither yes nor no'),
        ("A,bank,", "3 cells where the header has 4"),
    ],
)
def test_payees__bad_row__is_one_finding(tmp_path: Path, row: str, sentence: str) -> None:
    found = sentences(tmp_path, "B,bank,,", row)
    assert len(found) == 1
    assert found[0].startswith("payees.csv:3: ")
    assert sentence in found[0]


def test_payees__member_twice__names_both_lines(tmp_path: Path) -> None:
    assert sentences(tmp_path, "A,bank,,yes", "B,bank,,no", "A,bank,,no") == [
        'payees.csv:4: the member "A" stands twice, first in line 2'
    ]


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("member;channel;address;consent", "payees.csv:1: the separator must be a comma"),
        ("member,channel,address", 'payees.csv:1: the column "consent" is missing'),
        ("member,channel,address,consent,note", 'payees.csv:1: the column "note" is unknown'),
        ("", "payees.csv:1: the file is empty"),
    ],
)
def test_payees__bad_header__is_a_finding(tmp_path: Path, header: str, sentence: str) -> None:
    _, findings = read_payees(write(tmp_path, header=header), MEMBERS)
    assert str(findings[0]).startswith(sentence)


@pytest.mark.parametrize(
    "iban", [IBAN, "DE89370400440532013000", "GB29NWBK60161331926819", "SM76P0854009812123456789123"]
)
def test_iban__published_examples__are_valid(iban: str) -> None:
    assert iban_is_valid(iban)


@pytest.mark.parametrize(
    "iban", ["IT60X054281110100000012345", "IT6000542811101000000123456", "it60", "", "XX00"]
)
def test_iban__wrong_length_or_structure__is_not_valid(iban: str) -> None:
    assert not iban_is_valid(iban)


@given(st.from_regex(r"[A-Z][0-9]{10}[A-Z0-9]{12}", fullmatch=True), st.integers(4, 26), st.integers(1, 9))
def test_iban__completed__is_valid_and_one_changed_digit_is_not(account: str, place: int, shift: int) -> None:
    iban = complete_iban("IT", account)
    assert iban_is_valid(iban)
    if iban[place].isdigit():
        changed = iban[:place] + str((int(iban[place]) + shift) % 10) + iban[place + 1 :]
        assert not iban_is_valid(changed)


def test_csv__written_and_read__is_the_same(tmp_path: Path) -> None:
    payees = {
        "A": Payee("A", Channel.WALLET, wallet_address=bytes(range(1, 21)), consent=True),
        "B": Payee("B", Channel.BANK, iban=IBAN),
        "C, D": Payee("C, D", Channel.BANK, consent=True),
    }
    path = tmp_path / "payees.csv"
    path.write_text(payees_csv(payees.values()))
    assert read_payees(path, tuple(payees)) == (payees, [])
