"""Commands: their questions, one after the other, and the decision at the end.

What a command reads is read anew in each turn, in the transaction that it writes in, with the
answer that has just come: a choice always is among what there is now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never, get_args

from bot.language.typed_text import compact, normalize
from bot.turn import locking, proving, questions
from bot.turn.command_forms import (
    VERSION,
    answers_in,
    circumstances,
    exists,
    facts_and_form,
    presumed,
    title,
)
from bot.turn.performing import perform
from bot.turn.reads import read
from bot.turn.speaking import Voice
from flows import commands, engine
from flows.chart import Chart
from flows.commands.command import Command, Secured
from flows.conversation import Conversation
from flows.effects import Refused
from flows.effects.following import BeginForm, ContinueForm, CorrectRating, Following, RunNext
from flows.effects.speaking import Saying
from flows.engine import step
from flows.events import Began, Event, Misread, Replied, Resumed
from flows.forms import (
    Answer,
    Answers,
    Choice,
    Form,
    Moment,
    ParticipantCode,
)
from flows.messages import say
from flows.roles import Role
from flows.text import Text, text
from storage import conversations
from storage.conversations import Open

# Effects that keep nothing themselves: a command of only these is written down as what it is.
SAYING = (
    *get_args(Saying),
    RunNext,
    BeginForm,
    ContinueForm,
    CorrectRating,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a turn of a command: `over`, and the effects that begin something else."""

    over: bool
    following: tuple[Following, ...] = ()


GOES_ON = Outcome(over=False)


def begin(voice: Voice, command: Command[Any], arguments: Sequence[str]) -> Outcome:
    """Begin a command, with the answers that its arguments give."""
    answers, problem = answers_in(voice, command, arguments)
    facts, form = facts_and_form(voice, command, answers)
    why = command.check(facts, answers, circumstances(voice))
    if why and (before := _before_moment(voice, command, form, answers)) is not None:
        _say_refusal(voice, command, why)
        answers, why = before, None
        facts, form = facts_and_form(voice, command, answers)
    if why:
        return _refuse(voice, command, why)
    if problem is not None and voice.chose:
        return _outdated(voice, command, answers)
    typed = bool(answers) and not voice.chose
    state = Conversation(command.name, VERSION, answers=answers, typed=typed)
    if not form.items:
        return _decide(voice, command, state)
    _end_same(voice, command)
    event: Event = Began()
    if problem is not None:
        state, event = step(form, state, Began()).conversation, Misread(problem)
    desk = voice.desk
    found = conversations.begin(
        desk.connection,
        keys=desk.keys,
        person_id=voice.person,
        kind="command",
        form_id=None,
        state=state,
        channel=voice.incoming.channel,
        at=desk.now,
    )
    return advance(voice, found, event)


def _before_moment(
    voice: Voice, command: Command[Any], form: Form, answers: Answers
) -> dict[str, Answer] | None:
    """The answers without a moment that was named, and what came after it, where that alone was
    refused: taken meanwhile, say, or on a day when the clinic is closed. It is asked for again."""
    named = [item.id for item in form.items if item.id in answers]
    moment = next((it.id for it in form.items if isinstance(it.kind, Moment)), None)
    if moment not in named:
        return None
    before = {item: answers[item] for item in named[: named.index(moment)]}
    facts, _ = facts_and_form(voice, command, before)
    return before if command.check(facts, before, circumstances(voice)) is None else None


def _outdated(voice: Voice, command: Command[Any], answers: Answers) -> Outcome:
    """What a button offered is no longer there: somebody has done it. The card tells how it is."""
    _refuse(voice, command, text("refused.done_meanwhile"))
    code = answers.get("participant")
    card = commands.find("card", voice.speaker.roles)
    follow = () if card is None or code is None else (RunNext(card.name, (str(code),)),)
    return Outcome(over=True, following=follow)


def _end_same(voice: Voice, command: Command[Any]) -> None:
    """Giving a command anew takes the place of the same one half done."""
    desk = voice.desk
    conversations.end_of_command(
        desk.connection, person_id=voice.person, name=command.name, at=desk.now
    )


def advance(voice: Voice, found: Open, event: Event) -> Outcome:
    """Move a command by one event. An answer that the command refuses is asked for again; where
    it would refuse even without that answer, something has changed meanwhile and it is over.
    """
    command = commands.find(found.state.form, voice.speaker.roles)
    if command is None:
        return _end(voice, found, "cancelled")
    found = _while_proven(voice, found)
    facts, _ = facts_and_form(voice, command, found.state.answers)
    if why := command.check(facts, found.state.answers, circumstances(voice)):
        _end(voice, found, "cancelled")
        return _refuse(voice, command, why)
    event = _checked(voice, command, found.state, event)
    answers = _answers_after(found.state, event)
    state = found.state
    if isinstance(event, Began) or answers is not state.answers:
        more = presumed(voice, command, answers)
        answers, state = {**answers, **more}, _with_answers(state, more)
    _, form = facts_and_form(voice, command, answers)
    turn = step(form, state, event)
    outcome = GOES_ON
    for effect in turn.effects:
        outcome = _carry_out(voice, command, form, found, turn.conversation, effect)
    if not outcome.over:
        _save(voice, found, turn.conversation)
    return outcome


def _with_answers(state: Conversation, more: Answers) -> Conversation:
    return replace(state, answers={**state.answers, **more})


def _save(voice: Voice, found: Open, state: Conversation) -> None:
    desk = voice.desk
    conversations.save(
        desk.connection, keys=desk.keys, conversation=found, state=state, at=desk.now
    )


def _while_proven(voice: Voice, found: Open) -> Open:
    """A PIN counts for a few minutes: whoever comes back later gives it again."""
    if voice.desk.now - found.changed_at <= proving.PROOF_LASTS:
        return found
    return replace(found, state=replace(found.state, proven=False))


def _answers_after(state: Conversation, event: Event) -> Answers:
    if not isinstance(event, Replied) or state.at is None or event.step != state.step:
        return state.answers
    return {**state.answers, state.at: event.value}


def _checked(voice: Voice, command: Command[Any], state: Conversation, event: Event) -> Event:
    """The event, or the refusal of the answer in it; a refusal is said before the question."""
    answers = _answers_after(state, event)
    if answers is state.answers or state.at is None:
        return event
    value = answers[state.at]
    _, before = facts_and_form(voice, command, state.answers)
    asked = before.item(state.at)
    names_participant = asked is not None and isinstance(asked.kind, ParticipantCode)
    if names_participant and not exists(voice, str(value)):
        return Misread("no_such_participant")
    facts, _ = facts_and_form(voice, command, answers)
    why = command.check(facts, answers, circumstances(voice))
    if why is None:
        return event
    _say_refusal(voice, command, why)
    return Resumed()


def _carry_out(
    voice: Voice,
    command: Command[Any],
    form: Form,
    found: Open,
    state: Conversation,
    effect: engine.Effect,
) -> Outcome:
    match effect:
        case engine.Ask(item_id, problem, misses):
            item = form.item(item_id)
            assert item is not None
            voice.say(
                questions.question(form, found.id, state, item, problem=problem, misses=misses)
            )
        case engine.Redraw(item_id):
            item = form.item(item_id)
            assert item is not None
            voice.redraw(questions.question(form, found.id, state, item))
        case engine.ShowReview() if _wants_proof(voice, command, state):
            return _ask_for_pin(voice, command, found, state)
        case engine.ShowReview(problem):
            shown = questions.review(form, found.id, state, problem=problem, title=title(command))
            voice.say(shown)
        case engine.SayStale():
            voice.refuse_tap(text("popup.stale"))
        case engine.Finish():
            return _finish(voice, command, found, state)
        case engine.RecordResponse(item_id):
            _do_at_once(voice, command, state, item_id)
        case engine.AskToConfirmPreferringNot():
            voice.say(questions.confirm_preferring_not(found.id, state))
        case engine.RaiseAlert():
            pass
        case _:
            assert_never(effect)
    return GOES_ON


def _do_at_once(voice: Voice, command: Command[Any], state: Conversation, item_id: str) -> None:
    """What an answer does before the command is over; one that no longer applies does nothing."""
    if command.at_once is None or item_id not in state.answers:
        return
    facts = read(command.reads, voice.desk, voice.person, state.answers)
    effects = command.at_once(facts, state.answers, circumstances(voice), item_id)
    if why := locking.why_not(voice, effects):
        voice.tell(why)
        return
    for effect in effects:
        perform(voice, command.audit, effect, _nothing_follows)


def _nothing_follows(effect: Following) -> None:
    raise AssertionError(effect)


def _wants_proof(voice: Voice, command: Command[Any], state: Conversation) -> bool:
    match command.secured:
        case Secured.NEVER:
            return False
        case Secured.IF_SET:
            return not state.proven and proving.has_pin(voice.desk, voice.person)
        case Secured.ALWAYS:
            return not state.proven


def awaits_pin(voice: Voice, found: Open) -> bool:
    """Whether the next thing that this person types should be their PIN."""
    command = commands.find(found.state.form, voice.speaker.roles)
    at_review = found.form_id is None and found.state.at is None
    return at_review and command is not None and _wants_proof(voice, command, found.state)


def _ask_for_pin(voice: Voice, command: Command[Any], found: Open, state: Conversation) -> Outcome:
    """Whoever has no PIN sets one first, and comes back to this after it."""
    if not proving.has_pin(voice.desk, voice.person):
        _save(voice, found, state)
        voice.tell(text("pin.set_first"))
        return Outcome(over=True, following=(RunNext("pin"),))
    if not proving.tries_left(voice.desk, voice.person):
        _end(voice, found, "cancelled")
        return _refuse(voice, command, text("refused.pin_locked"))
    voice.say(questions.ask_pin(found.id, text("ask.pin")))
    return GOES_ON


def prove(voice: Voice, found: Open, words: str) -> Outcome:
    """What was typed is the PIN, or a wrong one; either way it leaves the chat."""
    voice.remove_what_was_sent()
    command = commands.find(found.state.form, voice.speaker.roles)
    assert command is not None
    if not proving.tries_left(voice.desk, voice.person):
        _end(voice, found, "cancelled")
        return _refuse(voice, command, text("refused.pin_locked"))
    digest = proving.digest_of(voice.desk, voice.person, compact(normalize(words)))
    if not proving.fits(voice.desk, voice.person, digest):
        return _missed(voice, command, found)
    proven = replace(found.state, proven=True)
    _save(voice, found, proven)
    _, form = facts_and_form(voice, command, proven.answers)
    voice.say(questions.review(form, found.id, proven, title=title(command)))
    return GOES_ON


def _missed(voice: Voice, command: Command[Any], found: Open) -> Outcome:
    left = proving.note_miss(voice.desk, voice.person)
    voice.record("wrong_pin", None, command=command.name, left=left)
    if left:
        voice.say(questions.ask_pin(found.id, text("pin.wrong", left=left)))
        return GOES_ON
    _end(voice, found, "cancelled")
    return _refuse(voice, command, text("refused.pin_locked"))


def _finish(voice: Voice, command: Command[Any], found: Open, state: Conversation) -> Outcome:
    if _wants_proof(voice, command, state):
        return _ask_for_pin(voice, command, found, state)
    _end(voice, found, "finished")
    facts, form = facts_and_form(voice, command, state.answers)
    if not _still_offered(form, state.answers):
        return _refuse(voice, command, text("refused.changed_meanwhile"))
    if why := command.check(facts, state.answers, circumstances(voice)):
        return _refuse(voice, command, why)
    return _decide(voice, command, state)


def _still_offered(form: Form, answers: Answers) -> bool:
    """Whether every choice is still among the options: somebody else may have acted meanwhile."""
    return all(
        item.option(str(answers[item.id])) is not None
        for item in form.items
        if isinstance(item.kind, Choice) and item.id in answers
    )


def _decide(voice: Voice, command: Command[Any], state: Conversation) -> Outcome:
    facts = read(command.reads, voice.desk, voice.person, state.answers)
    decision = command.decide(facts, state.answers, circumstances(voice))
    if not isinstance(decision, Refused) and (why := locking.why_not(voice, decision)):
        decision = Refused(why)
    if isinstance(decision, Refused):
        return _refuse_decided(voice, command, decision)
    if Role.PARTICIPANT not in voice.speaker.roles and all(
        isinstance(effect, SAYING) for effect in decision
    ):
        voice.record(command.audit, participant_in(facts))
    following: list[Following] = []
    for effect in decision:
        perform(voice, command.audit, effect, following.append)
    return Outcome(over=True, following=tuple(following))


def _refuse_decided(voice: Voice, command: Command[Any], refused: Refused) -> Outcome:
    if not refused.in_passing:
        return _refuse(voice, command, refused)
    voice.record("refused", None, command=command.name, why=refused.why.key)
    voice.pop_up(refused.why)
    return Outcome(over=True)


def participant_in(facts: Any) -> int | None:
    """The participant that these facts are about, if they are about one."""
    chart = getattr(facts, "chart", None)
    return chart.participant if isinstance(chart, Chart) else None


def _refuse(voice: Voice, command: Command[Any], why: Text | Refused) -> Outcome:
    _say_refusal(voice, command, why)
    return Outcome(over=True)


def _say_refusal(voice: Voice, command: Command[Any], why: Text | Refused) -> None:
    refused = why if isinstance(why, Refused) else Refused(why)
    voice.record("refused", None, command=command.name, why=refused.why.key)
    voice.say(say(refused.why, buttons=refused.buttons))


def _end(voice: Voice, found: Open, standing: str) -> Outcome:
    conversations.end(
        voice.desk.connection, conversation_id=found.id, standing=standing, at=voice.desk.now
    )
    return Outcome(over=True)
