"""`condivisa verify` from the outside: verdicts, exit statuses, sentences with a remedy."""

# ruff: noqa: F811 - fixtures that were imported are asked for by name

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.verify import app
from oracle.chain.trust import Trust, trust_text
from tests.oracle.conftest import anvil, published, shared_node  # noqa: F401 - fixtures
from tests.oracle.world import Published

TRUST = Trust(31337, "http://no-such-node.invalid", "0x" + "aa" * 20, "0x" + "bb" * 20)


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of the command."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def written(folder: Path, receipt: dict[str, Any], trust: Trust) -> tuple[Path, Path]:
    """A receipt and a trust file."""
    receipt_file, trust_file = folder / "receipt.json", folder / "my-trust.toml"
    receipt_file.write_text(json.dumps(receipt), encoding="utf-8")
    trust_file.write_text(trust_text(trust), encoding="utf-8")
    return receipt_file, trust_file


@pytest.mark.node
def test_verify_payout__true_receipt__matches_and_prints_what_was_compared(
    published: Published, tmp_path: Path
) -> None:
    receipt, trust = written(tmp_path, published.payouts[0], published.trust)
    status, output, _ = run("payout", receipt, "--trust", trust)

    assert status == 0
    first, *others = output.splitlines()
    assert first.startswith("MATCHES: payout ")
    assert "wallet leaf 0 of distribution 1" in first
    assert any("paid by transaction 0x" in line for line in others)
    assert any("block " in line and "UTC" in line for line in others)


@pytest.mark.node
def test_verify_tree__true_tree__matches_and_prints_counts(published: Published, tmp_path: Path) -> None:
    tree, trust = written(tmp_path, published.tree, published.trust)
    status, output, _ = run("tree", tree, "--trust", trust)
    assert status == 0
    assert output.startswith(
        f"MATCHES: tree of {len(published.payouts)} leaves of distribution 1\n  status    "
    )
    assert "  counted   2 leaves, " in output


@pytest.mark.node
def test_verify_tree__leaf_dropped__does_not_match_and_names_the_place(
    published: Published, tmp_path: Path
) -> None:
    shorter = published.tree | {"leaves": published.tree["leaves"][1:]}
    tree, trust = written(tmp_path, shorter, published.trust)
    status, output, _ = run("tree", tree, "--trust", trust)
    assert status == 1
    assert "because   leaf 0 was changed or stands in another's place" in output


@pytest.mark.node
def test_verify_reading__true_receipt__matches(published: Published, tmp_path: Path) -> None:
    receipt, trust = written(tmp_path, published.reading, published.trust)
    status, output, _ = run("reading", receipt, "--trust", trust)
    assert status == 0
    assert output.startswith("MATCHES: readings of IT001E00000001 on 2024-07-14")


@pytest.mark.node
def test_verify_list__true_list__adds_up_and_prints_the_sums(published: Published, tmp_path: Path) -> None:
    listed, trust = written(tmp_path, published.list, published.trust)
    status, output, _ = run("list", listed, "--trust", trust)
    assert status == 0
    assert output.startswith("MATCHES: list of 7 PODs on 2024-07-14\n  status    7 PODs together: ")
    assert "compared  all commitments together open to the 48 hour totals" in output


@pytest.mark.node
def test_verify_list__entry_dropped__does_not_match_and_says_why(
    published: Published, tmp_path: Path
) -> None:
    shorter = published.list | {"entries": published.list["entries"][1:]}
    listed, trust = written(tmp_path, shorter, published.trust)
    status, output, _ = run("list", listed, "--trust", trust)
    assert status == 1
    assert "because   the list has 6 entries, the report counts 7 PODs" in output


@pytest.mark.node
def test_verify_payout__a_cent_more__does_not_match_and_says_why(
    published: Published, tmp_path: Path
) -> None:
    false = copy.deepcopy(published.payouts[0])
    false["leaf"]["amount_eur"] = "9999.990000"
    receipt, trust = written(tmp_path, false, published.trust)
    status, output, _ = run("payout", receipt, "--trust", trust)
    assert status == 1
    assert output.startswith("DOES NOT MATCH: payout 9999.990000 EUR")
    assert "because   the leaf's path ends in" in output


@pytest.mark.node
def test_verify__other_rpc__is_asked_instead_of_the_trusted_one(published: Published, tmp_path: Path) -> None:
    dead = Trust(published.trust.chain_id, TRUST.rpc, published.trust.ledger, published.trust.vault)
    receipt, trust = written(tmp_path, published.payouts[0], dead)
    assert run("payout", receipt, "--trust", trust)[0] == 3
    assert run("payout", receipt, "--trust", trust, "--rpc", published.trust.rpc)[0] == 0


@pytest.mark.node
def test_verify__default_trust_file__is_the_states(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, _ = written(tmp_path, published.payouts[0], published.trust)
    (tmp_path / ".condivisa").mkdir()
    (tmp_path / ".condivisa/trust.toml").write_text(trust_text(published.trust))
    monkeypatch.chdir(tmp_path)
    assert run("payout", receipt)[0] == 0


def test_verify__dead_host_name__cannot_reach_and_never_mismatches(tmp_path: Path) -> None:
    receipt, trust = written(tmp_path, payout(), TRUST)
    status, output, _ = run("payout", receipt, "--trust", trust)
    assert status == 3
    assert output.startswith("CANNOT REACH THE NODE: payout 1.000000 EUR")
    assert "nothing is known about the receipt" in output
    assert "MATCH:" not in output


@pytest.mark.parametrize("rpc", ["not an address", "file:///etc/hostname"])
def test_verify__no_address_of_a_node__cannot_reach(tmp_path: Path, rpc: str) -> None:
    receipt, trust = written(tmp_path, payout(), TRUST)
    assert run("payout", receipt, "--trust", trust, "--rpc", rpc)[0] == 3


@pytest.mark.parametrize("text", ["", "{}", "not json", "\x00"])
def test_verify__no_receipt__exit_2_naming_the_file(tmp_path: Path, text: str) -> None:
    receipt, trust = written(tmp_path, {}, TRUST)
    receipt.write_text(text)
    status, output, errors = run("reading", receipt, "--trust", trust)
    assert (status, output) == (2, "")
    assert errors.startswith(f"{receipt}: ")


def test_verify__payout_given_as_reading__exit_2(tmp_path: Path) -> None:
    receipt, trust = written(tmp_path, payout(), TRUST)
    status, _, errors = run("reading", receipt, "--trust", trust)
    assert status == 2
    assert 'not a receipt of kind "condivisa/reading/2"' in errors


def test_verify__receipt_absent_or_binary__exit_2(tmp_path: Path) -> None:
    _, trust = written(tmp_path, {}, TRUST)
    assert run("payout", tmp_path / "absent.json", "--trust", trust)[0] == 2
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert run("payout", tmp_path / "binary", "--trust", trust)[0] == 2


def test_verify__no_trust_file__exit_2_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    receipt, trust = written(tmp_path, payout(), TRUST)
    trust.unlink()
    status, _, errors = run("payout", receipt)
    assert status == 2
    assert "no trust file at .condivisa/trust.toml and ~/.config/condivisa/trust.toml. Write one" in errors


def test_verify__as_a_module__needs_no_web3_and_no_database_driver() -> None:
    program = (
        "import sys, cli.verify; "
        "print(sorted({'web3', 'eth_account', 'sqlalchemy', 'psycopg'} & {*sys.modules}))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_verify__module_run__has_the_same_exit_status(tmp_path: Path) -> None:
    receipt, trust = written(tmp_path, payout(), TRUST)
    command = [sys.executable, "-m", "cli.verify", "payout", str(receipt), "--trust", str(trust)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 3


def payout() -> dict[str, Any]:
    """A readable receipt of no chain at all."""
    return {
        "kind": "condivisa/payout/2",
        "chain_id": 31337,
        "vault": TRUST.vault,
        "distribution": 1,
        "index": 0,
        "leaf": {
            "channel": "SOCIAL",
            "payee": "0x" + "00" * 32,
            "owner": "0x" + "00" * 20,
            "amount_eur": "1.000000",
        },
        "proof": [],
    }
