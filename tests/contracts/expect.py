"""Expecting a contract to refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tools.testchain.errors import Reverted

ANYTHING = object()


@contextmanager
def reverts(name: str, *facts: Any) -> Iterator[None]:
    """The block reverts with this error; facts that are given must be the error's, ANYTHING fits all."""
    with pytest.raises(Reverted) as caught:
        yield
    assert caught.value.name == name, caught.value
    for position, fact in enumerate(facts):
        if fact is not ANYTHING:
            assert plain(caught.value.facts[position]) == plain(fact), caught.value


def plain(fact: Any) -> Any:
    """Addresses in one spelling."""
    return fact.lower() if isinstance(fact, str) else fact
