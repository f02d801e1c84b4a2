"""A file that is no receipt is unreadable, and says which key is wrong."""

import json
from typing import Any

import pytest

from oracle.attest.payout_tree import Channel
from oracle.chain.receipt import ReceiptUnreadable, parse_payout, parse_reading

PAYOUT: dict[str, Any] = {
    "kind": "condivisa/payout/1",
    "chain_id": 31337,
    "vault": "0x" + "Ab" * 20,
    "distribution": 1,
    "index": 0,
    "leaf": {
        "channel": "WALLET",
        "payee": "0x" + "01" * 32,
        "owner": "0x" + "00" * 20,
        "amount_eur": "12.340000",
    },
    "proof": [{"hash": "0x" + "02" * 32, "sum_eur": "123.450000"}],
}
READING: dict[str, Any] = {
    "kind": "condivisa/reading/1",
    "chain_id": 31337,
    "ledger": "0x" + "11" * 20,
    "configuration": "0x" + "22" * 32,
    "pod": "IT001E00000001",
    "day": "2024-03-31",
    "salt": "0x" + "33" * 32,
    "injected_wh": [0] * 23,
    "withdrawn_wh": [7] * 23,
    "position": 0,
    "proof": ["0x" + "44" * 32],
    "report": {"predecessor": "0x" + "00" * 32, "root": "0x" + "55" * 32, "hours": "0x" + "00" * 230},
}


def changed(receipt: dict[str, Any], value: object, *path: Any) -> str:
    """The receipt's text with one value replaced."""
    copy = json.loads(json.dumps(receipt))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(copy)


def test_parse_payout__example__amounts_are_micro_euro_and_addresses_lower_case() -> None:
    receipt = parse_payout("\ufeff" + json.dumps(PAYOUT))
    assert receipt.vault == "0x" + "ab" * 20
    assert receipt.leaf.channel is Channel.WALLET
    assert receipt.leaf.amount_micro_eur == 12_340_000
    assert receipt.proof[0].sum == 123_450_000


def test_parse_reading__example__day_is_a_number() -> None:
    receipt = parse_reading(json.dumps(READING))
    assert receipt.day == 19_813
    assert len(receipt.withdrawn_wh) == 23


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not a JSON file"),
        ("[" * 100_000, "too long"),
        (" " * 300_000, "too long"),
        ("[]", "not a receipt of kind"),
        (json.dumps(READING), "not a receipt of kind"),
        (json.dumps({"kind": "condivisa/payout/1"}), '"leaf" is missing'),
        (changed(PAYOUT, 1.5, "index"), '"index" must be a whole number'),
        (changed(PAYOUT, True, "index"), '"index" must be a whole number'),
        (changed(PAYOUT, -1, "distribution"), '"distribution" must be a whole number'),
        (changed(PAYOUT, 2**32, "distribution"), '"distribution" must be a whole number'),
        (changed(PAYOUT, "0x12", "vault"), '"vault" must be 0x and 20 hexadecimal bytes'),
        (changed(PAYOUT, "CASH", "leaf", "channel"), '"leaf.channel" must be WALLET, BANK or SOCIAL'),
        (changed(PAYOUT, "12.34", "leaf", "amount_eur"), '"leaf.amount_eur" must be euro with six decimals'),
        (changed(PAYOUT, "-1.000000", "leaf", "amount_eur"), "must be euro with six decimals"),
        (changed(PAYOUT, 12, "leaf", "amount_eur"), '"leaf.amount_eur" must be a text'),
        (changed(PAYOUT, "١٢.٣٤٠٠٠٠", "leaf", "amount_eur"), "must be euro with six decimals"),
        (changed(PAYOUT, "99999999999999.000000", "leaf", "amount_eur"), "larger than any amount"),
        (changed(PAYOUT, {}, "proof"), '"proof" must be a list'),
        (changed(PAYOUT, [1], "proof"), '"proof" must hold objects'),
        (changed(PAYOUT, [{}] * 33, "proof"), "more entries than any tree"),
        (changed(PAYOUT, "0x", "proof", 0, "hash"), '"proof[0].hash" must be 0x and 32'),
    ],
)
def test_parse_payout__malformed__names_the_key(text: str, sentence: str) -> None:
    with pytest.raises(ReceiptUnreadable) as caught:
        parse_payout(text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (changed(READING, "2024-3-31", "day"), '"day" must be a date'),
        (changed(READING, "20240331", "day"), '"day" must be a date'),
        (changed(READING, "1969-12-31", "day"), '"day" must be a date since 1970'),
        (changed(READING, [0] * 22, "injected_wh"), '"injected_wh" must have 23, 24 or 25 hours'),
        (changed(READING, [0] * 24, "injected_wh"), '"withdrawn_wh" must have as many hours'),
        (changed(READING, [2**32] * 23, "withdrawn_wh"), '"withdrawn_wh" must hold whole Wh'),
        (changed(READING, [0.5] * 23, "withdrawn_wh"), '"withdrawn_wh" must hold whole Wh'),
        (changed(READING, "IT001È00000001", "pod"), '"pod" must be a POD code'),
        (changed(READING, "I" * 17, "pod"), '"pod" must be a POD code'),
        (changed(READING, "0x123", "report", "hours"), '"report.hours" must be 0x'),
        (changed(READING, ["0x12"], "proof"), '"proof" must be 0x and 32'),
    ],
)
def test_parse_reading__malformed__names_the_key(text: str, sentence: str) -> None:
    with pytest.raises(ReceiptUnreadable) as caught:
        parse_reading(text)
    assert sentence in str(caught.value)
