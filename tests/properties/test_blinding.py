"""The same trial twice, with the arms permuted: whoever is blinded sees, to the byte, the same.

Randomness is drawn from the same seed in both, so even what is sealed must be equal. What may
differ is listed here: the arms in their envelopes and their commitments, and what names a product
for each arm: batches, session notes, what is written of events and alerts, and what a participant
writes. With these differ the digests of the chains, which are made of ciphertexts and tell nothing
without the keys; a digest that is told to somebody is left out by its very digits.

Tables are compared with the moments in them, so nothing leaves at another time either. What is
given in neither trial, a command, a form or something that falls due, fails the test.
"""

import random
import re
import secrets
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.operating import _COMMANDS
from bot.rehearsal.world import study_in
from bot.trial.definitions import DEFAULT_TRIAL
from bot.turn.submitting import BY_FORM
from bot.turn.ticking import _STEPS
from flows import commands
from tests.blinding import left, on_paper, played
from tests.blinding.left import Left
from tests.blinding.watched import PLANTED, Watched

pytestmark = pytest.mark.slow

# Which columns may differ between the two; nothing else may, in any table.
UNBLINDED = {
    "sealed_arm": {"arm"},
    "incident_words": {"words"},
    "mail": {"words", "answer"},
    "session_note": {"batch", "notes"},
    "safety_note": {"words"},
    "response": {"words", "reason"},
    "correction_request": {"asked", "reason"},
    "envelope": {"commitment"},
    "record": {"content", "digest"},
    "audit": {"previous", "digest", "recorded"},
    "audit_head": {"digest"},
    "sign_off": {"digest"},
}
NAMES = ("exosome", "mesotherapy", "اگزوزوم", "مزوتراپی")
# The choice of a language leads to it, and so nobody gives it.
NOT_GIVEN = {"agree"}
# They start something, or change what is there, and show nothing of the record.
NOT_TYPED = {
    "run",
    "rehearse",
    "chat",
    "publish",
    "backup",
    "staff invite",
    "staff end",
    "staff reset-pin",
    "keys rotate",
    "keys retire",
    "erase",
    "envelopes import",
    "envelopes generate",
    "envelopes paper",
    "take-over template",
    "take-over check",
    "take-over load",
}
PERMUTED = ({"A": "A", "B": "B", "C": "C"}, {"A": "B", "B": "C", "C": "A"})
TRIALS = {"digital": played.play, "paper": on_paper.play}


async def test_whoever_is_blinded_sees_the_same_whatever_the_arms_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    played_twice: list[list[Left]] = []
    for name, play in TRIALS.items():
        runs = []
        for number, permuted in enumerate(PERMUTED):
            monkeypatch.setattr(secrets, "token_bytes", random.Random(7).randbytes)
            world = await Watched.begin(tmp_path / f"{name}-{number}", "en")
            runs.append(await left.play(world, partial(play, permuted=permuted), capfd))
        played_twice.append(runs)
    for first, second in played_twice:
        _nothing_seen_differs(first, second)
        _no_stored_row_differs(first, second)
        _no_product_is_named(first)
        _no_product_is_named(second)
    (digital, _), (on_cards, _) = played_twice
    _the_clinician_read_it(digital)
    _no_message_names_an_arm(digital)
    _nothing_is_left_out([digital, on_cards])


def _nothing_seen_differs(first: Left, second: Left) -> None:
    assert first.logs == second.logs
    assert first.bodies == second.bodies
    assert first.views == second.views
    assert first.watched == second.watched
    assert first.typed == second.typed
    for name, seen in first.shown.items():
        assert seen == second.shown[name], name
    assert first.popups == second.popups


def _no_stored_row_differs(first: Left, second: Left) -> None:
    assert first.tables["sealed_arm"] != second.tables["sealed_arm"]
    assert first.tables["arm_guess"]
    for name in first.tables:
        assert _blinded(first, name) == _blinded(second, name), name


def _blinded(it: Left, name: str) -> list[dict[str, Any]]:
    hidden = UNBLINDED.get(name, set())
    enrolled = {row["person_id"] for row in it.tables["participant"]}
    return [
        {column: row[column] for column in row.keys() - hidden - _own(it, name, row, enrolled)}
        for row in it.tables[name]
    ]


def _own(it: Left, name: str, row: dict[str, Any], enrolled: Collection[int]) -> set[str]:
    """A message to a participant is sealed with what they wrote, and one to the investigator with
    a digest; of both the rest is compared as `bodies`. What is signed off is a digest too."""
    match name:
        case "outbox" if row["person_id"] in enrolled or row["id"] in it.telling_a_digest:
            return {"body"}
        case "audit" if row["verb"] == "sign_off":
            return {"detail"}
    return set()


def _no_product_is_named(it: Left) -> None:
    """But for the trial's own title, which stands on what the command line prints."""
    for seen in (*it.bodies, it.views):
        assert not any(name in seen.lower() for name in NAMES)
    for seen in (*it.bodies, it.views, it.typed, it.logs, *it.watched):
        assert not any(product in seen for product in PLANTED.values())


def _no_message_names_an_arm(it: Left) -> None:
    """By keys and parameters, as they are stored; the trial's own title is a key there."""
    for body in it.bodies:
        assert not re.search(r"(?<![\w.])[ABC](?![\w])", body)


def _the_clinician_read_it(it: Left) -> None:
    """What was planted is there to be seen, by whoever may see it."""
    seen = "\n".join(words for words, _, _ in it.shown["clinician"]["shown"])
    assert all(f"(product) {it}" in seen for it in ("was given", "burnt", "oedema"))
    assert all(f"(product) {it}" in seen for it in ("again", "burns", "cooled"))
    assert it.shown["clinician"]["documents"]
    assert it.shown["pi"]["documents"]


def _nothing_is_left_out(trials: Collection[Left]) -> None:
    """Every command, bot's and operator's, every form and everything that falls due; and of all
    that was recorded nothing stands without words in the audit views."""
    given = set().union(*(it.given for it in trials))
    assert given >= {command.name for command in commands.COMMANDS} - NOT_GIVEN
    typed = {name for name in _COMMANDS for line in left.TYPED if line.startswith(name)}
    assert typed == _COMMANDS.keys() - NOT_TYPED
    forms = {
        it["instrument"] for left in trials for it in left.tables["form"] if it["submitted_at"]
    }
    assert forms == {name for name, _ in study_in(DEFAULT_TRIAL).instruments}
    due = {it["kind"] for left in trials for it in left.tables["planned"] if it["decided_at"]}
    assert due >= set(_STEPS)
    verbs = {it["verb"] for left in trials for it in left.tables["audit"]}
    wording = study_in(DEFAULT_TRIAL).wording
    assert not [
        it for it in verbs if not it.startswith(BY_FORM) and not wording.has(f"audit.verb.{it}")
    ]
