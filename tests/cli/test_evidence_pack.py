"""From a case to a pack that comes out, as administrator and auditor type it: real database, real node."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from cli.verify import app
from oracle.audit.archive import read_archive
from oracle.chain.node import start_node
from oracle.usecases.pack_archive import archive_of
from oracle.wiring import ChainSettings
from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case
from tests.oracle.audit.forging import forged

NAME = "Small community of 6"
pytestmark = pytest.mark.node


class Audited(NamedTuple):
    """A state with a settled distribution, and its pack."""

    state: Path
    pack: Path


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """A small case, run as the demonstration runs it; its pack is written twice."""
    folder = tmp_path_factory.mktemp("audited")
    with state_folder() as state:
        done = run("demo", "--no-serve", "--state", state, "--case", write_small_case(folder / "case"))
        assert done.returncode == 0, done.stderr
        pack = folder / "pack.zip"
        written = run("pay", "pack", NAME, "--distribution", "1", pack, "--state", state)
        assert written.returncode == 0, written.stderr
        assert "confidential" in written.stdout
        yield Audited(state, pack)


def verify(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of `condivisa verify`."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_pack__written_again__is_the_same_bytes(audited: Audited, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    assert run("pay", "pack", NAME, "--distribution", "1", again, "--state", audited.state).returncode == 0
    assert again.read_bytes() == audited.pack.read_bytes()


def test_pack__manifest__says_that_it_is_confidential(audited: Audited) -> None:
    with zipfile.ZipFile(audited.pack) as archive:
        assert json.loads(archive.read("manifest.json"))["notice"].startswith("Confidential: ")


def test_verify_pack__from_the_file_alone__matches_and_says_that_nobody_was_asked(audited: Audited) -> None:
    status, output, _ = verify("pack", audited.pack)
    assert status == 0, output
    assert output.startswith("MATCHES: evidence pack of distribution 1, computed again\n")
    assert "  status    the chain was not asked" in output
    assert (
        "  compared  settlements/1/settlement.json: 2023-02-01T00:00+01:00 to 2023-03-01T00:00+01:00, 7 "
        in output
    )
    assert "  compared  days/: 28 lists" in output


def test_verify_pack__with_the_chain__matches_and_names_transaction_and_head(audited: Audited) -> None:
    chain = ChainSettings(audited.state)
    with start_node(chain.folder) as node:
        status, output, _ = verify("pack", audited.pack, "--trust", chain.trust_file, "--rpc", node.url)
    assert status == 0, output
    assert "  status    settled by transaction 0x" in output
    assert "  compared  28 days' reports are the ledger's\n" in output
    assert "  compared  2023-02: " in output
    assert "  head      block " in output


def test_verify_pack__price_of_a_night_hour_changed__only_the_chain_knows(
    audited: Audited, tmp_path: Path
) -> None:
    """A price at which nothing was shared: the pack comes out of itself, and was not what was signed."""
    files, name = read_archive(audited.pack), "settlements/1/prices.csv"
    old = "2023-02-01T02:00+01:00,NORD,95\n"
    assert old in files[name].decode()
    false = forged(files, name, files[name].decode().replace(old, old.replace("95", "96")).encode())
    path, chain = tmp_path / "false.zip", ChainSettings(audited.state)
    path.write_bytes(archive_of(false))
    assert verify("pack", path)[0] == 0
    with start_node(chain.folder) as node:
        status, output, _ = verify("pack", path, "--trust", chain.trust_file, "--rpc", node.url)
    assert status == 1
    assert "  because   the pack's evidence is 0x" in output


def test_verify_pack__node_that_is_gone__cannot_reach_and_never_mismatches(audited: Audited) -> None:
    trust = ChainSettings(audited.state).trust_file
    gone = "http://no-such-node.invalid"
    status, output, _ = verify("pack", audited.pack, "--trust", trust, "--rpc", gone)
    assert status == 3
    assert output.startswith("CANNOT REACH THE NODE: evidence pack of distribution 1")


def test_verify_pack__changed_payout__does_not_match_and_names_it(audited: Audited, tmp_path: Path) -> None:
    files = read_archive(audited.pack)
    text = files["division.json"].decode()
    leaf = json.loads(text)["members"][0]["leaf_eur"]
    false = text.replace(f'"leaf_eur": "{leaf}"', '"leaf_eur": "999.990000"', 1).encode()
    path = tmp_path / "false.zip"
    path.write_bytes(archive_of(forged(files, "division.json", false)))
    status, output, _ = verify("pack", path)
    assert status == 1
    expected = f"division.json: members[0].leaf_eur: the pack says '999.990000', recomputed '{leaf}'"
    assert f"  because   {expected}\n" in output


def test_verify_pack__no_pack__exit_2_naming_the_file(audited: Audited, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"no archive")
    status, _, error = verify("pack", path)
    assert status == 2
    assert error.startswith(f"{path}: is no readable ZIP archive")


def test_verify_pack__no_trust_file__exit_2(audited: Audited, tmp_path: Path) -> None:
    status, _, error = verify("pack", audited.pack, "--trust", tmp_path / "absent.toml")
    assert status == 2
    assert "no trust file at" in error


def test_pack__unknown_distribution__names_those_that_exist(audited: Audited, tmp_path: Path) -> None:
    refused = run("pay", "pack", NAME, "--distribution", "7", tmp_path / "x.zip", "--state", audited.state)
    assert refused.returncode == 2
    assert "has no distribution 7; it has [1]" in refused.stderr
