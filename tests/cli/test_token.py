"""`condivisa db token`: the first administrator, and who holds keys."""

import re

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli.token import app
from cli.workspace import now
from community.domain.records import Principal, Role
from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from community.usecases.tokens import authenticate
from tests.settlement.store import world


@pytest.fixture
def run(database_url: str, tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    runner = CliRunner()

    def invoke(*words: str) -> Result:
        return runner.invoke(app, [*words, "--state", str(tmp_path / "state")])

    return invoke


@pytest.fixture
def registered(engine: Engine):
    with UnitOfWork(engine) as work:
        found = register_community(work, world.case().community)
        work.commit()
    return found


def bearer_of(engine: Engine, secret: str) -> Principal | None:
    with UnitOfWork(engine) as work:
        return authenticate(work, secret, now())


def test_create__first_administrator__opens_all_communities(run, engine: Engine) -> None:
    result = run("create", "--role", "administrator", "--label", "me")
    assert result.exit_code == 0, result.output
    who = bearer_of(engine, result.stdout.strip())
    assert who is not None
    assert (who.role, who.community_id, who.label) == (Role.ADMINISTRATOR, None, "me")


def test_create__key__stands_alone_on_standard_output(run) -> None:
    result = run("create", "--role", "auditor", "--label", "me")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", result.stdout)
    assert result.stdout.strip() not in result.stderr


def test_create__member__is_bound_to_itself(run, engine: Engine, registered) -> None:
    result = run("create", "--role", "member", "--label", "Bea", "--community", "Prova", "--member", "P2")
    who = bearer_of(engine, result.stdout.strip())
    assert who is not None
    assert (who.community_id, who.member_id) == (registered.community_id, registered.members["P2"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--role", "member", "--label", "x"), "names its community and its member"),
        (("--role", "auditor", "--label", "x", "--member", "P1"), "--member needs --community"),
        (("--role", "auditor", "--label", "x", "--community", "Altrove"), 'no community "Altrove"'),
        (
            ("--role", "member", "--label", "x", "--community", "Prova", "--member", "P77"),
            'has no member "P77"',
        ),
        (("--role", "auditor", "--label", "x\ny"), "a label is one line"),
    ],
)
def test_create__misfit__is_refused_in_a_sentence(run, registered, words, sentence: str) -> None:
    result = run("create", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


def test_list__keys__are_told_without_the_keys(run) -> None:
    secret = run("create", "--role", "administrator", "--label", "Anna").stdout.strip()
    shown = run("list").stdout
    assert "administrator" in shown
    assert "Anna" in shown
    assert secret not in shown


def test_revoke__key__opens_nothing_any_more(run, engine: Engine) -> None:
    secret = run("create", "--role", "administrator", "--label", "Anna").stdout.strip()
    token_id = run("list").stdout.split()[0]
    assert run("revoke", token_id).exit_code == 0
    assert bearer_of(engine, secret) is None
    assert run("revoke", token_id).exit_code == 2
    assert "revoked" in run("list").stdout
