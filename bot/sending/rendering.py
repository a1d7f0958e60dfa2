"""A message of the outbox gets its words when it leaves, in the language of that moment."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from bot.sending.outgoing import (
    Attachment,
    Change,
    Comparison,
    Document,
    Invitation,
    Leave,
    Menu,
    Outgoing,
    Picture,
    Remove,
    Side,
    TapAnswer,
    Words,
)
from bot.sms import naming
from bot.sms.plain import bare, in_plain, variant
from bot.trial.study import Study
from bot.turn import arms
from bot.turn.bodies import body_of, message_from_json
from bot.turn.correction_words import correction_message
from bot.turn.links import Links
from flows import commands
from flows.commands.command import Reach
from flows.messages import Message
from flows.text import text, text_from_json
from storage import participants, people, photographs, responses
from storage.departures import Leaving
from storage.keyring import Keyring

Body = Mapping[str, Any]

SMS = "sms"


def render(
    connection: Connection, keys: Keyring, study: Study, links: Links, leaving: Leaving
) -> Outgoing | Comparison:
    """The words of a message, which are read in the same transaction that takes it."""
    if leaving.channel == SMS:
        return _by_sms(connection, keys, study, links, leaving)
    return _rendered(connection, keys, study, links, leaving)


def _by_sms(
    connection: Connection, keys: Keyring, study: Study, links: Links, leaving: Leaving
) -> Outgoing | Comparison:
    """Words alone; on a phone that several share, under the name of whom they are for."""
    body, language = _body(leaving)
    name = naming.reader(connection, keys, leaving, body)
    outgoing: Outgoing | Comparison
    match leaving.kind:
        case "message" | "edit":
            outgoing = _words_alone(study, body, language, is_shared=name is not None)
        case "who":
            outgoing = Words(naming.who_writes(connection, keys, study, body, language))
        case _:
            outgoing = _rendered(connection, keys, study, links, leaving)
    if name is None or not isinstance(outgoing, Words):
        return outgoing
    return Words(naming.addressed(study, name, outgoing.text, language))


def _body(leaving: Leaving) -> tuple[Body, str]:
    """What is to be said, and in which language."""
    body = body_of(leaving.body)
    return body, str(body.get("language") or leaving.language or "fa")


def _rendered(
    connection: Connection, keys: Keyring, study: Study, links: Links, leaving: Leaving
) -> Outgoing | Comparison:
    body, language = _body(leaving)
    match leaving.kind:
        case "arm":
            shown = arms.popup(
                connection, keys=keys, study=study, body=dict(body), language=language
            )
            instead = study.render(text("arm.no_popup"), language)
            return TapAnswer(str(body["tap"]), shown, instead)
        case "event":
            words = arms.event_message(
                connection,
                keys=keys,
                study=study,
                body=dict(body),
                person=leaving.person_id,
                language=language,
            )
            return Words(words)
        case "letter":
            letter = arms.letter_message(
                connection, keys=keys, body=dict(body), person=leaving.person_id
            )
            return _worded(study, letter, language)
        case "attachment":
            file = arms.attachment(
                connection, keys=keys, mail_id=body["mail"], person=leaving.person_id
            )
            return (
                Attachment(file) if isinstance(file, str) else Words(study.render(file, language))
            )
        case "report":
            page = arms.event_page(
                connection,
                keys=keys,
                study=study,
                body=dict(body),
                person=leaving.person_id,
                language=language,
            )
            return Document(page)
        case "correction":
            words = correction_message(
                connection,
                keys=keys,
                study=study,
                request=int(body["correction"]),
                person=leaving.person_id,
                language=language,
            )
            return Words(words)
        case "menu":
            return _menu(connection, study, leaving, language)
        case "invitation":
            return _invitation(study, links, body, language)
        case "comparison":
            return _comparison(connection, keys, study, body, language)
        case "photograph":
            return _photograph(connection, keys, study, body, language)
        case kind:
            return _PLAIN[kind](study, body, language)


def _words(study: Study, body: Body, language: str) -> Words:
    return _worded(study, message_from_json(dict(body)), language)


def _words_alone(study: Study, body: Body, language: str, *, is_shared: bool) -> Words:
    """For a phone that shows no buttons, nor anything but plain letters; a shared one shows no
    answers.
    """
    message = message_from_json(dict(body))
    if is_shared:
        hidden = tuple(variant(it, "shared", study.wording) for it in message.paragraphs)
        message = replace(message, paragraphs=hidden)
    message = in_plain(message, study.wording)
    return Words(bare(_worded(study, message, language).text))


def _worded(study: Study, message: Message, language: str) -> Words:
    return Words(
        "\n\n".join(study.render(paragraph, language) for paragraph in message.paragraphs),
        tuple(
            tuple((study.render(button.label, language), button.data) for button in row)
            for row in message.buttons
        ),
    )


def _change(study: Study, body: Body, language: str) -> Change:
    return Change(str(body["message"]), _words(study, body, language))


def _remove(_study: Study, body: Body, _language: str) -> Remove:
    return Remove(str(body["message"]))


def _tap_answer(study: Study, body: Body, language: str) -> TapAnswer:
    words = body.get("text")
    shown = None if words is None else study.render(text_from_json(words), language)
    return TapAnswer(str(body["tap"]), shown)


def _invitation(study: Study, links: Links, body: Body, language: str) -> Invitation:
    """A way that the service no longer has cannot be worded."""
    code, secret = str(body["for"]), str(body["secret"])
    if body.get("personal"):
        assert links.personal is not None
        link = links.personal(secret)
        caption = text("personal_link.caption", code=code, link=link)
        return Invitation(link, study.render(caption, language))
    made = {channel: address(secret) for channel, address in links.invitations.items()}
    channel, link = _drawn(made)
    if len(made) == 1:
        caption = text("invitation.caption", code=code, link=link)
    else:
        shown = text(f"channel.{channel}")
        caption = text("invitation.caption_both", code=code, shown=shown, **made)
    return Invitation(link, study.render(caption, language))


def _drawn(links: Mapping[str, str]) -> tuple[str, str]:
    """The link that the picture shows: the first that is one, for a bot's name may be unknown."""
    known = [(channel, link) for channel, link in links.items() if "://" in link]
    return next(iter(known or links.items()))


def _leave(_study: Study, _body: Body, _language: str) -> Leave:
    return Leave()


def _comparison(
    connection: Connection, keys: Keyring, study: Study, body: Body, language: str
) -> Comparison | Words:
    """Two visits of one participant, whose code is all that is said of them."""
    row = responses.form(connection, body["form"])

    def side(given: Body) -> Side | None:
        content = photographs.content(
            connection,
            keys=keys,
            participant=row.participant,
            visit=given["visit"],
            view=body["view"],
        )
        if content is None:
            return None
        return Side(content, study.render(text_from_json(given["caption"]), language))

    left, right = side(body["left"]), side(body["right"])
    if left is None or right is None:
        return _erased(study, language)
    caption = text(
        "comparison.caption",
        code=participants.code_of(connection, row.participant),
        view=text(f"view.{body['view']}"),
        left=text_from_json(body["left"]["caption"]),
        right=text_from_json(body["right"]["caption"]),
    )
    return Comparison(left, right, study.render(caption, language))


def _erased(study: Study, language: str) -> Words:
    """In the place of pictures of somebody who was erased while they were on their way."""
    return Words(study.render(text("erased"), language))


def _photograph(
    connection: Connection, keys: Keyring, study: Study, body: Body, language: str
) -> Picture | Words:
    participant, visit, view = body["participant"], body["visit"], body["view"]
    content = photographs.content(
        connection, keys=keys, participant=participant, visit=visit, view=view
    )
    if content is None:
        return _erased(study, language)
    caption = text(
        "photographs.about",
        code=participants.code_of(connection, participant),
        visit=text(f"visit.{visit}"),
        view=text(f"view.{view}"),
    )
    return Picture(content, study.render(caption, language))


def _menu(connection: Connection, study: Study, leaving: Leaving, language: str) -> Menu:
    person_id = leaving.person_id
    roles = frozenset() if person_id is None else people.roles_of(connection, person_id)
    return Menu(
        tuple(
            (command.name, study.render(text(f"command.{command.name}.help"), language))
            for command in commands.allowed(roles)
            if command.reach is Reach.MENU
        )
    )


_PLAIN: Mapping[str, Callable[[Study, Body, str], Outgoing]] = {
    "message": _words,
    "edit": _change,
    "remove": _remove,
    "tap": _tap_answer,
    "leave": _leave,
}
