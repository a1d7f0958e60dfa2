import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sealing import (
    Ciphertext,
    Key,
    LookupKey,
    MasterKeyExists,
    MasterKeyGarbled,
    MasterKeyMissing,
    MasterKeys,
    MasterKeyTooOpen,
    MasterKeyUnknown,
    Unreadable,
)

ids = st.integers(min_value=1, max_value=2**63 - 1)
keys = st.builds(Key, ids, st.binary(min_size=32, max_size=32))
texts = st.text(st.characters(codec="utf-8"))
masters = st.lists(keys, min_size=1, max_size=3, unique_by=lambda key: key.id).map(
    lambda found: MasterKeys(tuple(found))
)


def line(key: Key) -> str:
    return f"{key.id} {base64.b64encode(key.material).decode()}\n"


def write(path: Path, content: str) -> None:
    path.write_text(content)
    path.chmod(0o600)


@given(keys, texts)
def test_what_is_sealed_opens_with_its_key(key: Key, text: str) -> None:
    sealed = key.seal(text)
    assert key.open(sealed) == text
    assert sealed.key_id == key.id


@given(keys, texts)
def test_the_same_text_is_sealed_differently_each_time(key: Key, text: str) -> None:
    assert key.seal(text) != key.seal(text)


@given(keys, texts, st.data())
def test_any_changed_byte_makes_it_unreadable(key: Key, text: str, data: st.DataObject) -> None:
    raw = bytearray(key.seal(text).raw)
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        key.open(Ciphertext(bytes(raw)))


@given(keys, texts, st.data())
def test_any_cut_makes_it_unreadable(key: Key, text: str, data: st.DataObject) -> None:
    raw = key.seal(text).raw
    with pytest.raises(Unreadable):
        key.open(Ciphertext(raw[: data.draw(st.integers(0, len(raw) - 1))]))


@given(keys, keys, texts)
def test_another_key_does_not_open_it(key: Key, other: Key, text: str) -> None:
    wrong = Key(other.id, bytes(byte ^ 1 for byte in key.material))
    for each in (wrong, Key(key.id, wrong.material)):
        with pytest.raises(Unreadable):
            each.open(key.seal(text))


@given(masters, keys)
def test_a_wrapped_key_comes_back(master: MasterKeys, key: Key) -> None:
    assert master.unwrap(master.wrap(key)) == key


@given(masters, keys, st.data())
def test_any_changed_byte_spoils_a_wrapped_key(
    master: MasterKeys, key: Key, data: st.DataObject
) -> None:
    wrapped = bytearray(master.wrap(key))
    wrapped[data.draw(st.integers(0, len(wrapped) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        master.unwrap(bytes(wrapped))


def test_a_new_master_key_needs_only_wrapping_anew() -> None:
    person, old, new = Key.generate(41), Key.generate(1), Key.generate(2)
    sealed = person.seal("۰۹۱۲ ۰۰۰ ۰۰۰۰")
    wrapped = MasterKeys((old,)).wrap(person)
    both = MasterKeys((new, old))
    rewrapped = both.wrap(both.unwrap(wrapped))
    assert MasterKeys((new,)).unwrap(rewrapped).open(sealed) == "۰۹۱۲ ۰۰۰ ۰۰۰۰"
    with pytest.raises(MasterKeyUnknown, match="master key 1,"):
        MasterKeys((new,)).unwrap(wrapped)


@given(masters, keys)
def test_a_wrapped_key_is_no_text(master: MasterKeys, key: Key) -> None:
    with pytest.raises(Unreadable):
        master.keys[0].open(Ciphertext(master.wrap(key)))


@given(keys, texts)
def test_no_repr_shows_material_or_text(key: Key, text: str) -> None:
    assert repr(key) == f"Key(id={key.id})"
    assert repr(LookupKey(key)) == f"LookupKey(key=Key(id={key.id}))"
    assert repr(key.seal(text)) == "Ciphertext()"


@given(keys, texts, texts, texts, texts)
def test_digests_are_equal_for_equal_domain_and_value_only(
    key: Key, domain: str, value: str, other_domain: str, other_value: str
) -> None:
    lookup = LookupKey(key)
    equal = (domain, value) == (other_domain, other_value)
    assert (lookup.digest(domain, value) == lookup.digest(other_domain, other_value)) is equal


def test_digests_need_the_key_and_keep_domains_apart() -> None:
    lookup, other = LookupKey(Key.generate(1)), LookupKey(Key.generate(1))
    assert lookup.digest("phone", "1") != other.digest("phone", "1")
    assert lookup.digest("phone", "1") != lookup.digest("code", "1")
    assert lookup.digest("ab", "c") != lookup.digest("a", "bc")
    assert len(lookup.digest("phone", "1")) == 32


def test_a_created_file_is_read_back_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    created = MasterKeys.create(path)
    assert MasterKeys.read(path) == created
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    created = MasterKeys.create(path)
    with pytest.raises(MasterKeyExists, match="never overwritten"):
        MasterKeys.create(path)
    assert MasterKeys.read(path) == created


def test_the_first_line_is_the_current_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    new, old = Key.generate(2), Key.generate(1)
    write(path, line(new) + line(old))
    assert MasterKeys.read(path).keys == (new, old)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyMissing, match=r"master\.key; put it back"):
        MasterKeys.read(tmp_path / "master.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    MasterKeys.create(path)
    path.chmod(mode)
    with pytest.raises(MasterKeyTooOpen, match="chmod 600"):
        MasterKeys.read(path)


GOOD = line(Key(1, b"k" * 32))


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ("", 1),
        ("1\n", 1),
        (GOOD.replace("1 ", "one "), 1),
        (GOOD.replace("1 ", "0 "), 1),
        (GOOD + "2 c2hvcnQ=\n", 2),
        (GOOD + GOOD, 2),
        (GOOD + "\n", 2),
        ("۱ " + GOOD[2:], 1),
    ],
)
def test_a_garbled_file_is_refused_by_line_without_showing_it(
    tmp_path: Path, content: str, number: int
) -> None:
    path = tmp_path / "master.key"
    write(path, content)
    with pytest.raises(MasterKeyGarbled, match=f"Line {number} of") as garbled:
        MasterKeys.read(path)
    assert GOOD[2:20] not in str(garbled.value)
    assert garbled.value.__cause__ is None


def test_a_key_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Key(1, b"short")
