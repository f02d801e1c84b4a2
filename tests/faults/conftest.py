"""The chain of the tests of the ledger's side serves here too."""

from tests.oracle.conftest import anvil, opened, shared_node, world

__all__ = ["anvil", "opened", "shared_node", "world"]
