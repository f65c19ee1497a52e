"""Wallet addresses: the case of their letters is a checksum (EIP-55) by Keccak-256, which pads unlike SHA-3."""

import re

from gigstream.errors import Invalid

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_MASK = 2**64 - 1
_ROTATIONS = (
    (0, 36, 3, 41, 18),
    (1, 44, 10, 45, 2),
    (62, 6, 43, 15, 61),
    (28, 55, 25, 21, 56),
    (27, 20, 39, 8, 14),
)


def parse(text: str) -> str:
    """An address with its checksum; one all in lower or upper case carries none and gets it. Raises Invalid."""
    if not _ADDRESS.fullmatch(text):
        raise Invalid("must be an address: 0x and 40 hexadecimal digits")
    checked = checksummed(text)
    if text[2:] not in (checked[2:], text[2:].lower(), text[2:].upper()):
        raise Invalid("has a wrong checksum (EIP-55): a letter's case or a digit is mistyped")
    return checked


def checksummed(address: str) -> str:
    """The address in the case that EIP-55 gives it."""
    digits = address[2:].lower()
    digest = keccak_256(digits.encode()).hex()
    return "0x" + "".join(
        char.upper() if int(nibble, 16) >= 8 else char for char, nibble in zip(digits, digest, strict=False)
    )


def keccak_256(data: bytes) -> bytes:
    """Ethereum's hash, 32 bytes."""
    rate = 136
    padded = bytearray(data + b"\x01" + bytes(-(len(data) + 1) % rate))
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), rate):
        for index in range(rate // 8):
            y, x = divmod(index, 5)
            lanes[x][y] ^= int.from_bytes(padded[start + 8 * index : start + 8 * index + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lanes[x][0].to_bytes(8, "little") for x in range(4))


def _permuted(lanes: list[list[int]]) -> list[list[int]]:
    """Keccak-f[1600]: 24 rounds over 5 x 5 lanes of 64 bits."""
    register = 1
    five = range(5)
    for _ in range(24):
        # theta
        columns = [lane[0] ^ lane[1] ^ lane[2] ^ lane[3] ^ lane[4] for lane in lanes]
        mix = [columns[x - 1] ^ _rotated(columns[(x + 1) % 5], 1) for x in five]
        # rho and pi
        moved = [[0] * 5 for _ in five]
        for x in five:
            for y in five:
                moved[y][(2 * x + 3 * y) % 5] = _rotated(lanes[x][y] ^ mix[x], _ROTATIONS[x][y])
        # chi
        lanes = [[moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y]) for y in five] for x in five]
        # iota: the round's constant comes out of a linear feedback register
        for bit in range(7):
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
            if register & 2:
                lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return lanes


def _rotated(lane: int, by: int) -> int:
    return ((lane << by) | (lane >> (64 - by))) & _MASK
