"""Commitments hide and bind, and their tree is the one of RFC 6962."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.envelopes import commitment, merkle_root

SALT = bytes(range(32))
# Salts and arms of the same few bytes, so that a byte could pass for a part of either.
sealed = st.tuples(
    st.integers(0, 2),
    st.text("\0A", max_size=3),
    st.text("\0A", max_size=3).map(lambda end: bytes(16) + end.encode()),
)

# The leaves and roots that Certificate Transparency's own implementations are tested with.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_a_commitment_can_be_recomputed_from_its_description() -> None:
    described = (
        b"hamrah envelope 1\x00"
        + bytes([0, 0, 0, 0, 0, 0, 0, 12])
        + bytes([0, 0, 0, 32])
        + SALT
        + bytes([0, 0, 0, 1])
        + b"B"
    )
    assert commitment(12, "B", SALT) == sha256(described).digest()


@given(sealed, sealed)
def test_two_envelopes_share_a_commitment_only_if_they_are_one(
    one: tuple[int, str, bytes], other: tuple[int, str, bytes]
) -> None:
    assert (commitment(*one) == commitment(*other)) == (one == other)


def test_a_salt_that_could_be_guessed_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        commitment(1, "A", bytes(15))


@pytest.mark.parametrize("count", range(9))
def test_the_root_is_that_of_certificate_transparency(count: int) -> None:
    assert merkle_root(LEAVES[:count]).hex() == ROOTS[count]


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, unique=True), st.data())
def test_the_root_changes_with_any_envelope_its_place_or_the_count(
    commitments: list[bytes], data: st.DataObject
) -> None:
    place = data.draw(st.integers(1, len(commitments) - 1))
    changed = [*commitments[:place], bytes(31), *commitments[place + 1 :]]
    swapped = [commitments[place], *commitments[1:place], commitments[0], *commitments[place + 1 :]]
    doubled = [*commitments, commitments[-1]]
    root = merkle_root(commitments)
    assert root not in {merkle_root(changed), merkle_root(swapped), merkle_root(doubled)}
