"""Several addresses of one chain that stand in for each other.

The one in use is kept until it fails: two nodes are never quite at the same block, and changing between them
looks like a small reorganisation. Now and then all are looked at. Passed over, with a note, is one that
- does not answer,
- serves another chain,
- is stale: its newest block is more than `lag_blocks` below the highest that another one has.
A node that invents higher blocks would make the honest ones look stale: name only nodes that you trust.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from oracle.chain.rpc import Node, Rpc
from oracle.errors import NodeRefused, NodeUnreachable, WrongChain

T = TypeVar("T")

LAG_BLOCKS = 3
LOOK_EVERY_S = 15.0
"""Seconds between two looks at all addresses; one that failed is left alone for as long."""


@dataclass(slots=True, eq=False)
class _Endpoint:
    """An address. `trouble` is why it is passed over, None while it is not; `found` the chain it served."""

    rpc: Rpc
    trouble: str | None = None
    found: int | None = None


class Endpoints(Node):
    """Asks the first address that is well; `chain_id` None takes the chain of the first that answers."""

    def __init__(
        self,
        urls: Sequence[str],
        timeout_s: float = 10.0,
        chain_id: int | None = None,
        *,
        lag_blocks: int = LAG_BLOCKS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoints = [_Endpoint(Rpc(url, timeout_s)) for url in urls]
        self._current = self._endpoints[0]
        self._chain_id = chain_id
        self._lag_blocks = lag_blocks
        self._monotonic = monotonic
        self._next_look: float | None = None
        self._notes: list[str] = []

    @property
    def url(self) -> str:  # type: ignore[override] # it changes with the address in use
        """The address in use."""
        return self._current.rpc.url

    def call(self, method: str, *params: object) -> Any:
        """The `result` of one request, of the first address that gives one. Raises as `Rpc.call`."""
        return self._ask(lambda rpc: rpc.call(method, *params))

    def call_each(self, method: str, each: Sequence[Sequence[object]]) -> list[Any]:
        """Results of one method for several parameters, all of one address. Raises as `Rpc.call_each`."""
        return self._ask(lambda rpc: rpc.call_each(method, each))

    def notes(self) -> list[str]:
        """What happened to the addresses since this was asked last."""
        notes, self._notes = self._notes, []
        return notes

    def _ask(self, question: Callable[[Rpc], T]) -> T:
        if self._next_look is None or self._monotonic() >= self._next_look or self._current.trouble:
            self._look()
        refusal: NodeRefused | None = None
        for endpoint in [one for one in self._in_turn() if one.trouble is None]:
            try:
                answer = question(endpoint.rpc)
            except NodeRefused as error:
                # Some nodes keep fewer logs or take smaller questions than others.
                refusal = refusal or error
            except NodeUnreachable as error:
                self._pass_over(endpoint, str(error))
            else:
                if refusal is None:
                    self._use(endpoint)
                return answer
        raise refusal or self._unreachable()

    def _in_turn(self) -> list[_Endpoint]:
        """The one in use first, then the others in the order in which they were named."""
        return [self._current, *(one for one in self._endpoints if one is not self._current)]

    def _look(self) -> None:
        """Ask every address for its chain and its newest block."""
        heads: dict[_Endpoint, int] = {}
        troubles: dict[_Endpoint, str] = {}
        for endpoint in self._endpoints:
            endpoint.found = None
            try:
                endpoint.found = endpoint.rpc.chain_id()
                self._require_chain(endpoint)
                heads[endpoint] = endpoint.rpc.integer(endpoint.rpc.call("eth_blockNumber"))
            except (NodeUnreachable, WrongChain) as error:
                troubles[endpoint] = str(error)
        best = max(heads.values(), default=0)
        for endpoint, head in heads.items():
            if best - head > self._lag_blocks:
                troubles[endpoint] = f"{endpoint.rpc.url} is stale: at block {head}, another is at {best}"
        for endpoint in self._endpoints:
            self._note(endpoint, troubles.get(endpoint))
        self._next_look = self._monotonic() + LOOK_EVERY_S
        self._use(next((one for one in self._in_turn() if one.trouble is None), self._current))

    def _require_chain(self, endpoint: _Endpoint) -> None:
        assert endpoint.found is not None
        if self._chain_id is None:
            self._chain_id = endpoint.found
        if endpoint.found != self._chain_id:
            raise WrongChain(endpoint.rpc.url, self._chain_id, endpoint.found)

    def _note(self, endpoint: _Endpoint, trouble: str | None) -> None:
        if trouble is not None and endpoint.trouble is None:
            self._notes.append(f"passed over: {trouble}")
        elif trouble is None and endpoint.trouble is not None:
            self._notes.append(f"{endpoint.rpc.url} is well again")
        endpoint.trouble = trouble

    def _pass_over(self, endpoint: _Endpoint, trouble: str) -> None:
        self._note(endpoint, trouble)
        self._next_look = self._monotonic() + LOOK_EVERY_S

    def _use(self, endpoint: _Endpoint) -> None:
        if endpoint is not self._current:
            self._notes.append(f"asking {endpoint.rpc.url} from now on")
            self._current = endpoint

    def _unreachable(self) -> NodeUnreachable | WrongChain:
        """Why no address can be asked. It is another chain only where all that answered serve another."""
        wrong = [one for one in self._endpoints if one.found not in (None, self._chain_id)]
        answered = [one for one in self._endpoints if one.found is not None]
        if wrong and wrong == answered:
            assert self._chain_id is not None
            assert wrong[0].found is not None
            return WrongChain(wrong[0].rpc.url, self._chain_id, wrong[0].found)
        return NodeUnreachable("; ".join(one.trouble or one.rpc.url for one in self._endpoints))


def node_of(addresses: str, timeout_s: float = 10.0, chain_id: int | None = None) -> Node:
    """The node of one address, or of several with commas between them. Raises NodeUnreachable."""
    urls = [url.strip() for url in addresses.split(",") if url.strip()]
    if len(urls) > 1:
        return Endpoints(list(dict.fromkeys(urls)), timeout_s, chain_id)
    return Rpc(urls[0] if urls else addresses, timeout_s)
