"""How a rater is told of a visit: by its name, or by letters where they may not know it."""

from bot.turn.desk import Desk
from flows.blind_order import veiled
from flows.text import Text, text
from storage import responses
from storage.responses import FormRow


def visit_words(row: FormRow, rater: int) -> Text:
    """The visit of a form in words for this rater; pictures of it are captioned with them too."""
    if row.veil is None:
        return text(f"visit.{row.visit}")
    return text("visit_veiled", letters=veiled(row.veil, rater).letters)


def key_of(desk: Desk, row: FormRow, rater: int) -> str:
    """What buttons call the visit, whichever of its readings turns out to be this rater's."""
    if row.veil is not None:
        return veiled(row.veil, rater).key
    return str(responses.readings_beside(desk.connection, row)[0].id)
