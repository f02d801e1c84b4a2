"""Operators of their own on a node that several tests share."""

from pathlib import Path

from oracle.chain.client import EvmChain, Finality
from oracle.chain.keys import load_or_create_keys
from oracle.chain.node import LocalNode
from oracle.chain.rpc import Rpc
from oracle.wiring import OpenChain


def account(node: LocalNode, path: Path, finality: Finality | None = None) -> OpenChain:
    """An operator of its own on the node; its keys lie at `path`."""
    keys = load_or_create_keys(path)
    return OpenChain(node.url, EvmChain(Rpc(node.url), keys, node.chain_id, finality), local=True)
