"""The way of a community whose two reporters keep their own keys, from the first key to the posted month."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.processes import run, state_folder
from tests.cli.small_case import raise_a_reading, write_small_case

NAME = "Small community of 6"
pytestmark = pytest.mark.node


@dataclass(frozen=True, slots=True)
class Office:
    """Folders of the operator and of its reporters, and the reporters' addresses."""

    folder: Path
    state: Path
    case: Path
    reporters: tuple[str, str]

    def requests(self) -> list[Path]:
        """What the operator wrote, in the order of the days."""
        return sorted((self.folder / "requests").glob("*.request.json"))

    def sign(self, request: Path, reporter: str, case: Path | None = None) -> tuple[int, str, str]:
        """`condivisa attest sign` at a reporter without a node."""
        found = run(
            "attest", "sign", request, "--keystore", self.folder / f"{reporter}.json", "--case",
            case or self.case, "--trust", self.state / "trust.toml", "--offline", "--out",
            self.folder / f"{request.stem}.{reporter}.json",
        )  # fmt: skip
        return found.returncode, found.stdout, found.stderr


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Keys are made and the case is imported."""
    tmp_path = tmp_path_factory.mktemp("office")
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery\n")
    passphrase.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch, state_folder() as state:
        patch.setenv("CONDIVISA_KEYSTORE_PASSPHRASE_FILE", str(passphrase))
        keys = state / "chain" / "keys"
        made = [
            run("keys", "create", path)
            for path in (keys / "operator.json", tmp_path / "auditor.json", tmp_path / "town.json")
        ]
        assert [one.returncode for one in made] == [0, 0, 0], made
        reporters = (made[1].stdout.strip(), made[2].stdout.strip())
        quorum = keys / "quorum.json"
        quorum.write_text(json.dumps({"threshold": 2, "reporters": reporters}))
        quorum.chmod(0o600)
        case = write_small_case(tmp_path / "case")
        assert run("import", case, "--state", state).returncode == 0
        yield Office(tmp_path, state, case, reporters)


def test_attest__wrong_input__says_what_is_wrong(office: Office) -> None:
    early = run("attest", "ask", NAME, "--out", office.folder / "early", "--state", office.state)
    assert early.returncode == 1
    assert "has no contracts on chain" in early.stderr or "nothing to ask for" in early.stdout
    nonsense = office.folder / "nonsense.json"
    nonsense.write_text("{}")
    refused = run("attest", "collect", NAME, nonsense, "--state", office.state)
    assert (refused.returncode, "is not a receipt of kind" in refused.stderr) == (2, True)
    exists = run("keys", "create", office.folder / "auditor.json")
    assert (exists.returncode, "never overwritten" in exists.stderr) == (1, True)
    shown = run("keys", "address", office.folder / "auditor.json")
    assert shown.stdout.strip() == office.reporters[0]
    key = office.folder / "plain.key"
    key.write_text("42" * 32)
    key.chmod(0o600)
    imported = run("keys", "import", office.folder / "imported.json", "--key", key)
    assert imported.returncode == 0, imported.stderr
    assert "42" * 32 not in (office.folder / "imported.json").read_text()


def test_attest__from_keys_to_the_posted_month(office: Office) -> None:
    publish = ("publish", NAME, "--from", "2023-02-22", "--state", office.state)
    stopped = run(*publish)
    assert stopped.returncode == 1
    assert "2 of the community's 2 reporters must sign 7 days" in stopped.stderr
    assert "condivisa attest ask" in stopped.stderr

    asked = run("attest", "ask", NAME, "--out", office.folder / "requests", "--state", office.state)
    assert asked.returncode == 0, asked.stderr
    assert len(office.requests()) == 1
    assert {path.stat().st_mode & 0o777 for path in office.requests()} == {0o600}

    other = write_small_case(office.folder / "other")
    raise_a_reading(other, "2023-02-23")
    status, _, errors = office.sign(office.requests()[0], "auditor", other)
    assert status == 1
    assert "not signed. The first day that differs is 2023-02-23:" in errors
    assert "the readings of POD IT999E0000000" in errors

    for reporter in ("auditor", "town"):
        status, shown, errors = office.sign(office.requests()[0], reporter)
        assert status == 0, errors
        assert "signed: AC001E00123 2023-02-22 to 2023-02-28" in shown
    files = sorted(office.folder.glob("*.request.*.json"))
    collected = run("attest", "collect", NAME, *files, "--state", office.state)
    assert collected.returncode == 0, collected.stderr
    assert collected.stdout.count("kept: ") == 2
    again = run("attest", "collect", NAME, files[0], "--state", office.state)
    assert "known already: " in again.stdout

    posted = run(*publish)
    assert posted.returncode == 0, posted.stderr
    late = run("attest", "collect", NAME, files[0], "--state", office.state)
    assert late.returncode == 1
    assert "nothing that is open asks for it" in late.stderr
    shown_status = run("chain", "status", "--json", "--state", office.state)
    (community,) = json.loads(shown_status.stdout)["communities"]
    assert community["registration"]["keys_held"] == 0
    assert community["registration"]["decided_by_operator"] is False
