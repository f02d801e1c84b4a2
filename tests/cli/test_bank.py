"""The bank's verbs as a treasurer types them: order, import the statement, reserve again."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from settlement.domain.iban import complete_iban
from tests.cli.processes import run, state_folder
from tests.cli.small_case import PERSONS, write_small_case
from tests.settlement.bankfile.statements import OWN_IBAN, camt, gse_credit, paid, returned

NAME = "Small community of 6"
pytestmark = pytest.mark.node
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
BY_BANK = {
    name: f"bank,{complete_iban('IT', f'X0542811101{number:012d}')},yes"
    for number, name in enumerate(PERSONS[:2])
}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A community whose payouts are reserved: two members with an IBAN, four without, one with a wallet."""
    with state_folder() as folder:
        case = write_small_case(tmp_path / "case", payees=BY_BANK)
        assert run("import", case, "--state", folder).returncode == 0
        assert run("publish", NAME, "--from", "2023-02-01", "--state", folder).returncode == 0
        received = run(
            "pay", "receive", NAME, "--gross", "100.00", "--reference", "TRN-1", "--on", "2023-05-02",
            "--state", folder,
        )  # fmt: skip
        assert received.returncode == 0, received.stderr
        yield folder


def sepa(state: Path, out: Path, *more: str) -> tuple[int, str, str]:
    """Order, or write again."""
    done = run(
        "pay", "sepa", NAME, "--distribution", "1", "--execution", "2099-01-04", out, *more, "--state", state
    )
    return done.returncode, done.stdout, done.stderr


def test_bank__ordered_stated_returned_and_ordered_again__every_member_is_paid_once(
    state: Path, tmp_path: Path
) -> None:
    out, names = tmp_path / "bank" / "order.xml", tmp_path / "names.csv"
    names.write_text(f"member,name\n{PERSONS[0]},Anna Bianchi\n", encoding="utf-8")
    status, said, errors = sepa(state, out, "--debtor-iban", OWN_IBAN, "--names", str(names))
    assert status == 0, errors
    assert re.search(r"order 1, 2 payments, [0-9.]+ EUR on 2099-01-04, SHA-256 [0-9a-f]{64} \(new\)", said)
    assert errors.count("has no IBAN: pay it by hand") == 4
    content = out.read_bytes()
    root = fromstring(content)
    assert "Anna Bianchi" in [element.text for element in root.iter(SPACE + "Nm")]

    # The file got lost: it is written again, byte for byte.
    out.unlink()
    assert "written again" in sepa(state, out)[1]
    assert out.read_bytes() == content

    ids = [element.text or "" for element in root.iter(SPACE + "EndToEndId")]
    amounts = [element.text or "" for element in root.iter(SPACE + "InstdAmt")]
    statement = tmp_path / "statement.xml"
    statement.write_bytes(
        camt(paid(ids[0], amounts[0]), returned(ids[1], amounts[1]), gse_credit(text="SALDO"))
    )
    shown = run("pay", "statement", NAME, statement, "--state", state)
    assert shown.stdout.endswith("1 receipt, 1 credited, 1 returned: nothing written; --accept books it\n")
    booked = run("pay", "statement", NAME, statement, "--accept", "--state", state)
    assert booked.returncode == 0, booked.stderr
    divided = f'next: condivisa pay receive "{NAME}" --gross 1234.56 --on 2024-12-06 --kind balance'
    assert booked.stdout.endswith(f'booked\n{divided} --reference "CBI0001"\n')

    assert (
        "1 payouts reserved again"
        in run("pay", "reserve", NAME, "--distribution", "1", "--state", state).stdout
    )
    assert "order 2, 1 payments" in sepa(state, out)[1]
    (again,) = [element.text for element in fromstring(out.read_bytes()).iter(SPACE + "EndToEndId")]
    assert again == ids[1][:-1] + "2"
    statement.write_bytes(camt(paid(again or "", amounts[1], "DEB2")))
    run("pay", "statement", NAME, statement, "--accept", "--state", state)
    waiting = list(csv.DictReader(io.StringIO(run("pay", "orders", NAME, "--state", state).stdout)))
    assert [row["iban"] for row in waiting] == [""] * 4
    assert "chain and database say the same" in run("chain", "status", "--state", state).stdout


def test_statement__malformed__names_file_and_line_and_exits_2(tmp_path: Path) -> None:
    statement, state = tmp_path / "statement.csv", tmp_path / "state"
    statement.write_text("booked_on,amount_eur,reference\n2024-12-06,1.005,R\n", encoding="utf-8")
    refused = run("pay", "statement", NAME, statement, "--accept", "--state", state)
    assert refused.returncode == 2
    assert refused.stderr == 'statement.csv:2: amount_eur "1.005" is not an amount in whole cents\n'
    assert not state.exists()
