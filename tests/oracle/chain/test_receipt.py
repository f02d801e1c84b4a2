"""A file that is no receipt is unreadable, and says which key is wrong."""

import json
from typing import Any

import pytest

from oracle.attest.payout_tree import Channel
from oracle.chain.json_fields import ReceiptUnreadable
from oracle.chain.receipt import (
    LEAVES_MAX,
    PODS_MAX,
    parse_list,
    parse_payout,
    parse_reading,
    parse_tree,
)

PAYOUT: dict[str, Any] = {
    "kind": "condivisa/payout/2",
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
TREE: dict[str, Any] = {
    "kind": "condivisa/payout-tree/1",
    "chain_id": 31337,
    "vault": "0x" + "Ab" * 20,
    "distribution": 1,
    "total_eur": "24.680000",
    "leaves": [PAYOUT["leaf"] | {"hash": "0x" + "03" * 32}] * 2,
}
REPORT: dict[str, Any] = {
    "predecessor": "0x" + "00" * 32,
    "root": "0x" + "55" * 32,
    "roster": "0x" + "56" * 32,
    "pods": 2,
    "blinding": "0x" + "57" * 32,
    "hours": "0x" + "00" * 230,
}
READING: dict[str, Any] = {
    "kind": "condivisa/reading/2",
    "chain_id": 31337,
    "ledger": "0x" + "11" * 20,
    "configuration": "0x" + "22" * 32,
    "pod": "IT001E00000001",
    "day": "2024-03-31",
    "salt": "0x" + "33" * 32,
    "blinding": "0x" + "34" * 32,
    "injected_wh": [0] * 23,
    "withdrawn_wh": [7] * 23,
    "position": 0,
    "proof": ["0x" + "44" * 32],
    "report": REPORT,
}
LIST: dict[str, Any] = {
    "kind": "condivisa/readings-list/1",
    "chain_id": 31337,
    "ledger": "0x" + "11" * 20,
    "configuration": "0x" + "22" * 32,
    "day": "2024-03-31",
    "report": REPORT,
    "entries": [{"id": "0x" + "61" * 32, "commitment": "0x02" + "71" * 32}] * 2,
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
    assert (receipt.report.day, receipt.report.pods) == (19_813, 2)
    assert len(receipt.withdrawn_wh) == 23


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not a JSON file"),
        ("[" * 100_000, "too long"),
        (" " * 300_000, "too long"),
        ("[]", "not a receipt of kind"),
        (json.dumps(READING), "not a receipt of kind"),
        (json.dumps({"kind": "condivisa/payout/2"}), '"chain_id" is missing'),
        (json.dumps(PAYOUT | {"kind": "condivisa/payout/1"}), "not a receipt of kind"),
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
        (changed(PAYOUT, [{}] * 33, "proof"), "has more than 32 entries"),
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
        (changed(READING, "0x" + "34" * 31, "blinding"), '"blinding" must be 0x and 32'),
        (changed(READING, 2.0, "report", "pods"), '"report.pods" must be a whole number'),
        (changed(READING, "condivisa/reading/1", "kind"), "not a receipt of kind"),
    ],
)
def test_parse_reading__malformed__names_the_key(text: str, sentence: str) -> None:
    with pytest.raises(ReceiptUnreadable) as caught:
        parse_reading(text)
    assert sentence in str(caught.value)


def test_parse_list__example__entries_are_bytes() -> None:
    listed = parse_list(json.dumps(LIST))
    assert [len(octets) for octets in listed.entries[0]] == [32, 33]
    assert (listed.report.day, listed.report.pods) == (19_813, 2)


def test_parse_list__no_entries__is_a_list() -> None:
    assert parse_list(changed(LIST, [], "entries")).entries == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (json.dumps(READING), "not a receipt of kind"),
        (changed(LIST, "0x" + "61" * 31, "entries", 1, "id"), '"entries[1].id" must be 0x and 32'),
        (changed(LIST, "0x04" + "71" * 64, "entries", 0, "commitment"), '"entries[0].commitment" must be 0x'),
        (changed(LIST, {"id": "0x" + "61" * 32}, "entries", 0), '"entries[0].commitment" is missing'),
        (changed(LIST, [1], "entries"), '"entries" must hold objects'),
        (changed(LIST, {}, "entries"), '"entries" must be a list'),
        (changed(LIST, [0] * (PODS_MAX + 1), "entries"), "has more than 65536 entries"),
        (changed(LIST, -1, "report", "pods"), '"report.pods" must be a whole number'),
        (changed(LIST, "2024-02-30", "day"), '"day" must be a date'),
        ("[" * 50_000, "not a JSON file"),
        ("[" * 100_000, "too long"),
    ],
)
def test_parse_list__malformed__names_the_key(text: str, sentence: str) -> None:
    with pytest.raises(ReceiptUnreadable) as caught:
        parse_list(text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("opening", "sentence"),
    [
        (None, '"opening" must be an object'),
        ({}, '"opening.salt" is missing'),
        ({"salt": "0x12", "hours": "0x", "blinding": "0x"}, '"opening.salt" must be 0x and 32'),
    ],
)
def test_parse_list__opening_malformed__names_the_key(opening: object, sentence: str) -> None:
    with pytest.raises(ReceiptUnreadable) as caught:
        parse_list(json.dumps(LIST | {"opening": opening}))
    assert sentence in str(caught.value)


def test_parse_tree__example__leaves_and_their_hashes_are_bytes() -> None:
    tree = parse_tree(json.dumps(TREE))
    assert (tree.vault, tree.total_micro_eur) == ("0x" + "ab" * 20, 24_680_000)
    assert tree.leaves == (parse_payout(json.dumps(PAYOUT)).leaf,) * 2
    assert tree.hashes == (b"\x03" * 32,) * 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (json.dumps(PAYOUT), "not a receipt of kind"),
        (changed(TREE, [1], "leaves"), '"leaves" must hold objects'),
        (changed(TREE, [0] * (LEAVES_MAX + 1), "leaves"), "has more than 65536 entries"),
        (changed(TREE, "CASH", "leaves", 1, "channel"), '"leaves[1].channel" must be WALLET, BANK or SOCIAL'),
        (changed(TREE, "12.34", "leaves", 1, "amount_eur"), '"leaves[1].amount_eur" must be euro with six'),
        (changed(TREE, "0x", "leaves", 0, "hash"), '"leaves[0].hash" must be 0x and 32'),
        (changed(TREE, 12, "total_eur"), '"total_eur" must be a text'),
        (" " * (384 * LEAVES_MAX + 1), "too long"),
    ],
)
def test_parse_tree__malformed__names_the_key(text: str, sentence: str) -> None:
    with pytest.raises(ReceiptUnreadable) as caught:
        parse_tree(text)
    assert sentence in str(caught.value)
