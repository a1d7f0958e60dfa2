"""Alerts and mail: seen, acknowledged, answered."""

from collections.abc import Iterator

from flows.commands.about_participant import COORDINATOR
from flows.commands.command import Circumstances, Command, Reach, pick, words
from flows.effects import Decision, Refused
from flows.effects.mail import AnswerMail, ShowAttachment
from flows.effects.safety import AcknowledgeAlert
from flows.effects.speaking import Say
from flows.facts.mail import Letter, MailFacts
from flows.facts.safety import AlertFact, AlertFacts
from flows.forms import Answers, Item, Review
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.text import Text, text

ALERTED = frozenset({Role.CLINICIAN, Role.PI})

# Longer lists do not fit a message; the next ones move up when these are done.
MOST_ALERTS = 20
MOST_LETTERS = 5


def alert_line(alert: AlertFact) -> Text:
    """An alert as whoever may acknowledge it sees it."""
    level = text(f"alert.level.{alert.level.value}")
    return text(
        "alerts.line",
        number=alert.id,
        level=level,
        code=alert.code,
        term=alert.term,
        at=alert.raised_at,
    )


def acknowledge_button(alert_id: int) -> Button:
    return run_button(text("alerts.acknowledge.button", number=alert_id), "acknowledge", alert_id)


def _alerts(facts: AlertFacts, _answers: Answers, given: Circumstances) -> Decision:
    """The coordinator sees how far each alert is, and no more of it than number and code."""
    acts = not given.roles.isdisjoint(ALERTED)
    done = () if acts else tuple(_acknowledged(facts))
    if not facts.alerts:
        return (Say(say(text("alerts.none"), *done)),)
    shown = facts.alerts[:MOST_ALERTS]
    lines = tuple(
        line
        for alert in shown
        for line in (alert_line(alert) if acts else _code_line(alert), *_told(alert))
    )
    buttons = tuple((acknowledge_button(alert.id),) for alert in shown) if acts else ()
    title = text("alerts.title", count=len(facts.alerts))
    return (Say(say(title, text("alerts.list", lines=lines), *done, buttons=buttons)),)


def _code_line(alert: AlertFact) -> Text:
    return text("alerts.code_line", number=alert.id, code=alert.code, at=alert.raised_at)


def _told(alert: AlertFact) -> Iterator[Text]:
    """Who was told, in their order, and since when."""
    return (text("alerts.told", name=it.person.name, at=it.at) for it in alert.told)


def _acknowledged(facts: AlertFacts) -> Iterator[Text]:
    lines = tuple(
        text(
            "alerts.acknowledged_line",
            number=it.id,
            code=it.code,
            raised_at=it.raised_at,
            at=it.acknowledged_at,
            by=it.by,
        )
        for it in facts.acknowledged[-MOST_ALERTS:]
    )
    if lines:
        yield text("alerts.acknowledged_list", lines=lines)


def _alert_items(facts: AlertFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (
        pick("alert", {str(alert.id): alert_line(alert) for alert in facts.alerts}),
        words("done", 500, veiled=True),
    )


def _check_alerts(facts: AlertFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.alerts else text("alerts.none")


def _acknowledge(facts: AlertFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = str(answers["alert"])
    alert = next((a for a in facts.alerts if str(a.id) == chosen), None)
    if alert is None:
        return Refused(text("alerts.acknowledged_before"))
    done = text("alerts.acknowledged", number=alert.id, code=alert.code)
    buttons = ((_assess_button(alert),),) if alert.event and alert.clinician == given.actor else ()
    return (AcknowledgeAlert(alert.id, str(answers["done"])), Say(say(done, buttons=buttons)))


def _assess_button(alert: AlertFact) -> Button:
    """What was reported is an adverse event, which the participant's clinician assesses."""
    label = text("event.button.assess_event", event=f"AE-{alert.event:03}")
    return run_button(label, "assess_event", alert.code, str(alert.event))


def _mail(facts: MailFacts, _answers: Answers, given: Circumstances) -> Decision:
    if not facts.letters:
        return (Say(say(text("mail.none"))),)
    title = Say(say(text("mail.title", count=len(facts.letters))))
    return (title, *(_shown(letter) for letter in facts.letters[:MOST_LETTERS]))


def _shown(letter: Letter) -> Say:
    head = text("mail.head", code=letter.code, at=letter.received_at)
    body = text("mail.words", words=letter.words) if letter.words else text("mail.no_words")
    answer = run_button(text("mail.answer.button"), "answer", letter.id)
    picture = run_button(text("mail.attachment.button"), "attachment", letter.id)
    buttons = ((answer, picture),) if letter.has_attachment else ((answer,),)
    return Say(say(head, body, buttons=buttons))


def _letter_label(letter: Letter) -> Text:
    return text("mail.head", code=letter.code, at=letter.received_at)


def _answer_items(facts: MailFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    labels = {str(letter.id): _letter_label(letter) for letter in facts.letters}
    return (pick("letter_id", labels), words("reply", 2000))


def _check_mail(facts: MailFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.letters else text("mail.none")


def _answer(facts: MailFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = str(answers["letter_id"])
    letter = next((it for it in facts.letters if str(it.id) == chosen), None)
    if letter is None:
        return Refused(text("mail.answered_before"))
    answered = AnswerMail(letter.id, str(answers["reply"]))
    return (answered, Say(say(text("mail.answered", code=letter.code))))


def _attachment_items(facts: MailFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    labels = {
        str(letter.id): _letter_label(letter) for letter in facts.letters if letter.has_attachment
    }
    return (pick("letter_id", labels),)


def _check_attachments(facts: MailFacts, _answers: Answers, given: Circumstances) -> Text | None:
    attached = any(letter.has_attachment for letter in facts.letters)
    return None if attached else text("mail.no_attachment")


def _attachment(facts: MailFacts, answers: Answers, given: Circumstances) -> Decision:
    return (ShowAttachment(int(str(answers["letter_id"]))),)


COMMANDS = (
    Command("alerts", ALERTED | COORDINATOR, AlertFacts, _alerts, "view_alerts"),
    Command(
        "acknowledge",
        ALERTED,
        AlertFacts,
        _acknowledge,
        "acknowledge_alert",
        items=_alert_items,
        check=_check_alerts,
    ),
    Command("mail", COORDINATOR, MailFacts, _mail, "view_mail"),
    Command(
        "answer",
        COORDINATOR,
        MailFacts,
        _answer,
        "answer_mail",
        items=_answer_items,
        check=_check_mail,
        review=Review.ALWAYS,
    ),
    Command(
        "attachment",
        COORDINATOR,
        MailFacts,
        _attachment,
        "view_attachment",
        items=_attachment_items,
        check=_check_attachments,
        reach=Reach.BUTTON,
    ),
)
