"""The service's verbs one by one, as an administrator types them: import, publish, pay, verify."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import run, state_folder
from tests.cli.small_case import raise_a_reading, write_small_case

NAME = "Small community of 6"
pytestmark = pytest.mark.node


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty state directory."""
    with state_folder() as folder:
        yield folder


def receive(state: Path, gross: str = "100.00", reference: str = "TRN-1", *options: str) -> tuple[int, str]:
    """Record a receipt; exit status and all output."""
    done = run(
        "pay", "receive", NAME, "--gross", gross, "--reference", reference, "--on", "2023-05-02",
        "--fee", "4.50", *options, "--state", state,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_verbs__in_order__pay_every_member_once(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case")
    imported = run("import", case, "--state", state).stdout
    assert "registered; POD-days 392 new" in imported
    assert imported.endswith(f'next: condivisa publish "{NAME}" --from 2023-02-01\n')
    assert "POD-days 392 already there" in run("import", case, "--state", state).stdout

    published = run("publish", NAME, "--from", "2023-02-01", "--state", state)
    assert published.returncode == 0, published.stderr
    assert "published: 5 messages done" in published.stdout
    assert (
        "published: 0 messages done" in run("publish", NAME, "--from", "2023-02-01", "--state", state).stdout
    )

    assert receive(state) == receive(state)
    orders = list(csv.DictReader(io.StringIO(run("pay", "orders", NAME, "--state", state).stdout)))
    assert len(orders) == 6  # seven members, one with a wallet
    assert [row["iban"] for row in orders if row["iban"]] == ["IT60X0542811101000000123456"]

    references = tmp_path / "bank.csv"
    lines = [f"{row['index']},TRN-OUT-{row['index']}\n" for row in orders]
    references.write_text("index,reference\n" + "".join(lines), encoding="utf-8")
    confirmed = run("pay", "confirm", NAME, references, "--distribution", "1", "--state", state)
    assert confirmed.returncode == 0, confirmed.stderr
    assert (
        run("pay", "orders", NAME, "--state", state).stdout.count("\n") == 1
    )  # the header is all that is left


def test_verbs__better_readings_of_a_paid_month__are_corrected_on_the_ledger(
    tmp_path: Path, state: Path
) -> None:
    case = write_small_case(tmp_path / "case")
    run("import", case, "--state", state)
    run("publish", NAME, "--from", "2023-02-01", "--state", state)
    assert receive(state)[0] == 0
    raise_a_reading(case, "2023-02-10T12")
    assert "1 corrected" in run("import", case, "--state", state).stdout

    reason = ("--reason", "meter read again")
    anew = run("publish", NAME, "--from", "2023-02-01", *reason, "--state", state)
    assert anew.returncode == 0, anew.stderr
    assert "settled anew: meter read again" in anew.stdout
    assert "published: 1 messages done" in anew.stdout
    assert "corrected on the ledger: 1 days" in anew.stdout
    again = run("publish", NAME, "--from", "2023-02-01", "--state", state)
    assert "published: 0 messages done" in again.stdout

    status = run("chain", "status", "--state", state)
    assert status.returncode == 0, status.stdout
    assert "1 corrections" in status.stdout
    assert "corrected: meter read again" in status.stdout
    assert "Wh of 1 corrections, pending" in status.stdout
    assert receive(state) == receive(state)  # the first receipt keeps its distribution
    # Both receipts together are more than February earned.
    code, output = receive(state, "100.00", "TRN-2", "--acknowledge", "RECEIVED_ABOVE_COMPUTED")
    assert code == 0, output
    assert "distribution 2" in output
    assert "pending" not in run("chain", "status", "--state", state).stdout


def test_publish__reason_too_long__is_refused(state: Path) -> None:
    refused = run("publish", NAME, "--from", "2023-02-01", "--reason", "x" * 201, "--state", state)
    assert refused.returncode == 2
    assert "1 to 200 characters" in refused.stderr


def test_receive__same_reference_other_amount__names_what_differs(tmp_path: Path, state: Path) -> None:
    run("import", write_small_case(tmp_path / "case"), "--state", state)
    run("publish", NAME, "--from", "2023-02-01", "--state", state)
    assert receive(state)[0] == 0
    status, output = receive(state, gross="100.01")
    assert status == 2
    assert "gross" in output


def test_receive__before_anything_is_settled__is_refused_and_forgotten(tmp_path: Path, state: Path) -> None:
    run("import", write_small_case(tmp_path / "case"), "--state", state)
    status, output = receive(state)
    assert status == 2
    assert "names at least one settlement" in output


@pytest.mark.parametrize("amount", ["1.001", "-5", "ten", "NaN", "1e400"])
def test_receive__no_amount_in_whole_cents__is_refused_before_anything_starts(
    state: Path, amount: str
) -> None:
    status, output = receive(state, gross=amount)
    assert status == 2
    assert "is not an amount in euro" in output
    assert not state.exists()


def test_publish__unknown_community__lists_those_that_exist(tmp_path: Path, state: Path) -> None:
    run("import", write_small_case(tmp_path / "case"), "--state", state)
    refused = run("publish", "Nobody", "--from", "2023-02-01", "--state", state)
    assert refused.returncode == 2
    assert f'there is no community "Nobody"; registered: "{NAME}"' in refused.stderr


def test_publish__month_without_readings__names_what_is_missing(tmp_path: Path, state: Path) -> None:
    run("import", write_small_case(tmp_path / "case"), "--state", state)
    refused = run("publish", NAME, "--from", "2023-03-01", "--state", state)
    assert refused.returncode == 2
    assert "zone NORD has no prices" in refused.stderr


def test_confirm__leaf_that_does_not_exist__changes_nothing(tmp_path: Path, state: Path) -> None:
    run("import", write_small_case(tmp_path / "case"), "--state", state)
    run("publish", NAME, "--from", "2023-02-01", "--state", state)
    receive(state)
    references = tmp_path / "bank.csv"
    references.write_text("index,reference\n99,TRN\n", encoding="utf-8")
    refused = run("pay", "confirm", NAME, references, "--distribution", "1", "--state", state)
    assert refused.returncode == 2
    assert run("pay", "orders", NAME, "--state", state).stdout.count("\n") == 7


def test_verbs__bookkeeping_euro__every_leaf_goes_through_the_bank(tmp_path: Path, state: Path) -> None:
    run("import", write_small_case(tmp_path / "case"), "--state", state)
    published = run("publish", NAME, "--from", "2023-02-01", "--euro", "bookkeeping", "--state", state)
    assert published.returncode == 0, published.stderr
    assert receive(state)[0] == 0
    orders = list(csv.DictReader(io.StringIO(run("pay", "orders", NAME, "--state", state).stdout)))
    assert len(orders) == 7  # the town has a wallet, which a counter cannot pay


def test_publish__unit_that_does_not_exist__is_refused(state: Path) -> None:
    refused = run("publish", NAME, "--from", "2023-02-01", "--euro", "gold", "--state", state)
    assert refused.returncode == 2
    assert '"gold" is no unit' in refused.stderr


def test_redivide__nothing_was_cancelled__says_so(tmp_path: Path, state: Path) -> None:
    run("import", write_small_case(tmp_path / "case"), "--state", state)
    run("publish", NAME, "--from", "2023-02-01", "--state", state)
    receive(state)
    refused = run("pay", "redivide", NAME, "--state", state)
    assert refused.returncode == 2
    assert "no cancelled distribution waits to be divided" in refused.stderr
