"""Wallet addresses: the case of their letters is a checksum (EIP-55) by Keccak-256, which pads unlike SHA-3."""

import re

from sha3 import keccak_256

from gigstream.errors import Invalid

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


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
    digest = keccak_256(digits.encode()).hexdigest()
    return "0x" + "".join(
        char.upper() if int(nibble, 16) >= 8 else char for char, nibble in zip(digits, digest, strict=False)
    )
