"""What a resolution may say, before any chain is asked.

resolutions
├── given arguments that no contract would take it should refuse them with a sentence
├── given reporters in any order it should name them ascending
└── it should put every action into words
"""

from collections.abc import Callable

import pytest

from oracle.attest.payout_tree import encode_leaf
from oracle.records import ContractKind
from oracle.usecases import resolutions
from oracle.usecases.resolutions import Action, Fund

ALICE, BOB = bytes([1]) * 20, bytes([2]) * 20
DOCUMENT = bytes([7]) * 32


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: resolutions.set_shares(7000, 2000, 999), "add up to 10000, these to 9999"),
        (lambda: resolutions.set_shares(12000, -2000, 0), "add up to 10000"),
        (lambda: resolutions.set_reporters([ALICE, ALICE], 1), "named twice"),
        (lambda: resolutions.set_reporters([], 1), "1 to 16 reporters, not 0"),
        (lambda: resolutions.set_reporters([ALICE, BOB], 3), "1 to 2 must sign, not 3"),
        (lambda: resolutions.set_reporters([ALICE, BOB], 0), "must sign, not 0"),
        (lambda: resolutions.set_reporters([bytes(20)], 1), "zero address"),
        (
            lambda: resolutions.set_reporters([bytes([one]) * 20 for one in range(1, 18)], 1),
            "1 to 16 reporters, not 17",
        ),
        (lambda: resolutions.set_guardian(bytes(20)), "zero address"),
        (lambda: resolutions.set_treasurer(bytes(20)), "zero address"),
        (lambda: resolutions.set_vault(bytes(20)), "zero address"),
        (lambda: resolutions.remove_reporter(bytes(20)), "zero address"),
        (lambda: resolutions.set_smallest_group(0), "not 0"),
        (lambda: resolutions.set_smallest_group(256), "not 256"),
        (lambda: resolutions.update_delay(-1), "not -1"),
        (lambda: resolutions.update_delay(10**9), "a year"),
        (lambda: resolutions.announce_sweep(0, DOCUMENT), "numbered from 1"),
        (lambda: resolutions.announce_sweep(2**32, DOCUMENT), "numbered from 1"),
        (lambda: resolutions.require_resolution(bytes(32)), "a resolution has a document"),
        (lambda: resolutions.wallet_leaf(bytes(20), 10_000), "zero address"),
        (lambda: resolutions.bank_leaf(bytes(32), 10_000), "nobody could be paid"),
        (
            lambda: resolutions.spend(Fund.GRID, resolutions.wallet_leaf(ALICE, 0), DOCUMENT),
            "the amount is zero",
        ),
        (
            lambda: resolutions.spend(Fund.GRID, resolutions.wallet_leaf(ALICE, 1), DOCUMENT),
            "whole cents",
        ),
    ],
)
def test_resolution__arguments_no_contract_takes__are_refused(
    make: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        make()


def test_set_reporters__any_order__ascends() -> None:
    assert resolutions.set_reporters([BOB, ALICE], 2).arguments == ([ALICE, BOB], 2)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (
            resolutions.spend(Fund.SOCIAL, resolutions.wallet_leaf(ALICE, 500_000_000), DOCUMENT),
            f"spend 500.000000 EUR to the wallet 0x{'01' * 20} from the social fund",
        ),
        (
            resolutions.spend(Fund.GRID, resolutions.bank_leaf(DOCUMENT, 10_000), DOCUMENT),
            f"spend 0.010000 EUR by bank to the IBAN with hash 0x{'07' * 32} from the grid fund",
        ),
        (
            resolutions.set_shares(7000, 2050, 950),
            "divide revenue from the next month on: producers 70.00 %, social 20.50 %, grid 9.50 %",
        ),
        (
            resolutions.set_reporters([BOB, ALICE], 2),
            f"name 2 reporters, of whom 2 must sign: 0x{'01' * 20}, 0x{'02' * 20}",
        ),
        (resolutions.update_delay(86_400), "let resolutions wait 86400 seconds (1 days)"),
        (resolutions.set_paused(True), "pause the community"),
        (resolutions.set_paused(False), "let the community go on"),
        (
            resolutions.announce_sweep(3, DOCUMENT),
            "announce that what distribution 3 has not paid goes to the social fund in 60 days",
        ),
        (
            Action(ContractKind.LEDGER, "setGovernor", (ALICE,)),
            f"hand the members' resolutions to 0x{'01' * 20}",
        ),
        (
            Action(
                ContractKind.VAULT, "spend", (2, encode_leaf(resolutions.bank_leaf(DOCUMENT, 0)), DOCUMENT)
            ),
            f"spend 0.000000 EUR by bank to the IBAN with hash 0x{'07' * 32} from the carry",
        ),
        (
            Action(ContractKind.VAULT, "spend", (9, b"\x09", DOCUMENT)),
            "spend the malformed leaf 0x09 from fund 9",
        ),
    ],
)
def test_action__any__has_words(action: Action, words: str) -> None:
    assert action.sentence == words
