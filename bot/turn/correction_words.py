"""A correction as it is shown: codes in the words of their options, and words where they may be."""

from sqlalchemy import Connection

from bot.trial.study import Study
from bot.turn.clinicians import treats
from bot.turn.questions import answer_text
from flows.commands.correcting import changes_in
from flows.facts.corrections import Asked, Change, Standing
from flows.forms import NOT_ASKED, Answers, Item, Missing, Words, short
from flows.instruments import title
from flows.text import Text, text
from storage import corrections, participants, responses
from storage.corrections import Correction
from storage.keyring import Keyring
from storage.responses import FormRow


def asked(
    connection: Connection,
    keys: Keyring,
    study: Study,
    it: Correction,
    *,
    with_words: bool = False,
) -> Asked:
    """With its words only for the participant who wrote them, and for who treats them."""
    row = responses.form(connection, it.form_id)
    items = [item for item in _items(study, row).values() if item.id in it.after]
    now = answers_in(connection, keys, study, row)
    as_before = all(now.get(item, NOT_ASKED) == answer for item, answer in it.before.items())
    return Asked(
        it.id,
        it.form_id,
        label(study, row),
        _standing(it),
        bool(it.reason) or any(isinstance(item.kind, Words) for item in items),
        row.submitted_at is None or not as_before,
        tuple(_change(item, it, with_words=with_words) for item in items),
    )


def label(study: Study, row: FormRow) -> Text:
    """A form by its title, and the visit or the day that it was about."""
    name = title(study.instruments[row.instrument, row.version])
    if row.visit is not None:
        return text("correction.form_at", form=name, visit=text(f"visit.{row.visit}"))
    return text("correction.form_on", form=name, on=row.opens_on)


def answers_in(connection: Connection, keys: Keyring, study: Study, row: FormRow) -> Answers:
    return responses.answers(connection, keys=keys, form_row=row, items=_items(study, row))


def _items(study: Study, row: FormRow) -> dict[str, Item]:
    form = study.form(row.instrument, row.version, any_time=row.visit is None)
    return {item.id: item for item in form.items}


def _standing(it: Correction) -> Standing:
    if not it.waits:
        return Standing.OVER
    return Standing.ASKED if it.agreed is None else Standing.AGREED


def _change(item: Item, it: Correction, *, with_words: bool) -> Change:
    old, new = (_shown(item, side, with_words=with_words) for side in (it.before, it.after))
    return Change(short(item), old, new)


def _shown(item: Item, answers: Answers, *, with_words: bool) -> Text:
    answer = answers.get(item.id, NOT_ASKED)
    if answer == NOT_ASKED:
        return text("correction.not_asked")
    if isinstance(item.kind, Words) and not isinstance(answer, Missing) and not with_words:
        return text("answer.written")
    return answer_text(item, answer)


def correction_message(
    connection: Connection,
    *,
    keys: Keyring,
    study: Study,
    request: int,
    person: int | None,
    language: str,
) -> str:
    """Everything of a correction, made when it leaves, for who treats the participant then."""
    it = corrections.get(connection, keys=keys, request_id=request)
    code = participants.code_of(connection, it.participant)
    if not treats(connection, it.participant, person):
        return study.render(text("refused.not_your_participant", code=code), language)
    shown = changes_in(asked(connection, keys, study, it, with_words=True))
    why = (text("correction.why", words=it.reason),) if it.reason else ()
    blocks = (text("correction.of", code=code), shown, *why)
    return "\n\n".join(study.render(block, language) for block in blocks)
