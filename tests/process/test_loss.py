"""Killed in the middle, or on a full disk: no acknowledged word is lost, and none doubled."""

import random
import resource
import time
from collections import Counter

from tests.botapi.client import BotApi, Phone
from tests.process.hamrah import Hamrah, until_polling
from tests.process.participants import add_participants, letters

ROOM = 64 * 1024


def write_letters(phones: list[Phone], first: int, last: int) -> list[str]:
    """Each phone in turn writes a letter of its own."""
    written = [f"letter number {number} about my hair" for number in range(first, last)]
    for number, words in enumerate(written):
        phones[number % len(phones)].send(words)
    return written


def phones_of(api: BotApi, hamrah: Hamrah, count: int) -> list[Phone]:
    phones = [api.phone(language_code="en", started=True) for _ in range(count)]
    add_participants(hamrah, phones)
    return phones


def test_killed_while_many_write(hamrah: Hamrah, api: BotApi) -> None:
    phones, chance = phones_of(api, hamrah, 10), random.Random(7)
    written: list[str] = []
    for round_ in range(4):
        written += write_letters(phones, round_ * 50, round_ * 50 + 50)
        with hamrah.running() as running:
            until_polling(api)
            time.sleep(chance.uniform(0, 0.3))
            running.kill()
        stored = Counter(letters(hamrah))
        acknowledged = len(written) - len(api.pending())
        assert max(stored.values(), default=0) <= 1
        assert stored.total() >= acknowledged
    with hamrah.running():
        api.wait_until(lambda: not api.pending(), timeout=30)
    assert Counter(letters(hamrah)) == Counter(written)


def test_killed_while_replies_leave(hamrah: Hamrah, api: BotApi) -> None:
    """What had not left by then leaves afterwards: each letter is answered at least once."""
    phones = phones_of(api, hamrah, 20)
    with hamrah.running() as running:
        until_polling(api)
        write_letters(phones, 0, 40)
        api.wait_until(lambda: len(api.calls("sendMessage")) >= 10)
        running.kill()
    with hamrah.running():
        api.wait_until(lambda: all(len(phone.texts()) >= 2 for phone in phones), timeout=60)
    assert sum(len(phone.texts()) for phone in phones) <= 40 + 64


def test_a_full_disk_acknowledges_nothing_that_it_did_not_take(hamrah: Hamrah, api: BotApi) -> None:
    """The limit on the size of files stands for the disk's; when there is room, all is taken."""
    phones = phones_of(api, hamrah, 5)
    with hamrah.running() as running:
        until_polling(api)
        limit_files(running.process.pid, ROOM)
        written = write_letters(phones, 0, 200)
        api.wait_until(lambda: running.events("updates_not_stored"), timeout=30)
        assert running.process.poll() is None
        stored = Counter(letters(hamrah))
        assert len(api.pending()) >= len(written) - stored.total()
        limit_files(running.process.pid, resource.RLIM_INFINITY)
        api.wait_until(lambda: not api.pending(), timeout=60)
    assert Counter(letters(hamrah)) == Counter(written)


def limit_files(pid: int, size: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
