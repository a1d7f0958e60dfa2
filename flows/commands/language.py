"""The choice of language, asked in both."""

from flows.commands.command import choice

LANGUAGE_ITEM = choice("language", "fa", "en")
