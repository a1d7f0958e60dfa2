"""How a participant gets to their chat: a one-time link, a personal page, or a code by SMS."""

from flows.commands.about_participant import COORDINATOR, chart_items
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice
from flows.commands.enrolment import check_present
from flows.effects import Decision
from flows.effects.enrolment import InviteBySms, InviteParticipant, MakePersonalLink
from flows.effects.speaking import Say
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item, Phone
from flows.messages import say
from flows.sharing import in_words
from flows.text import Text, text


def _invite(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    return (InviteParticipant(facts.chart.participant, facts.chart.code, given.secret),)


def _check_personal_link(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Text | None:
    if not given.personal_links:
        return text("refused.no_web_chat")
    return check_present(facts, answers, given)


def _personal_link(facts: ParticipantFacts, _answers: Answers, _given: Circumstances) -> Decision:
    assert facts.chart is not None
    return (MakePersonalLink(facts.chart.participant, facts.chart.code),)


def _sms_items(
    facts: ParticipantFacts, _answers: Answers, _given: Circumstances
) -> tuple[Item, ...]:
    """The number in the record is taken; where there is none, it is asked for. That another
    participant has it is confirmed: it may be mistyped.
    """
    known = facts.chart is not None and facts.phone
    phone = () if known else (Item("phone", text("ask.phone"), Phone()),)
    return (PARTICIPANT, *phone, *_shared_items(facts))


def _shared_items(facts: ParticipantFacts) -> tuple[Item, ...]:
    if not facts.sharing:
        return ()
    codes = in_words(facts.sharing)
    return (choice("shared_phone", "YES", question=text("ask.shared_phone", codes=codes)),)


def _check_sms(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    if not given.sms:
        return text("refused.no_sms")
    if facts.chart is not None and "sms" in facts.linked_on:
        return text("refused.sms_already", code=facts.chart.code)
    return check_present(facts, answers, given)


def _sms(facts: ParticipantFacts, answers: Answers, _given: Circumstances) -> Decision:
    assert facts.chart is not None
    phone = facts.phone or str(answers["phone"])
    code = facts.chart.code
    told = text("sms.code_sent", code=code)
    shared = (text("sms.code_shared", codes=in_words(facts.sharing)),) if facts.sharing else ()
    return (InviteBySms(facts.chart.participant, code, phone), Say(say(told, *shared)))


COMMANDS = (
    Command(
        "sms",
        COORDINATOR,
        ParticipantFacts,
        _sms,
        "invite_by_sms",
        items=_sms_items,
        check=_check_sms,
        reach=Reach.CARD,
    ),
    Command(
        "invite",
        COORDINATOR,
        ParticipantFacts,
        _invite,
        "invite_participant",
        items=chart_items,
        check=check_present,
        reach=Reach.CARD,
    ),
    Command(
        "personal_link",
        COORDINATOR,
        ParticipantFacts,
        _personal_link,
        "make_personal_link",
        items=chart_items,
        check=_check_personal_link,
        reach=Reach.CARD,
    ),
)
