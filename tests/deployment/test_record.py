"""
Record
├── given a new deployment
│   └── it should write each contract as soon as it is there
├── given all wanted contracts on record
│   ├── it should refuse another deployment of that name
│   └── when the code of one was not compared, or differed, it should go on, to compare again
├── given some of them on record
│   ├── it should give their addresses
│   └── when their arguments differ it should name the first difference
├── given a community or a registration on record
│   └── it should keep it, and refuse another community
└── given a file that is no record
    └── it should refuse to write over it
"""

import json
from pathlib import Path

import pytest

from tools.deployment.record import Mined, Record, RecordRefused

MINED = Mined("0xaa", "0xbb", "0xcc", 7, "0xdd", 21_000)
ARTIFACT = {"bytecode": "0x00", "compiler": {"version": "0.8.37", "settings": {"viaIR": True}}}
ARGUMENTS = {"threshold": 3}


def recorded(folder: Path) -> Record:
    """A record that holds the ledger."""
    record = Record(folder, 31337, "prova")
    record.add("EnergyLedger", MINED, ARGUMENTS, b"\x03", ARTIFACT)
    return record


def test_add__first_contract__is_on_disk_at_once(tmp_path: Path) -> None:
    record = recorded(tmp_path)
    record.note_code("EnergyLedger", None)
    assert record.path == tmp_path / "31337/prova.json"
    entry = json.loads(record.path.read_text())["contracts"]["EnergyLedger"]
    assert (entry["address"], entry["transaction"], entry["block_number"]) == ("0xaa", "0xcc", 7)
    assert (entry["arguments"], entry["encoded_arguments"]) == (ARGUMENTS, "0x03")
    assert entry["compiler"] == ARTIFACT["compiler"]
    assert entry["code"] == "equals the committed artifact"


@pytest.mark.parametrize("difference", [None, "byte 7 of the code is 0x00, of the artifact 0x01"])
def test_require_open__code_not_known_to_be_equal__goes_on(tmp_path: Path, difference: str | None) -> None:
    record = recorded(tmp_path)
    if difference:
        record.note_code("EnergyLedger", difference)
    Record(tmp_path, 31337, "prova").require_open(["EnergyLedger"], [])


def test_require_open__all_recorded__refuses_and_keeps_the_file(tmp_path: Path) -> None:
    recorded(tmp_path).note_code("EnergyLedger", None)
    before = (tmp_path / "31337/prova.json").read_bytes()
    with pytest.raises(RecordRefused, match="records this deployment already: choose another name"):
        Record(tmp_path, 31337, "prova").require_open(["EnergyLedger"], [])
    assert (tmp_path / "31337/prova.json").read_bytes() == before


def test_require_open__something_is_missing__goes_on(tmp_path: Path) -> None:
    recorded(tmp_path)
    again = Record(tmp_path, 31337, "prova")
    again.require_open(["EnergyLedger", "CommunityVault"], [])
    assert again.address_of("EnergyLedger", ARGUMENTS) == "0xaa"
    assert again.address_of("CommunityVault", {}) is None


def test_require_open__registration_is_missing__goes_on_until_it_is_noted(tmp_path: Path) -> None:
    record = recorded(tmp_path)
    record.note_code("EnergyLedger", None)
    record.require_open(["EnergyLedger"], ["setVault"])
    record.note_registration("setVault", MINED, {"vault": "0xee"})
    again = Record(tmp_path, 31337, "prova")
    with pytest.raises(RecordRefused):
        again.require_open(["EnergyLedger"], ["setVault"])
    entry = json.loads(again.path.read_text())["registrations"]["setVault"]
    assert (entry["transaction"], entry["sender"], entry["arguments"]) == ("0xcc", "0xbb", {"vault": "0xee"})


def test_note_registration__found_on_the_chain__keeps_what_is_noted(tmp_path: Path) -> None:
    record = recorded(tmp_path)
    record.note_registration("one", None, {})
    record.note_registration("two", MINED, {})
    record.note_registration("two", None, {})
    noted = json.loads(record.path.read_text())["registrations"]
    assert (noted["one"]["transaction"], noted["two"]["transaction"]) == (None, "0xcc")


def test_note_community__another_one__is_refused(tmp_path: Path) -> None:
    record = recorded(tmp_path)
    community = {"name": "Prova", "id": "0x01", "administrator": "0x02", "configurations": {}}
    record.note_community(community)
    record.note_community(community | {"configurations": {"AC001E00123": "0x03"}})
    with pytest.raises(RecordRefused, match="the community's administrator is 0x02, now it would be 0x04"):
        record.note_community(community | {"administrator": "0x04"})


def test_address_of__other_arguments__names_the_difference(tmp_path: Path) -> None:
    recorded(tmp_path)
    with pytest.raises(RecordRefused, match=r"EnergyLedger was deployed with threshold = 3, .* says 2"):
        Record(tmp_path, 31337, "prova").address_of("EnergyLedger", {"threshold": 2})


def test_record__file_is_torn__is_not_written_over(tmp_path: Path) -> None:
    recorded(tmp_path)
    path = tmp_path / "31337/prova.json"
    path.write_text(path.read_text()[:20])
    with pytest.raises(RecordRefused, match="cannot be read"):
        Record(tmp_path, 31337, "prova")
