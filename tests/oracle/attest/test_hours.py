"""Hour totals as the ledger reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.attest.hours import TOTAL_MAX_WH, decode_hours, encode_hours

totals = st.integers(0, TOTAL_MAX_WH)


def test_encode_hours__two_values__are_five_bytes_each() -> None:
    encoded = encode_hours([1] + [0] * 23, [2**40 - 1] + [0] * 23)
    assert encoded.hex() == "0000000001" + "ff" * 5 + "00" * 230


@given(
    st.sampled_from([23, 24, 25]).flatmap(
        lambda n: st.lists(st.tuples(totals, totals), min_size=n, max_size=n)
    )
)
def test_decode_hours__encoded__is_the_same(pairs: list[tuple[int, int]]) -> None:
    injected, withdrawn = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    assert decode_hours(encode_hours(injected, withdrawn)) == (injected, withdrawn)


@pytest.mark.parametrize(("injected", "withdrawn"), [(22, 22), (26, 26), (24, 23), (0, 0)])
def test_encode_hours__no_day__raises(injected: int, withdrawn: int) -> None:
    with pytest.raises(ValueError, match=f"got {injected} injected, {withdrawn} withdrawn"):
        encode_hours([0] * injected, [0] * withdrawn)


@pytest.mark.parametrize("total", [-1, 2**40])
def test_encode_hours__total_beyond_40_bits__raises(total: int) -> None:
    with pytest.raises(ValueError, match=f"40 bits of Wh, got {total}"):
        encode_hours([0] * 24, [0] * 23 + [total])


@pytest.mark.parametrize("length", [0, 10, 229, 241, 260])
def test_decode_hours__other_length__raises(length: int) -> None:
    with pytest.raises(ValueError, match=f"got {length} bytes"):
        decode_hours(bytes(length))
