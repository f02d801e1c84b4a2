"""Keccak-256 as the chain uses it (the padding before SHA-3), from the permutation's definition.

Source: the Keccak reference, version 3.0. The standard library has SHA-3 only, which pads otherwise.
"""

_RATE_BYTES = 136
_LANES = _RATE_BYTES // 8
_MASK = (1 << 64) - 1


def _round_constants() -> list[int]:
    """The 24 constants from the linear feedback shift register of the definition."""
    constants, state = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if state & 1:
                constant |= 1 << ((1 << power) - 1)
            state = (state << 1) ^ (0x171 if state & 0x80 else 0)
        constants.append(constant)
    return constants


def _moves() -> list[tuple[int, int, int]]:
    """Steps rho and pi: the lane that comes from another one, and by how much it is rotated."""
    moves, x, y = [(0, 0, 0)], 1, 0
    for step in range(24):
        target = y + 5 * ((2 * x + 3 * y) % 5)
        moves.append((target, x + 5 * y, (step + 1) * (step + 2) // 2 % 64))
        x, y = y, (2 * x + 3 * y) % 5
    return [(source, turn, target) for target, source, turn in sorted(moves)]


_CONSTANTS = _round_constants()
_MOVES = [(source, turn, 64 - turn) for source, turn, _ in _moves()]


def _permute(lanes: list[int]) -> list[int]:
    for constant in _CONSTANTS:
        c0, c1, c2, c3, c4 = (
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)
        )
        mixed = (
            c4 ^ (c1 << 1 & _MASK | c1 >> 63),
            c0 ^ (c2 << 1 & _MASK | c2 >> 63),
            c1 ^ (c3 << 1 & _MASK | c3 >> 63),
            c2 ^ (c4 << 1 & _MASK | c4 >> 63),
            c3 ^ (c0 << 1 & _MASK | c0 >> 63),
        ) * 5
        moved = []
        for source, left, right in _MOVES:
            lane = lanes[source] ^ mixed[source]
            moved.append((lane << left | lane >> right) & _MASK)
        lanes = []
        for y in range(0, 25, 5):
            a, b, c, d, e = moved[y : y + 5]
            lanes += (a ^ c ^ b & c, b ^ d ^ c & d, c ^ e ^ d & e, d ^ a ^ e & a, e ^ b ^ a & b)
        lanes[0] ^= constant
    return lanes


def keccak256(message: bytes) -> bytes:
    """32 bytes."""
    padding = bytearray(_RATE_BYTES - len(message) % _RATE_BYTES)
    padding[0] |= 0x01
    padding[-1] |= 0x80
    padded, lanes = message + padding, [0] * 25
    for start in range(0, len(padded), _RATE_BYTES):
        for lane in range(_LANES):
            at = start + 8 * lane
            lanes[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
