"""`condivisa commit`: the same case and key give the same bytes, and the service's evidence."""

import json
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.commit import commit
from oracle.attest.day_list import DayList, Entry
from oracle.attest.hours import decode_hours
from oracle.attest.identifiers import community_id, configuration_id
from oracle.attest.keccak import keccak256
from oracle.attest.messages import NO_PREDECESSOR, DayReport, report_id
from oracle.attest.month_key import blinding, month_salt, pseudonym
from oracle.attest.payout_tree import Channel, Leaf, PayoutTree, bank_payee
from oracle.attest.pedersen import commit as commit_to
from oracle.usecases.commitments import payee_salt, pod_month_keys
from settlement.bootstrap import case_manifest
from settlement.casefile import evidence, write_case
from settlement.domain.calendar import day_number, month_number
from settlement.domain.canonical import canonical_json
from settlement.domain.engine import settle
from tests.settlement.store.world import case

KEY = "ab" * 32
IBAN = "IT60X0542811101000000123456"
WALLET = "0x" + "11" * 20
PAYEES = f"member,channel,address,consent\nP1,wallet,{WALLET},yes\nP3,bank,{IBAN},\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A case of three days with payees and a key."""
    write_case(case(), tmp_path / "case")
    (tmp_path / "case/payees.csv").write_text(PAYEES)
    key = tmp_path / "my.key"
    key.write_text(KEY + "\n")
    key.chmod(0o600)
    return tmp_path / "case"


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of the command."""
    app = typer.Typer()
    app.command()(commit)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def committed(folder: Path) -> dict[str, Any]:
    """commitments.json of the folder's case and key."""
    status, _, errors = run(folder, "--key", folder.parent / "my.key")
    assert status == 0, errors
    document: dict[str, Any] = json.loads((folder / "commitments.json").read_text())
    return document


def test_commit__same_case_and_key__same_bytes(folder: Path, tmp_path: Path) -> None:
    committed(folder)
    first = (folder / "commitments.json").read_bytes()
    assert run(folder, "--key", folder.parent / "my.key", "--out", tmp_path / "again")[0] == 0
    assert (tmp_path / "again/commitments.json").read_bytes() == first
    assert first == canonical_json(json.loads(first))


def test_commit__other_key__other_roots_and_the_same_hours(folder: Path, tmp_path: Path) -> None:
    before = committed(folder)["configurations"][""]["days"]["2024-07-02"]
    (tmp_path / "my.key").write_text("cd" * 32)
    after = committed(folder)["configurations"][""]["days"]["2024-07-02"]
    assert before["root"] != after["root"]
    assert before["hours"] == after["hours"]


def test_commit__no_key__makes_one_for_its_owner_alone_and_keeps_it(folder: Path) -> None:
    assert run(folder)[0] == 0
    key = folder / "commit.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    made, first = key.read_text(), (folder / "commitments.json").read_bytes()
    assert run(folder)[0] == 0
    assert (key.read_text(), (folder / "commitments.json").read_bytes()) == (made, first)


def test_commit__day__can_be_recomputed_from_readings_and_key(folder: Path) -> None:
    day = committed(folder)["configurations"][""]["days"]["2024-07-02"]
    series = {row.key: row for row in case().series}
    pod, number, month = "IT001E00000001", day_number(date(2024, 7, 2)), month_number(date(2024, 7, 2))
    row = next(entry for entry in day["entries"] if entry["pod"] == pod)
    key = pod_month_keys(bytes.fromhex(KEY), [pod], month)[pod]
    injected, withdrawn = (
        series[pod, direction].wh[24:48].tolist() for direction in ("injected", "withdrawn")
    )
    own = commit_to(blinding(key, number, NO_PREDECESSOR, injected, withdrawn), injected, withdrawn)
    assert row["commitment"] == "0x" + own.hex()
    assert row["id"] == "0x" + pseudonym(month_salt(key, month), month, pod).hex()


def test_commit__day__its_list_adds_up_and_gives_the_reports_id(folder: Path) -> None:
    day = committed(folder)["configurations"][""]["days"]["2024-07-02"]
    listed = DayList([Entry(octets(row["id"]), octets(row["commitment"])) for row in day["entries"]])
    assert (day["root"], day["roster"]) == ("0x" + listed.root.hex(), "0x" + listed.roster.hex())
    assert listed.adds_up_to(octets(day["blinding"]), *decode_hours(octets(day["hours"])))
    report = DayReport(
        day=day_number(date(2024, 7, 2)),
        predecessor=NO_PREDECESSOR,
        root=listed.root,
        roster=listed.roster,
        pods=len(listed.entries),
        blinding=octets(day["blinding"]),
        hours=octets(day["hours"]),
    )
    assert day["report"] == "0x" + report_id(report).hex()


def octets(text: str) -> bytes:
    """Bytes of 0x… text."""
    return bytes.fromhex(text[2:])


def test_commit__payouts__tree_names_each_channel_and_fits_the_pool(folder: Path) -> None:
    payouts = committed(folder)["payouts"]
    leaves = [
        Leaf(
            Channel[row["channel"]],
            bytes.fromhex(row["payee"][2:]),
            bytes.fromhex(row["owner"][2:]),
            int(row["amount_eur"].replace(".", "")),
        )
        for row in payouts["leaves"]
    ]
    tree = PayoutTree(leaves)
    assert (payouts["root"], payouts["depth"]) == ("0x" + tree.root.hex(), tree.depth)
    by_member = {row["member"]: row for row in payouts["leaves"]}
    assert by_member["P1"]["payee"] == "0x" + "00" * 12 + "11" * 20
    hidden = bank_payee(payee_salt(bytes.fromhex(KEY), "P3"), IBAN)
    assert by_member["P3"]["payee"] == "0x" + hidden.hex()
    micro = {key: int(payouts[key].replace(".", "")) for key in ("sum_eur", "pool_eur", "carry_eur")}
    assert micro["sum_eur"] + micro["carry_eur"] == micro["pool_eur"]


def test_commit__ids__derive_from_the_administrator_and_are_null_without(folder: Path) -> None:
    assert committed(folder)["community"]["id"] is None
    address = "0x" + "0a" * 20
    status, _, errors = run(folder, "--key", folder.parent / "my.key", "--administrator", address)
    assert status == 0, errors
    document = json.loads((folder / "commitments.json").read_text())
    own = community_id(b"\x0a" * 20, octets(document["community"]["registered_under"]))
    assert document["community"]["id"] == "0x" + own.hex()
    (row,) = document["configurations"].values()
    assert row["id"] == "0x" + configuration_id(own, row["area_code"]).hex()


def test_commit__administrator_that_is_no_address__refuses(folder: Path) -> None:
    assert run(folder, "--administrator", "0x12")[0] == 2


def test_commit__evidence__is_the_services(folder: Path) -> None:
    document = committed(folder)
    manifest = case_manifest(case(), canonical_json(settle(case()).document()))
    assert document["manifest"] == manifest.decode()
    assert document["evidence"] == "0x" + evidence(manifest).hex()


def alone(folder: Path) -> dict[str, Any]:
    """The case in which P1, who injects alone, did not consent: commitments.json and openings.json."""
    (folder / "payees.csv").write_text(PAYEES.replace("yes", "no"))
    committed(folder)
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in ("commitments", "openings")}


def test_commit__few_persons__report_hides_totals_and_blinding(folder: Path) -> None:
    shown = committed(folder)["configurations"][""]["days"]["2024-07-02"]
    hidden = alone(folder)["commitments"]["configurations"][""]["days"]["2024-07-02"]
    assert len(octets(hidden["hours"])) == 32
    assert hidden["blinding"] == "0x" + "00" * 32
    assert (hidden["root"], hidden["roster"]) == (shown["root"], shown["roster"])
    text = (folder / "commitments.json").read_text()
    assert shown["hours"] not in text
    assert shown["blinding"] not in text


def test_commit__few_persons__openings_open_the_report_and_its_list(folder: Path) -> None:
    written = alone(folder)
    day = written["commitments"]["configurations"][""]["days"]["2024-07-02"]
    opening = written["openings"]["configurations"][""]["2024-07-02"]
    hours = octets(opening["hours"])
    assert day["hours"] == "0x" + keccak256(octets(opening["salt"]) + hours).hex()
    assert opening["report"] == day["report"]
    listed = DayList([Entry(octets(row["id"]), octets(row["commitment"])) for row in day["entries"]])
    assert listed.adds_up_to(octets(opening["blinding"]), *decode_hours(hours))


def test_commit__few_persons__openings_are_for_their_owner_alone(folder: Path) -> None:
    alone(folder)
    assert stat.S_IMODE((folder / "openings.json").stat().st_mode) == 0o600


def test_commit__few_persons__each_day_has_a_salt_of_its_own(folder: Path) -> None:
    days = alone(folder)["openings"]["configurations"][""]
    assert len({opening["salt"] for opening in days.values()}) == len(days) == 3


def test_commit__few_persons__says_why_and_where(folder: Path) -> None:
    (folder / "payees.csv").unlink()
    status, output, _ = run(folder, "--key", folder.parent / "my.key")
    assert status == 0
    assert "hour totals are hidden: only 1 natural person stands behind the injected energy" in output
    assert str(folder / "openings.json") in output


def test_commit__everybody_may_be_seen__writes_no_openings(folder: Path) -> None:
    committed(folder)
    assert not (folder / "openings.json").exists()


def test_commit__file__shows_neither_salt_nor_iban(folder: Path) -> None:
    committed(folder)
    text = (folder / "commitments.json").read_text()
    assert IBAN not in text
    assert "salt" not in text
    assert KEY not in text


def test_commit__bad_case__every_finding_and_nothing_written(folder: Path) -> None:
    (folder / "prices.csv").write_text("interval_start,zone,eur_per_mwh\n")
    status, _, errors = run(folder)
    assert status == 2
    assert "prices.csv:1: " in errors
    assert not (folder / "commitments.json").exists()
    assert not (folder / "commit.key").exists()


def test_commit__bad_payee__exit_2_naming_the_line(folder: Path) -> None:
    (folder / "payees.csv").write_text("member,channel,address,consent\nNOBODY,bank,,\n")
    status, _, errors = run(folder)
    assert status == 2
    assert "payees.csv:2: " in errors


@pytest.mark.parametrize("text", ["", "xyz", "ab" * 31])
def test_commit__key_that_is_none__refuses(folder: Path, text: str) -> None:
    (folder.parent / "my.key").write_text(text)
    status, _, errors = run(folder, "--key", folder.parent / "my.key")
    assert status == 2
    assert "64 hexadecimal digits" in errors


def test_commit__key_that_others_read__refuses_with_the_remedy(folder: Path) -> None:
    (folder.parent / "my.key").chmod(0o644)
    status, _, errors = run(folder, "--key", folder.parent / "my.key")
    assert status == 1
    assert "chmod 600" in errors


def test_commit__given_key_absent__makes_none(folder: Path) -> None:
    status, _, errors = run(folder, "--key", folder.parent / "absent.key")
    assert status == 1
    assert "does not exist" in errors
    assert not (folder.parent / "absent.key").exists()


def test_commit__folder_not_writable__says_so(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, _, errors = run(folder, "--key", folder.parent / "my.key", "--out", tmp_path / "file")
    assert status == 1
    assert "cannot be written" in errors
