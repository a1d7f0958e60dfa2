"""What holds of every conversation, whatever the form and whatever is done in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.conversation import Conversation
from flows.engine import (
    Ask,
    AskToConfirmPreferringNot,
    Finish,
    RaiseAlert,
    RecordResponse,
    Redraw,
    SayStale,
    ShowReview,
    Turn,
    step,
)
from flows.events import Began, Event, Misread, Replied, Resumed, Toggled
from flows.forms import DECLINED, NOT_ASKED, Answer, Choices, Form, Missing, Review
from storage import conversations, people
from storage.database import sqlite_engine
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys
from tests.properties.forms import answers, draw_event, forms

AT = datetime(2026, 9, 26, tzinfo=UTC)
SPEAKING = (Ask, AskToConfirmPreferringNot, Redraw, SayStale, ShowReview)

STUDY = load_study(DEFAULT_TRIAL)
REAL = [
    STUDY.form(name, version, any_time=any_time)
    for name, version in sorted(STUDY.instruments)
    for any_time in (False, True)
]
SOME_FORM = forms() | st.sampled_from(REAL)


class Shelf:
    """The real table of conversations, in one transaction that is never committed."""

    def __init__(self, connection: Connection, keys: Keyring) -> None:
        self.connection, self.keys = connection, keys
        self.person = people.create(connection, keys=keys, language="fa", name="Sara", at=AT)

    @classmethod
    def open(cls, connection: Connection, folder: Path) -> Self:
        return cls(connection, Keyring.open(connection, MasterKeys.create(folder / "master.key")))

    def begin(self, state: Conversation) -> conversations.Open:
        return conversations.begin(
            self.connection,
            keys=self.keys,
            person_id=self.person,
            kind="instrument",
            form_id=None,
            state=state,
            channel="telegram",
            at=AT,
        )

    def put_down_and_take_up(
        self, found: conversations.Open, state: Conversation
    ) -> conversations.Open:
        conversations.save(self.connection, keys=self.keys, conversation=found, state=state, at=AT)
        again = conversations.foreground(self.connection, keys=self.keys, person_id=self.person)
        assert again is not None
        return again


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("shelf")
    path = folder / "hamrah.sqlite3"
    prepare(path, folder, AT)
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield Shelf.open(connection, folder)
    engine.dispose()


class Watcher:
    """Looks at each turn and says where it breaks a rule."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.recorded: dict[str, Answer] = {}
        self.alerts: list[tuple[str, str]] = []

    def see(self, before: Conversation, event: Event, turn: Turn) -> None:
        assert turn == step(self.form, before, event)
        self._speaks(turn)
        self._stale_changes_nothing(before, event, turn)
        self._recorded_is_answered(turn)
        self._alerts_once(turn)
        self._nothing_astray(turn.conversation)
        if Finish() in turn.effects:
            self._is_complete(turn.conversation)

    def _speaks(self, turn: Turn) -> None:
        assert any(isinstance(effect, SPEAKING) for effect in turn.effects) != (
            Finish() in turn.effects
        )

    def _stale_changes_nothing(self, before: Conversation, event: Event, turn: Turn) -> None:
        if isinstance(event, Began | Resumed | Misread) or event.step == before.step:
            return
        assert turn == Turn(before, (SayStale(),))

    def _recorded_is_answered(self, turn: Turn) -> None:
        for effect in turn.effects:
            if isinstance(effect, RecordResponse):
                assert self.recorded.get(effect.item) == effect.replaced
                if effect.answer == NOT_ASKED:
                    del self.recorded[effect.item]
                else:
                    self.recorded[effect.item] = effect.answer
        assert self.recorded == turn.conversation.answers

    def _alerts_once(self, turn: Turn) -> None:
        raised = [(it.item, it.option) for it in turn.effects if isinstance(it, RaiseAlert)]
        self.alerts += raised
        assert len(self.alerts) == len(set(self.alerts))
        assert turn.conversation.flagged == set(self.alerts)

    def _nothing_astray(self, after: Conversation) -> None:
        """Answers and questions are of items that apply, and the answers fit them."""
        applicable = {item.id: item for item in self.form.applicable(after.known)}
        assert after.answers.keys() <= applicable.keys()
        assert after.at is None or after.at in applicable
        for item_id, answer in after.answers.items():
            assert applicable[item_id].takes(answer)
            assert not applicable[item_id].contradicts_itself(answer)
            assert answer == DECLINED or not isinstance(answer, Missing)

    def _is_complete(self, after: Conversation) -> None:
        applicable = {item.id for item in self.form.applicable(after.known)}
        assert applicable == after.answers.keys()
        assert after.at is None


def beginning(form: Form, sex: str) -> Conversation:
    return Conversation(form.name, form.version, context={"sex": sex})


@given(form=SOME_FORM, sex=st.sampled_from("FM"), data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_rules_hold_whatever_is_done(
    shelf: Shelf, form: Form, sex: str, data: st.DataObject
) -> None:
    """Each turn is the same twice, speaks, records what was answered and raises an alert once; a
    form ends complete; between turns the conversation is put down and taken up unchanged."""
    watcher, conversation = Watcher(form), beginning(form, sex)
    found = shelf.begin(conversation)
    event: Event = Began()
    for _ in range(25):
        turn = step(form, conversation, event)
        watcher.see(conversation, event, turn)
        found = shelf.put_down_and_take_up(found, turn.conversation)
        assert found.state == turn.conversation
        conversation = found.state
        if Finish() in turn.effects:
            return
        event = draw_event(data, form, conversation)


@given(form=SOME_FORM, sex=st.sampled_from("FM"), data=st.data())
@settings(max_examples=40, deadline=None)
def test_answering_leads_to_the_end_and_asks_each_item_once(
    form: Form, sex: str, data: st.DataObject
) -> None:
    turn = step(form, beginning(form, sex), Began())
    asked: list[str] = []
    while (item_id := turn.conversation.at) is not None:
        item = form.item(item_id)
        assert item is not None
        asked.append(item_id)
        turn = step(
            form, turn.conversation, Replied(turn.conversation.step, data.draw(answers(item.kind)))
        )
    assert len(asked) == len(set(asked)) <= len(form.items)
    assert turn.effects[-1] == (ShowReview() if form.review is Review.ALWAYS else Finish())


@given(form=SOME_FORM.filter(lambda it: isinstance(it.items[0].kind, Choices)), data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_toggle_sets_a_state_so_a_second_tap_changes_nothing(
    form: Form, data: st.DataObject
) -> None:
    conversation = step(form, beginning(form, "F"), Began()).conversation
    item = form.items[0]
    for code in data.draw(st.lists(st.sampled_from([it.code for it in item.options]), max_size=6)):
        toggled = Toggled(conversation.step, code, data.draw(st.booleans()))
        once = step(form, conversation, toggled).conversation
        twice = step(form, once, toggled)
        assert twice == Turn(once, (Redraw(item.id),))
        assert (code in once.picked) == toggled.on
        assert not item.contradicts_itself(once.picked)
        conversation = once


def test_every_instrument_of_the_trial_is_among_the_forms() -> None:
    assert {form.name for form in REAL} == {
        "baseline_reference",
        "eligibility",
        "igais",
        "pgais",
        "pre_session",
        "safety_check",
        "satisfaction",
        "side_effects",
    }
