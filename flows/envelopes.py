"""Sealing the envelopes so that anyone can check, after unblinding, that none was changed.

* The commitment of an envelope is SHA-256 over, in this order: the bytes of "hamrah envelope 1" and
  a zero byte; the envelope's number as 8 bytes, big-endian; the salt; the arm's code in UTF-8. The
  salt and the code each come after their own length as 4 bytes, big-endian, so no two envelopes
  share an encoding.
* Arms are few, so a commitment hides its arm only as well as its salt is long and secret: each
  envelope has a random salt of its own, of 16 bytes or more, which opens with the envelope.
* The commitment of the list is the Merkle tree hash of RFC 6962, section 2.1, over the envelopes'
  commitments in the order of their numbers.
"""

from collections.abc import Sequence
from hashlib import sha256

DOMAIN = "hamrah envelope 1"
_SHORTEST_SALT = 16
_LEAF, _NODE = b"\x00", b"\x01"


def commitment(number: int, arm: str, salt: bytes) -> bytes:
    if len(salt) < _SHORTEST_SALT:
        raise ValueError("The salt of an envelope is shorter than 16 bytes.")
    place = number.to_bytes(8, "big")
    return sha256(
        DOMAIN.encode() + b"\x00" + place + _framed(salt) + _framed(arm.encode())
    ).digest()


def _framed(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def merkle_root(commitments: Sequence[bytes]) -> bytes:
    match len(commitments):
        case 0:
            return sha256().digest()
        case 1:
            return sha256(_LEAF + commitments[0]).digest()
        case count:
            left = 1 << (count - 1).bit_length() - 1  # the largest power of two below the count
            halves = merkle_root(commitments[:left]) + merkle_root(commitments[left:])
            return sha256(_NODE + halves).digest()
