"""Keys in encrypted files, in folders of them, or with a remote signer; no sentence ever shows one."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from oracle.attest.keccak import keccak256
from oracle.attest.signature import normalised, signer_of
from oracle.chain.keys import load_keys
from oracle.chain.keystore import create_keystore, open_address, open_keystore, passphrase_in
from oracle.chain.remote_signer import RemoteAccount
from oracle.chain.signing import sign
from oracle.errors import KeysUnusable, SignerUnreachable

PASSPHRASE = "correct horse battery"
KEY = b"\x42" * 32
ACCOUNT: LocalAccount = Account.from_key(KEY)
PUBLIC_KEY = bytes(ACCOUNT._key_obj.public_key.to_bytes())  # type: ignore[attr-defined]
MESSAGE = b"\x19\x01" + b"\x33" * 64
LEGACY = {"chainId": 31337, "nonce": 3, "gas": 21_000, "value": 0, "data": b"\x01", "gasPrice": 7}
DYNAMIC = {
    "chainId": 31337, "nonce": 0, "gas": 90_000, "value": 0, "data": b"", "type": 2,
    "maxFeePerGas": 9, "maxPriorityFeePerGas": 1,
}  # fmt: skip
TO = "0x00000000000000000000000000000000000000AA"


def encrypted(key: bytes) -> str:
    """A keystore that opens fast; the real ones take a second each."""
    return json.dumps(Account.encrypt(key, PASSPHRASE, kdf="pbkdf2", iterations=2))


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    """A file of that mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_create__new_file__opens_again_and_shows_no_key(tmp_path: Path) -> None:
    path = tmp_path / "auditor.json"
    address = create_keystore(path, PASSPHRASE, KEY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KEY.hex() not in path.read_text()
    assert address == open_address(path) == ACCOUNT.address
    assert open_keystore(path, lambda _path: PASSPHRASE).address == address
    with pytest.raises(KeysUnusable, match="never overwritten"):
        create_keystore(path, PASSPHRASE)


@pytest.mark.parametrize(
    ("passphrase", "key", "sentence"),
    [("short", KEY, "at least 12 characters"), (PASSPHRASE, bytes(32), "no key")],
)
def test_create__unusable__writes_nothing(tmp_path: Path, passphrase: str, key: bytes, sentence: str) -> None:
    with pytest.raises(KeysUnusable, match=sentence):
        create_keystore(tmp_path / "key.json", passphrase, key)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        (encrypted(KEY), 0o644, "chmod 600"),
        (encrypted(KEY).replace("pbkdf2", "md5"), 0o600, "does not open"),
        ("{", 0o600, "is no keystore"),
        ("[]", 0o600, "is no keystore"),
        ("{}", 0o600, "is no keystore"),
        (json.dumps({"signer": "ftp://x", "public_key": "0x" + PUBLIC_KEY.hex()}), 0o600, "http:// or"),
        (json.dumps({"signer": "http://x", "public_key": "0x12"}), 0o600, "128 hexadecimal digits"),
    ],
)
def test_open__unusable_file__says_the_remedy(tmp_path: Path, text: str, mode: int, sentence: str) -> None:
    with pytest.raises(KeysUnusable, match=sentence):
        open_keystore(write(tmp_path / "key.json", text, mode), lambda _path: PASSPHRASE)


def test_open__wrong_passphrase_or_nobody_to_ask__shows_neither(tmp_path: Path) -> None:
    path = write(tmp_path / "key.json", encrypted(KEY))
    with pytest.raises(KeysUnusable, match="another passphrase") as caught:
        open_keystore(path, lambda _path: "a guess that is wrong")
    assert "a guess" not in str(caught.value)
    with pytest.raises(KeysUnusable, match="CONDIVISA_KEYSTORE_PASSPHRASE_FILE"):
        open_keystore(path)


def test_passphrase_file__readable_by_others_or_empty__is_refused(tmp_path: Path) -> None:
    assert passphrase_in(write(tmp_path / "one", PASSPHRASE + "\n"))(tmp_path) == PASSPHRASE
    with pytest.raises(KeysUnusable, match="chmod 600"):
        passphrase_in(write(tmp_path / "two", PASSPHRASE, 0o640))(tmp_path)
    with pytest.raises(KeysUnusable, match="no passphrase"):
        passphrase_in(write(tmp_path / "three", "\n"))(tmp_path)


def test_folder__keystores_and_named_reporters__are_one_set_of_keys(tmp_path: Path) -> None:
    write(tmp_path / "operator.json", encrypted(KEY))
    write(tmp_path / "reporters" / "own.json", encrypted(b"\x01" * 32))
    others = ["0x" + "ab" * 20, "0x" + "02" * 20]
    write(tmp_path / "quorum.json", json.dumps({"threshold": 2, "reporters": others}))
    keys = load_keys(tmp_path, lambda _path: PASSPHRASE)
    assert keys.operator.address == ACCOUNT.address
    assert (len(keys.reporters), keys.threshold) == (1, 2)
    assert keys.registered_addresses == sorted(keys.registered_addresses)
    assert set(keys.others) == {bytes.fromhex(other[2:]) for other in others}
    write(tmp_path / "quorum.json", json.dumps({"threshold": 4, "reporters": others}))
    with pytest.raises(KeysUnusable, match="has 3 reporters, 4 must sign"):
        load_keys(tmp_path, lambda _path: PASSPHRASE)
    write(tmp_path / "quorum.json", json.dumps({"reporters": ["0x12"]}))
    with pytest.raises(KeysUnusable, match="does not name reporters"):
        load_keys(tmp_path, lambda _path: PASSPHRASE)


def test_file__reporters_by_address__are_named_and_not_held(tmp_path: Path) -> None:
    document = {"operator": "0x" + KEY.hex(), "reporters": ["0x" + "ab" * 20], "threshold": 1}
    keys = load_keys(write(tmp_path / "keys.json", json.dumps(document)))
    assert keys.reporters == ()
    assert keys.registered_addresses == [b"\xab" * 20]


class SignerDouble(BaseHTTPRequestHandler):
    """Stands in for a Web3Signer: it signs keccak256 of `data`, as the real one does by default."""

    answer: ClassVar[str | None] = None

    def do_POST(self) -> None:
        wanted = f"/api/v1/eth1/sign/0x{PUBLIC_KEY.hex()}"
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        signature = bytes(ACCOUNT.unsafe_sign_hash(keccak256(bytes.fromhex(body["data"][2:]))).signature)
        self.send_response(200 if self.path == wanted else 404)
        self.end_headers()
        self.wfile.write((self.answer or "0x" + signature.hex()).encode())

    def log_message(self, *_arguments: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def remote() -> Iterator[RemoteAccount]:
    """An account whose key the double keeps."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SignerDouble)
    Thread(target=server.serve_forever, daemon=True).start()
    yield RemoteAccount(f"http://127.0.0.1:{server.server_port}/", PUBLIC_KEY)
    server.shutdown()
    server.server_close()


def test_remote__message_and_transactions__as_the_key_itself_signs(remote: RemoteAccount) -> None:
    assert remote.address == ACCOUNT.address
    assert sign(remote, MESSAGE) == sign(ACCOUNT, MESSAGE)
    for transaction in (
        LEGACY | {"to": TO},
        LEGACY | {"to": b""},
        DYNAMIC | {"to": TO},
        DYNAMIC | {"to": b""},
    ):
        own, there = ACCOUNT.sign_transaction(transaction), remote.sign_transaction(transaction)
        assert (there.raw_transaction, there.hash) == (bytes(own.raw_transaction), bytes(own.hash))


def test_remote__other_key_nonsense_or_away__is_named(
    remote: RemoteAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Account.from_key(b"\x07" * 32)
    unknown = RemoteAccount(remote.url, bytes(stranger._key_obj.public_key.to_bytes()))
    with pytest.raises(SignerUnreachable, match="does not keep this key"):
        unknown.sign(MESSAGE)
    other = bytes(stranger.unsafe_sign_hash(keccak256(MESSAGE)).signature)
    for answer in ("0x" + other.hex(), "0x12", "nonsense"):
        monkeypatch.setattr(SignerDouble, "answer", answer)
        with pytest.raises(SignerUnreachable, match="no signature of"):
            remote.sign(MESSAGE)
    with pytest.raises(SignerUnreachable, match="cannot be reached"):
        RemoteAccount("http://127.0.0.1:1", PUBLIC_KEY).sign(MESSAGE)


def test_signer_of__what_contracts_refuse__is_refused() -> None:
    digest = keccak256(MESSAGE)
    good = sign(ACCOUNT, MESSAGE)
    assert signer_of(digest, good) == bytes.fromhex(ACCOUNT.address[2:])
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = (order - int.from_bytes(good[32:64], "big")).to_bytes(32, "big")
    for bad, sentence in (
        (good[:64], "65 bytes"),
        (good[:64] + b"\x00", "27 or 28"),
        (good[:32] + high + bytes([55 - good[64]]), "lower s"),
        (bytes(64) + b"\x1b", "nobody's"),
    ):
        with pytest.raises(ValueError, match=sentence):
            signer_of(digest, bad)
    raw = good[:32] + high + bytes([1])
    assert normalised(digest, raw, bytes.fromhex(ACCOUNT.address[2:])) == good
