"""What a participant can be sent by SMS, each message at its longest, for whoever looks it over.

What a calendar or the definition fills in is as long as it can get; questions come from the
instruments themselves, each once, however many problems it is asked about.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.language.wording import LANGUAGES, PLACEHOLDER, Language
from bot.sms.parts import count_parts, split
from bot.sms.plain import bare, in_plain
from bot.trial.study import Study
from bot.turn import questions
from flows.conversation import Conversation
from flows.definition import Visit
from flows.forms import Choice, Choices, Item
from flows.instruments import FilledBy, Instrument, title
from flows.messages import Message, run_button, say
from flows.text import Param, Text, text

# A Wednesday of Shahrivar and September, whose names are the longest of both calendars.
_AT = datetime(2026, 9, 16, 6, 30, tzinfo=UTC)
_LETTER = "w" * 120
_CODE = "123456"
_LINK = f"https://hamrah.hospital.example.ir/chat/#{'x' * 22}"
_STEP = 99

# What comes unasked, and so can be read by whoever looks at the phone just then.
_TOLD = (
    "book.yours",
    "entry.no_appointment",
    "entering.told.paper",
    "entering.told.telephone",
    "entering.told.read_aloud",
    "unlinked.chat",
    "sms.code",
)
# What answers somebody who has just written.
_REPLIES = (
    "start.again",
    "agree.yes",
    "agree.no",
    "language.set",
    "visits.none",
    "coming.yes",
    "coming.no",
    "coming.passed",
    "coming.moved",
    "another_time.asked_before",
    "popup.noted_before",
    "popup.over",
    "popup.stale",
    "open.none",
    "form.submitted_before",
    "form.closed",
    "stop.form",
    "stop.all",
    "cancel.nothing",
    "cancel.done",
    "cancel.form",
    "refused.you_left",
    "refused.nothing_submitted",
    "refused.correction_waits",
    "refused.correction_over",
    "command.not_yours",
    "conversation.resumed",
    "conversation.asked_elsewhere",
    "question.prefer_not_sure",
    "problem.hint",
    "problem.call",
    "problem.ambiguous",
    "problem.not_an_option",
    "problem.mailed",
    "submitted.thanks",
    "mail.received",
    "mail.from_clinic",
    "alert.at_once.participant",
    "alert.same_day.participant",
    "correction.asked",
    "correction.unchanged",
    "correction.confirmed",
    "correction.left",
    "sms.page",
    "sms.page_link",
    "sms.page_sent_before",
    "sms.unknown",
    "sms.wrong_code",
    "sms.who",
    "sms.who_stops",
    "sms.who_urgent",
    "sms.counts_for",
    "sms.say_again",
    "sms.flood",
    "channels.first",
    "channels.usual",
    "refused.one_channel",
)
_ASKED: Mapping[str, tuple[str, ...]] = {
    "ask.language": ("option.language.fa", "option.language.en"),
    "ask.agree": ("option.agree.YES", "option.agree.NO"),
    "ask.stop": ("option.stop.FORM", "option.stop.ALL"),
}


@dataclass(frozen=True, slots=True)
class SmsText:
    """One message in one language, as it arrives; `unasked` when nobody wrote before it."""

    name: str
    language: Language
    words: str
    unasked: bool

    @property
    def parts(self) -> int:
        return sum(map(count_parts, split(self.words)))


def texts(study: Study) -> list[SmsText]:
    """Everything that can be sent, in both languages. Raises UnknownWording."""
    found = [
        SmsText(name, language, _words(study, message, language), unasked)
        for name, message, unasked in _messages(study)
        for language in LANGUAGES
    ]
    longest: dict[tuple[str, Language], SmsText] = {}
    for it in found:
        known = longest.get((it.name, it.language))
        if known is None or (it.parts, len(it.words)) > (known.parts, len(known.words)):
            longest[it.name, it.language] = it
    return list(longest.values())


def _words(study: Study, message: Message, language: Language) -> str:
    shown = in_plain(message, study.wording).paragraphs
    return bare("\n\n".join(study.render(part, language) for part in shown))


def _messages(study: Study) -> Iterator[tuple[str, Message, bool]]:
    for instrument in study.instruments.values():
        if instrument.filled_by is FilledBy.PARTICIPANT:
            yield from _questionnaire(study, instrument)
    for name, message in _notices(study):
        yield name, message, True
    for key in _TOLD:
        yield key, say(_filled(study, key)), True
    for key, options in _ASKED.items():
        lines = _numbered(*map(text, options))
        yield key, say(_filled(study, key), lines), False
    yield "visits.title", _visits(study), False
    yield "open.title", _choosing_form(study, "open.title"), False
    yield "help.participant", say(_filled(study, "help.participant"), text("help.list")), False
    for key in _REPLIES:
        yield key, say(_filled(study, key)), False


def _questionnaire(study: Study, instrument: Instrument) -> Iterator[tuple[str, Message, bool]]:
    intro = f"{instrument.prefix}.intro"
    yield intro, say(text(intro)), False
    for any_time in (False, True):
        it = study.form(instrument.name, instrument.version, any_time=any_time)
        for item in it.items:
            state = Conversation(it.name, it.version, at=item.id, step=_STEP)
            yield item.question.key, questions.question(it, _STEP, state, item), False
    if instrument.review:
        yield f"{instrument.prefix}.review", _review(study, instrument), False


def _review(study: Study, instrument: Instrument) -> Message:
    """Of somebody who has nothing to report: what follows a problem comes on top."""
    it = study.form(instrument.name, instrument.version)
    own = [item for item in it.items if not item.when]
    answers = {item.id: answer for item in own if (answer := _answer(item)) is not None}
    state = Conversation(it.name, it.version, step=_STEP, answers=answers)
    return questions.review(replace(it, items=tuple(own)), _STEP, state)


def _answer(item: Item) -> str | tuple[str, ...] | None:
    match item.kind:
        case Choice():
            return item.options[0].code
        case Choices():
            return (item.options[-1].code,)
        case _:
            return None


def _notices(study: Study) -> Iterator[tuple[str, Message]]:
    coming = tuple((run_button(text(f"option.coming.{it}"), "coming", it),) for it in ("YES", "NO"))
    yield "reminder.visit", say(_filled(study, "reminder.visit"), buttons=coming)
    for key in ("reminder.forms", "reminder.forms_again"):
        yield key, _choosing_form(study, key)
    change = text("correction.change", question=text("ask.agree.short"), old=_LETTER, new=_LETTER)
    shown = text("correction.changes", form=_form_name(study), lines=(change,))
    says = text("correction.clinic_says", words=_LETTER)
    confirm = tuple(
        (run_button(text(f"option.confirm_correction.{it}"), "confirm_correction", it),)
        for it in ("YES", "NO")
    )
    yield (
        "correction.yours_agreed",
        say(_filled(study, "correction.yours_agreed"), shown, says, buttons=confirm),
    )
    yield "correction.yours_refused", say(_filled(study, "correction.yours_refused"), shown, says)


def _choosing_form(study: Study, key: str) -> Message:
    """All that can wait at once: the questionnaires of one visit, and the check after a session."""
    trial = study.trial
    names = max((visit.opens_forms for visit in trial.visits), key=len)
    checked = () if trial.safety_check is None else (trial.safety_check.instrument,)
    rows = tuple(
        (run_button(title(study.latest(name)), "fill", name),) for name in (*names, *checked)
    )
    return say(_filled(study, key), buttons=rows)


def _visits(study: Study) -> Message:
    """After the first visit, when the second is booked."""
    first, booked, *others = study.trial.visits
    day = _AT.date()
    lines = [
        text("visits.attended", visit=_label(first), on=day),
        text("visits.booked", visit=_label(booked), at=_AT),
        *(text("visits.planned", visit=_label(it), first=day, last=day) for it in others),
    ]
    another = run_button(
        text("another_time.button", visit=_label(booked)), "another_time", booked.name
    )
    listed = text("visits.list", lines=tuple(lines))
    return say(text("visits.title"), listed, text("visits.footer"), buttons=((another,),))


def _label(visit: Visit) -> Text:
    return text(f"visit.{visit.name}")


def _numbered(*labels: Text) -> Text:
    numbered = enumerate(labels, start=1)
    lines = tuple(text("question.option", number=at, label=label) for at, label in numbered)
    return text("question.options", lines=lines)


def _form_name(study: Study) -> Text:
    name = title(study.latest(study.trial.side_effect_report))
    return text("correction.form_at", form=name, visit=_label(study.trial.visits[-1]))


_FILLERS: Mapping[str, Callable[[Study], Param]] = {
    "at": lambda _: _AT,
    "channel": lambda _: text("channel.telegram"),
    "code": lambda _: "P-060",
    "digits": lambda _: _CODE,
    "emergency": lambda study: study.trial.site.emergency,
    "link": lambda _: _LINK,
    "last": lambda _: _AT.date(),
    "on": lambda _: _AT.date(),
    "phone": lambda study: study.trial.site.clinic_phone,
    "site": lambda _: text("trial.site"),
    "title": lambda _: text("trial.title"),
    "visit": lambda study: _label(study.trial.visits[-1]),
    "words": lambda _: _LETTER,
}


def _filled(study: Study, key: str) -> Text:
    """The wording with all its placeholders filled."""
    names = set(PLACEHOLDER.findall(study.wording.raw(key, "fa")))
    return text(key, **{name: _FILLERS[name](study) for name in names})
