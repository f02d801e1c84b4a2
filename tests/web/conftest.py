"""Fixtures of the browser tests: Chromium once per session, a fresh node and page for each test."""

import os
import shutil
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.web.browser import HERE, Browser
from tests.web.register import LEDGER, VAULT, FakeNode, Payouts, day_list, pushed, reading_receipt, serving

SUN = [0] * 6 + [40, 180, 420, 760, 1130, 1420, 1560, 1490, 1270, 930, 610, 330, 120, 15] + [0] * 4
HOUSE = [210, 180, 170, 165, 170, 190, 260, 240, 90] + [0] * 7 + [40, 130, 380, 620, 710, 560, 390, 280]


def missing(what: str) -> NoReturn:
    """Skip where a person runs the tests without the tool; fail in CI, which installs it."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium: CHROMIUM names it, or it is found on the path."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        missing("no Chromium found; install one, or name it by the variable CHROMIUM")
    if (
        not shutil.which("node")
        or not (HERE.parents[1] / "web" / "node_modules" / "playwright-core").exists()
    ):
        missing("node or web/node_modules/playwright-core is missing; run make test once")
    running = Browser(found)
    try:
        yield running
    finally:
        running.close()


def fake_node() -> FakeNode:
    """A node that knows one distribution of five leaves, one day of readings, and the list of another day."""
    payouts = Payouts([12_340_000, 1_234_560_000, 50_000_000, 70_010_000, 10_000])
    injected, withdrawn = [SUN, [0] * 24, SUN, [0] * 24, [0] * 24], [HOUSE, HOUSE, HOUSE, [0] * 24, HOUSE]
    listed = day_list("2024-07-02", injected, withdrawn)
    logs = [pushed(1, 0, 0b11111)]
    return FakeNode(payouts, reading_receipt("2024-07-01", SUN, HOUSE), listed, logs=logs)


@pytest.fixture
def node() -> Iterator[FakeNode]:
    """A node of the test's own, which it may change."""
    with serving(fake_node()) as running:
        yield running


@pytest.fixture
def page(browser: Browser, node: FakeNode) -> Browser:
    """The page with the trust filled in for the node."""
    browser.open()
    browser.trust(rpc=node.url, chain_id=31337, vault=VAULT, ledger=LEDGER)
    return browser
