"""The project's own catalogues, read as the shell reads them."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from bot.language.calendars import Language
from bot.language.lexicon import Lexicon, Variants, read_lexicon

LOCALES = Path(__file__).parents[2] / "locales"


@cache
def catalogue(language: Language) -> dict[str, str]:
    entries: dict[str, str] = {}
    for name in ("calendar", "typed"):
        with (LOCALES / language / f"{name}.po").open("rb") as file:
            messages = read_po(file, abort_invalid=True)
        entries |= {str(message.id): str(message.string) for message in messages if message.id}
    return entries


@cache
def lexicon() -> Lexicon:
    return read_lexicon([_variants("fa"), _variants("en")])


def _variants(language: Language) -> Variants:
    def variants(key: str) -> Sequence[str]:
        return catalogue(language)[key].split("|")

    return variants
