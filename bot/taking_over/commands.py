"""`hamrah take-over`: it prints counts and the numbers of lines, never what stands in them."""

import argparse
from collections.abc import Iterable

from bot.operator import Operator
from bot.taking_over.checking import Examined, examine
from bot.taking_over.storing import load
from bot.taking_over.template import template_of
from flows.instruments import title
from flows.taking_over.facts import Problem
from flows.text import Text, text


async def check(it: Operator, given: argparse.Namespace) -> int:
    raw = await it.read_file(given.file)
    if raw is None:
        return 1
    async with it.at_data() as data:
        examined = await data.read(lambda desk: examine(desk, raw))
    return _tell(it, examined, "taking_over.would_store")


async def take_over(it: Operator, given: argparse.Namespace) -> int:
    raw = await it.read_file(given.file)
    if raw is None:
        return 1
    async with it.at_data() as data:
        examined = await data.write(load, raw, given.by)
    if examined is None:
        it.complain(text("taking_over.not_theirs", person=str(given.by)))
        return 1
    return _tell(it, examined, "taking_over.stored")


async def template(it: Operator, given: argparse.Namespace) -> int:
    if not await it.write_file(given.file, template_of(it.study, it.language)):
        return 1
    it.tell(text("taking_over.template_written", file=given.file))
    return 0


def _tell(it: Operator, examined: Examined, done: str) -> int:
    if examined.problems:
        refused = text("taking_over.refused", count=len(examined.problems))
        it.complain(refused, *_lines(examined.problems))
        return 1
    if examined.warnings:
        it.tell(text("taking_over.told", count=len(examined.warnings)), *_lines(examined.warnings))
    counts = (text(f"taking_over.count.{key}", count=n) for key, n in examined.counts.items())
    forms = (
        text("taking_over.count.forms", form=title(examined.rules.instruments[name]), count=n)
        for name, n in examined.forms.items()
    )
    it.tell(text(done), *counts, *forms)
    return 0


def _lines(problems: Iterable[Problem]) -> Iterable[Text]:
    return (_line(it) for it in problems)


def _line(it: Problem) -> Text:
    """Where it is, and what to do there."""
    if it.line == 0:
        return text("taking_over.at_all", what=it.what)
    if not it.column:
        return text("taking_over.at_line", line=it.line, what=it.what)
    return text("taking_over.at_column", line=it.line, column=it.column, what=it.what)
