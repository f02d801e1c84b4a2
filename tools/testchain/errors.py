"""What a contract answers when it refuses."""

from typing import Any


class RevertedData(Exception):  # noqa: N818 — it names what happened, not a fault of ours
    """A call reverted with these bytes."""

    def __init__(self, reason: bytes) -> None:
        super().__init__(reason)
        self.reason = reason


class Reverted(Exception):  # noqa: N818
    """A call reverted with a named error and its facts; `Panic` with its code, `Error` with its text."""

    def __init__(self, name: str, facts: tuple[Any, ...]) -> None:
        super().__init__(f"{name}{facts!r}")
        self.name = name
        self.facts = facts
