"""A guardian cancels, and the administrator has the sum divided anew: the verbs as they are typed."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import ROOT, run, state_folder
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
WITH_AN_HOUR = """
import sys
from cli.main import main
from oracle.usecases.context import VaultPolicy
from oracle.wiring import OpenChain
OpenChain.policy = property(lambda opened: VaultPolicy(root_delay_s=3600))
main()
"""
"""The command line with contracts whose distributions can be cancelled: no option asks for them."""
pytestmark = pytest.mark.node


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A community whose first distribution is settled and not valid yet."""
    with state_folder() as folder:
        run("import", write_small_case(tmp_path / "case"), "--state", folder)
        words = ["publish", NAME, "--from", "2023-02-01", "--state", str(folder)]
        published = subprocess.run(
            [sys.executable, "-c", WITH_AN_HOUR, *words],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert published.returncode == 0, published.stderr
        paid = ("--gross", "100.00", "--reference", "TRN-1", "--on", "2023-05-02")
        waits = run("pay", "receive", NAME, *paid, "--state", folder)
        assert "CommunityVault_NotYetValid" in waits.stderr
        yield folder


def test_redivide__cancelled_distribution__is_settled_anew_and_ordered_nowhere(state: Path) -> None:
    cancelled = run("govern", "guard", "cancel", NAME, "1", "--state", state)
    assert cancelled.returncode == 0, cancelled.stderr

    # The new distribution waits for its hour too.
    assert "CommunityVault_NotYetValid" in run("pay", "redivide", NAME, "--state", state).stderr

    shown = run("chain", "status", "--state", state)
    assert shown.returncode == 0, shown.stdout
    assert "CANCELLED by the guardian" in shown.stdout
    assert "its sum became carry, which distribution 2 divided" in shown.stdout
    assert "payout 2" in shown.stdout
    assert run("pay", "orders", NAME, "--state", state).stdout.count("\n") == 1
