"""What is readable only with a key: AES-256-GCM, and keyed digests for finding what is sealed.

Rules that hold here:
- A person's key or a named key seals text; the master keys only wrap those keys, so a new master
  key means wrapping them anew and leaves every text as it is.
- Whatever is sealed names its key: version (1 byte), key id (8), nonce (12), data and tag.
- The version, the key's id and the purpose are authenticated with the data.
- No repr shows key material.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.disk import replace, sync
from storage.failures import Failure

_VERSION = b"\x01"
_ID_BYTES = 8
HEADER = 1 + _ID_BYTES
_NONCE = 12
_TAG = 16
_MATERIAL = 32


class Unreadable(Failure):
    """This cannot be opened: it was sealed with another key, or it was changed since."""


class MasterKeyUnknown(Unreadable):
    """This was wrapped under master key {key_id}, which is not in the master key file; put its
    line back.
    """


class MasterKeyWrong(Failure):
    """The master key file {path} is not the one this database was sealed with; put back the one
    that belongs to it from where it is kept safe.
    """


class MasterKeyMissing(Failure):
    """There is no master key file at {path}; put it back from where it is kept safe, for without
    it nothing that is sealed can be read.
    """


class MasterKeyExists(Failure):
    """There is already a master key file at {path}; it is never overwritten, for nothing that is
    sealed could be read without it.
    """


class MasterKeyTooOpen(Failure):
    """Others on this machine can read the master key file; close it with: chmod 600 {path}"""


class MasterKeyGarbled(Failure):
    """Line {line} of the master key file {path} is not a new key id (1, 2, ...), a space and 32
    bytes in base64; put the file back from where it is kept safe.
    """


@dataclass(frozen=True, slots=True)
class Ciphertext:
    raw: bytes = field(repr=False)

    @property
    def key_id(self) -> int:
        return _key_id(self.raw)


@dataclass(frozen=True, slots=True)
class Key:
    """The key of one person, or a named one; its id is that of its row."""

    id: int
    material: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.material) != _MATERIAL or not 0 < self.id < 2**63:
            raise ValueError("A key has a positive 63-bit id and 32 bytes.")

    @classmethod
    def generate(cls, key_id: int) -> Self:
        return cls(key_id, secrets.token_bytes(_MATERIAL))

    def seal(self, text: str) -> Ciphertext:
        return Ciphertext(_encrypt(self, b"text", text.encode()))

    def open(self, ciphertext: Ciphertext) -> str:
        return _decrypt(self, b"text", ciphertext.raw).decode()

    def seal_file(self, content: bytes) -> Ciphertext:
        return Ciphertext(_encrypt(self, b"file", content))

    def open_file(self, ciphertext: Ciphertext) -> bytes:
        return _decrypt(self, b"file", ciphertext.raw)


@dataclass(frozen=True, slots=True)
class LookupKey:
    """Finds a sealed phone, address or code again by a digest that only this key can make."""

    key: Key

    def digest(self, domain: str, value: str) -> bytes:
        """The domain keeps equal values of different kinds from being seen as equal."""
        name = domain.encode()
        message = len(name).to_bytes(2) + name + value.encode()
        return hmac.digest(self.key.material, message, hashlib.sha256)


class Wrapping(Protocol):
    """Whoever has the master keys."""

    def wrap(self, key: Key) -> bytes: ...

    def unwrap(self, wrapped: bytes) -> Key: ...


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The keys of the file `master.key`; the first line is the current one."""

    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        return self.keys[0]

    @classmethod
    def read(cls, path: Path) -> Self:
        try:
            if path.stat().st_mode & 0o077:
                raise MasterKeyTooOpen(path=path)
            lines = path.read_text(encoding="ascii", errors="replace").splitlines()
        except FileNotFoundError:
            raise MasterKeyMissing(path=path) from None
        return cls(_parse(lines, path))

    @classmethod
    def create(cls, path: Path) -> Self:
        key = Key.generate(1)
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise MasterKeyExists(path=path) from None
        with os.fdopen(file, "wb") as lines:
            lines.write(_line(key))
            lines.flush()
            os.fsync(file)
        sync(path.parent)
        return cls((key,))

    def replace(self, path: Path) -> None:
        """Write these keys into the file, which holds the old ones or the new at any moment."""
        replace(path, b"".join(map(_line, self.keys)))

    def wrap(self, key: Key) -> bytes:
        return _encrypt(self.current, b"key", key.id.to_bytes(_ID_BYTES) + key.material)

    def unwrap(self, wrapped: bytes) -> Key:
        plain = _decrypt(self._named(_key_id(wrapped)), b"key", wrapped)
        return Key(int.from_bytes(plain[:_ID_BYTES]), plain[_ID_BYTES:])

    def _named(self, key_id: int) -> Key:
        for key in self.keys:
            if key.id == key_id:
                return key
        raise MasterKeyUnknown(key_id=key_id)


def _encrypt(key: Key, purpose: bytes, plain: bytes) -> bytes:
    header = _VERSION + key.id.to_bytes(_ID_BYTES)
    nonce = secrets.token_bytes(_NONCE)
    return header + nonce + AESGCM(key.material).encrypt(nonce, plain, header + purpose)


def _decrypt(key: Key, purpose: bytes, raw: bytes) -> bytes:
    if _key_id(raw) != key.id:
        raise Unreadable
    header, nonce, rest = raw[:HEADER], raw[HEADER : HEADER + _NONCE], raw[HEADER + _NONCE :]
    try:
        return AESGCM(key.material).decrypt(nonce, rest, header + purpose)
    except InvalidTag:
        raise Unreadable from None


def _key_id(raw: bytes) -> int:
    if raw[:1] != _VERSION or len(raw) < HEADER + _NONCE + _TAG:
        raise Unreadable
    return int.from_bytes(raw[1:HEADER])


def _line(key: Key) -> bytes:
    return b"%d %s\n" % (key.id, base64.b64encode(key.material))


def _parse(lines: list[str], path: Path) -> tuple[Key, ...]:
    keys: dict[int, Key] = {}
    for number, line in enumerate(lines or [""], start=1):
        key = _key_in(line)
        if key is None or key.id in keys:
            raise MasterKeyGarbled(line=number, path=path)
        keys[key.id] = key
    return tuple(keys.values())


def _key_in(line: str) -> Key | None:
    key_id, _, material = line.partition(" ")
    try:
        return Key(int(key_id), base64.b64decode(material, validate=True))
    except (ValueError, binascii.Error):
        return None
