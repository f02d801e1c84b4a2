"""Every way in which a node can fail has one name, and none of them looks like an answer."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from oracle.chain.rpc import Rpc
from oracle.errors import CallReverted, NodeRefused, NodeUnreachable

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Starts a server that answers every POST the given way; its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.request_body = self.rfile.read(int(self.headers["Content-Length"]))
                answer(self)

            def log_message(self, *arguments: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def body(text: str | bytes, status: int = 200) -> Answer:
    """An answer with this body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        octets = text.encode() if isinstance(text, str) else text
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(octets)))
        handler.end_headers()
        handler.wfile.write(octets)

    return answer


def result(text: str) -> Answer:
    """A JSON-RPC result."""
    return body('{"jsonrpc": "2.0", "id": 1, "result": ' + text + "}")


def error(text: str, status: int = 200) -> Answer:
    """A JSON-RPC error."""
    return body('{"jsonrpc": "2.0", "id": 1, "error": ' + text + "}", status)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, for ever."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)
    except OSError:
        pass


def hang(_handler: BaseHTTPRequestHandler) -> None:
    """Say nothing."""
    time.sleep(2)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Cut the line in the middle of the answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"jsonrpc"')


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (body("<html>not a node</html>"), "did not answer in JSON"),
        (body(b"\xff\xfe"), "did not answer in JSON"),
        (body("[]"), "not an Ethereum node"),
        (body("{}"), "without a result"),
        (body("Bad gateway", 502), "HTTP status 502"),
        (body("", 404), "HTTP status 404"),
        (body("null", 500), "HTTP status 500"),
        (result('"no number"'), "where a number belongs"),
        (result("null"), "where a number belongs"),
        (error('{"code": -32601, "message": "the method does not exist"}'), "the method does not exist"),
        (error('{"code": -32005, "message": "too many requests"}', 429), "too many requests"),
        (error('"odd"'), "odd"),
        (hang_up, "did not answer in JSON"),
        (hang, "did not answer within"),
        (drip, "did not answer within"),
    ],
)
def test_chain_id__bad_answer__unreachable_with_a_sentence(
    serve: Callable[[Answer], str], answer: Answer, sentence: str
) -> None:
    with pytest.raises(NodeUnreachable, match=sentence):
        Rpc(serve(answer), timeout_s=0.3).chain_id()


def test_chain_id__nobody_listens__unreachable() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(NodeUnreachable, match="cannot be reached"):
        Rpc(f"http://127.0.0.1:{port}").chain_id()


def test_chain_id__dead_host_name__unreachable() -> None:
    with pytest.raises(NodeUnreachable, match=r"no-such-node\.invalid cannot be reached"):
        Rpc("http://no-such-node.invalid").chain_id()


@pytest.mark.parametrize("url", ["", "127.0.0.1:8545", "file:///etc/passwd", "http://", "ftp://127.0.0.1"])
def test_rpc__no_address_of_a_node__unreachable(url: str) -> None:
    with pytest.raises(NodeUnreachable, match="is no address of a node"):
        Rpc(url)


def test_rpc__proxy_in_the_environment__loopback_is_asked_directly(
    serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://no-such-proxy.invalid:3128")
    assert Rpc(serve(result('"0x7a69"'))).chain_id() == 31337


@pytest.mark.parametrize(
    "facts",
    [
        '{"code": 3, "message": "something", "data": "0x12345678"}',
        '{"code": -32000, "message": "execution reverted"}',
        '{"code": -32015, "message": "VM execution error."}',
    ],
)
def test_eth_call__contract_reverts__is_an_answer_of_the_contract(
    serve: Callable[[Answer], str], facts: str
) -> None:
    with pytest.raises(CallReverted):
        Rpc(serve(error(facts))).eth_call("0x" + "11" * 20, b"", 1)


def test_eth_call__revert_with_data__carries_it(serve: Callable[[Answer], str]) -> None:
    with pytest.raises(CallReverted) as caught:
        Rpc(serve(error('{"code": 3, "message": "x", "data": "0x12345678"}'))).eth_call(
            "0x" + "11" * 20, b"", 1
        )
    assert caught.value.data == bytes.fromhex("12345678")


def test_eth_call__other_error__is_the_node_refusing(serve: Callable[[Answer], str]) -> None:
    with pytest.raises(NodeRefused, match="missing trie node"):
        Rpc(serve(error('{"code": -32000, "message": "missing trie node"}'))).eth_call(
            "0x" + "11" * 20, b"", 1
        )


def test_call__error_with_http_status__keeps_the_nodes_own_words(serve: Callable[[Answer], str]) -> None:
    with pytest.raises(NodeRefused, match="invalid key"):
        Rpc(serve(error('{"code": -32001, "message": "invalid key"}', 401))).chain_id()


NOBODY = "0x" + "11" * 20


def test_eth_calls__answers_in_another_order__are_put_in_order(serve: Callable[[Answer], str]) -> None:
    text = '[{"id": 1, "result": "0x02"}, {"id": 0, "result": "0x01"}]'
    assert Rpc(serve(body(text))).eth_calls(NOBODY, [b"", b""], 1) == [b"\x01", b"\x02"]


def test_eth_calls__node_takes_no_batches__is_asked_one_by_one(serve: Callable[[Answer], str]) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        many = b"[" in handler.request_body[:1]  # type: ignore[attr-defined]
        (error('{"code": -32600, "message": "no batches"}', 400) if many else result('"0x07"'))(handler)

    assert Rpc(serve(answer)).eth_calls(NOBODY, [b"", b"", b""], 1) == [b"\x07"] * 3


@pytest.mark.parametrize(
    "text", ["[]", "[1, 2]", '[{"id": 0, "result": "0x"}]', '[{"id": [], "result": "0x"}, {"id": {}}]']
)
def test_eth_calls__questions_left_unanswered__unreachable(serve: Callable[[Answer], str], text: str) -> None:
    with pytest.raises(NodeUnreachable, match="left questions of a batch unanswered"):
        Rpc(serve(body(text))).eth_calls(NOBODY, [b"", b""], 1)


def test_eth_calls__one_of_them_reverts__is_an_answer_of_the_contract(serve: Callable[[Answer], str]) -> None:
    text = '[{"id": 0, "result": "0x"}, {"id": 1, "error": {"code": 3, "message": "reverted"}}]'
    with pytest.raises(CallReverted):
        Rpc(serve(body(text))).eth_calls(NOBODY, [b"", b""], 1)
