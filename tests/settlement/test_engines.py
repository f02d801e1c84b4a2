"""Which loops settle a case of which size."""

import logging
import sys
from collections.abc import Iterator

import pytest

from settlement import engines
from settlement.domain.numpy_loops import NumpyLoops
from settlement.kernel.loops import CompiledLoops
from tests.settlement.domain.worlds import A, B, case

SMALL = case(injected={A: [5]}, withdrawn={B: [5]})


@pytest.fixture(autouse=True)
def _nothing_loaded() -> Iterator[None]:
    engines.compiled_loops.cache_clear()
    yield
    engines.compiled_loops.cache_clear()


def test_loops_for__small_case__does_not_load_the_compiler() -> None:
    assert isinstance(engines.loops_for(SMALL), NumpyLoops)
    assert engines.compiled_loops.cache_info().currsize == 0


def test_loops_for__case_worth_loading__compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WORTH_LOADING_METER_HOURS", 2)
    assert isinstance(engines.loops_for(SMALL), CompiledLoops)


def test_loops_for__small_case_once_loaded__compiled() -> None:
    engines.compiled_loops()
    assert isinstance(engines.loops_for(SMALL), CompiledLoops)


def test_loops_for__no_compiler__numpy_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engines, "WORTH_LOADING_METER_HOURS", 0)
    monkeypatch.setitem(sys.modules, "settlement.kernel.loops", None)
    with caplog.at_level(logging.WARNING):
        assert isinstance(engines.loops_for(SMALL), NumpyLoops)
    assert "settling with numpy" in caplog.text
