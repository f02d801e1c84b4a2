"""Opening a chain: the local one with its own keys, any other with keys that must exist."""

from pathlib import Path

import pytest

from oracle.chain.node import LocalNode
from oracle.chain.trust import load_trust
from oracle.errors import KeysUnusable, NodeUnreachable, NotDeployed, WrongChain
from oracle.usecases.context import TokenChoice
from oracle.usecases.publish import publish
from oracle.wiring import ChainSettings, open_chain, publishing, trust_of, write_trust
from tests.oracle.world import World

pytestmark = pytest.mark.node


def test_open_chain__local__same_account_and_chain_each_time(anvil: Path, tmp_path: Path) -> None:
    with open_chain(ChainSettings(tmp_path)) as first:
        account, url = first.chain.sender, first.url
        assert first.policy.token is TokenChoice.TEST_EURO
    with open_chain(ChainSettings(tmp_path)) as second:
        assert (second.chain.sender, second.url) == (account, url)
    with pytest.raises(NodeUnreachable):
        second.chain.require_chain()


def test_open_chain__own_node__needs_its_keys_and_counts_bookkeeping_euro(
    shared_node: LocalNode, tmp_path: Path
) -> None:
    settings = ChainSettings(tmp_path, rpc=shared_node.url)
    with pytest.raises(KeysUnusable, match="does not exist"), open_chain(settings):
        pass
    with open_chain(ChainSettings(tmp_path / "local")):
        pass
    settings = ChainSettings(tmp_path, rpc=shared_node.url, keys=tmp_path / "local/chain/keys.json")
    with open_chain(settings) as opened:
        assert opened.chain.chain_id == 31337
        assert opened.policy.token is TokenChoice.BOOKKEEPING


def test_open_chain__node_of_another_chain__refuses(shared_node: LocalNode, tmp_path: Path) -> None:
    with open_chain(ChainSettings(tmp_path)):
        pass
    settings = ChainSettings(tmp_path, rpc=shared_node.url, chain_id=1)
    with pytest.raises(WrongChain, match="serves chain 31337, not chain 1"), open_chain(settings):
        pass


def test_write_trust__after_publication__is_what_a_verifier_reads(
    world: World, anvil: Path, tmp_path: Path
) -> None:
    settings = ChainSettings(tmp_path)
    with open_chain(settings) as opened:
        with pytest.raises(NotDeployed):
            trust_of(world.engine, opened, world.community_id)
        publish(publishing(world.engine, opened))
        path = write_trust(settings, world.engine, opened, world.community_id)
        assert path == tmp_path / "trust.toml"
        assert load_trust(path) == trust_of(world.engine, opened, world.community_id)
        assert load_trust(path).rpc == opened.url
