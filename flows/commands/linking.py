"""A chat that is linked to the wrong participant, and a name or phone that was typed wrongly."""

from collections.abc import Iterator
from functools import reduce

from flows.commands.about_participant import COORDINATOR, code_in, has_left
from flows.commands.command import (
    PARTICIPANT,
    Circumstances,
    Command,
    Reach,
    pick,
    words,
)
from flows.effects import Decision
from flows.effects.enrolment import CorrectIdentity, Unlink
from flows.effects.speaking import Say
from flows.facts.linking import Link, LinkFacts
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item, Phone, Review, When, Words
from flows.messages import Button, run_button, say
from flows.text import Text, text


def _link_items(facts: LinkFacts, _answers: Answers, _g: Circumstances) -> tuple[Item, ...]:
    """What is linked now is shown, not asked; it changes when somebody else links a chat anew."""
    if not facts.links:
        return (PARTICIPANT,)
    linked = _all_links(facts)
    reason = Item("reason", text("ask.wrong_link", linked=linked), Words(300))
    return (PARTICIPANT, pick("linked", {_newest(facts): linked}), reason)


def _presume_linked(facts: LinkFacts, _answers: Answers, _given: Circumstances) -> Answers:
    return {"linked": _newest(facts)} if facts.links else {}


def _newest(facts: LinkFacts) -> str:
    return str(facts.links[-1].number)


def _all_links(facts: LinkFacts) -> Text:
    first, *others = map(_link, facts.links)
    return reduce(_and, others, first)


def _link(link: Link) -> Text:
    return text("link.since", channel=text(f"channel.{link.channel}"), at=link.since)


def _and(before: Text, link: Text) -> Text:
    return text("answer.several", before=before, label=link)


def _check_linked(facts: LinkFacts, _answers: Answers, _given: Circumstances) -> Text | None:
    if facts.chart is None or facts.links:
        return None
    return text("refused.not_linked", code=facts.chart.code)


def _unlink(facts: LinkFacts, answers: Answers, _given: Circumstances) -> Decision:
    assert facts.chart is not None
    code, since = facts.chart.code, facts.links[0].since
    given = sum(link.answers for link in facts.links)
    unlink = Unlink(facts.chart.participant, code, given, since, str(answers["reason"]))
    done = text("unlinked.done", code=code, linked=_all_links(facts))
    about = text("unlinked.answers", count=given, at=since) if given else text("unlinked.none")
    return (unlink, Say(say(done, about, buttons=tuple(_next(facts)))))


def _next(facts: LinkFacts) -> Iterator[tuple[Button, ...]]:
    """The right person is invited, if they are still in the study."""
    assert facts.chart is not None
    names = ("card",) if has_left(facts.chart.status) else ("invite", "card")
    for name in names:
        yield (run_button(text(f"command.{name}.button"), name, facts.chart.code),)


def _identity_items(
    facts: ParticipantFacts, _answers: Answers, _g: Circumstances
) -> tuple[Item, ...]:
    """Each with what stands there now, so that old and new are side by side when reviewed."""
    name, phone = words("participant_name", 80), Item("phone", text("ask.phone"), Phone())
    kinds = {kind: text(f"identity.{kind}", now=_now(facts, kind)) for kind in ("name", "phone")}
    return (
        PARTICIPANT,
        pick("identity", kinds),
        Item(name.id, name.question, name.kind, when=(When("identity", frozenset({"name"})),)),
        Item(phone.id, phone.question, phone.kind, when=(When("identity", frozenset({"phone"})),)),
        words("reason", 300),
    )


def _now(facts: ParticipantFacts, kind: str) -> Text:
    value = facts.name if kind == "name" else facts.phone
    return text("answer.plain", value=value) if value else text("identity.none")


def _corrected(answers: Answers) -> tuple[str, str | None]:
    """What is corrected, and the right value once it is given."""
    kind = str(answers.get("identity"))
    value = answers.get("participant_name" if kind == "name" else "phone")
    return kind, None if value is None else str(value)


def _check_identity(facts: ParticipantFacts, answers: Answers, _g: Circumstances) -> Text | None:
    kind, value = _corrected(answers)
    now = facts.name if kind == "name" else facts.phone
    return text("refused.same_identity") if value is not None and value == now else None


def _correct_identity(facts: ParticipantFacts, answers: Answers, _g: Circumstances) -> Decision:
    assert facts.chart is not None
    kind, value = _corrected(answers)
    assert value is not None
    correct = CorrectIdentity(facts.chart.participant, kind, value, str(answers["reason"]))
    done = text(f"identity.corrected_{kind}", code=code_in(facts), old=_now(facts, kind), new=value)
    card = run_button(text("command.card.button"), "card", code_in(facts))
    if kind == "name" or "sms" not in facts.linked_on:
        return (correct, Say(say(done, buttons=((card,),))))
    anew = run_button(text("command.sms.button"), "sms", code_in(facts))
    return (correct, Say(say(done, text("identity.sms_ended"), buttons=((anew,), (card,)))))


COMMANDS = (
    Command(
        "wrong_link",
        COORDINATOR,
        LinkFacts,
        _unlink,
        "unlink_chat",
        items=_link_items,
        check=_check_linked,
        review=Review.ALWAYS,
        reach=Reach.CARD,
        presumes=_presume_linked,
    ),
    Command(
        "correct_identity",
        COORDINATOR,
        ParticipantFacts,
        _correct_identity,
        "correct_identity",
        items=_identity_items,
        check=_check_identity,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
