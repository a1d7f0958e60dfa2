"""What can be wrong with a form: items that nobody reaches, questions without an answer."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from flows.forms import Choice, Choices, Form, Item, Number, When, Words
from flows.instruments import Instrument, ItemSpec, form

# What is known of a participant before a form begins, with its codes.
CONTEXT: Mapping[str, frozenset[str]] = {"sex": frozenset({"F", "M"})}

# A button carries the code of its option, or the id of its item, within 64 bytes.
LONGEST_CODE = 40
# Buttons, wording keys and exports put other signs between ids and codes.
CODE = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class FormProblem:
    """What is wrong with an item of an instrument, and what would be right."""

    instrument: str
    item: str
    detail: str

    def __str__(self) -> str:
        return f"{self.instrument}: {self.item}: {self.detail}" if self.item else self.detail


def instrument_problems(instrument: Instrument) -> list[FormProblem]:
    """Everything in an instrument that leads nowhere."""
    found = [*_spec_problems(instrument)]
    if not found:
        found = [*form_problems(form(instrument))]
    return [FormProblem(instrument.prefix, item, detail) for item, detail in found]


def _spec_problems(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Names in the file that mean nothing; a form cannot be made before these are mended."""
    if not instrument.items:
        yield "items", "an instrument asks one item or more"
    scales = {scale.id for scale in instrument.scales}
    follow_up = instrument.follow_up
    asked = {spec.id for spec in instrument.items}
    specs = (*instrument.items, *(follow_up.items if follow_up else ()))
    yield from _code_problems(instrument, specs)
    for spec in specs:
        if spec.scale is not None and spec.scale not in scales:
            yield spec.id, f'there is no scale "{spec.scale}"'
        if spec.recall and instrument.recall is None:
            yield spec.id, "asks about a period, but the instrument names none (recall)"
    for parent in follow_up.after if follow_up else ():
        if parent not in asked:
            yield "follow_up.after", f'there is no item "{parent}"'


def _code_problems(
    instrument: Instrument, specs: Collection[ItemSpec]
) -> Iterator[tuple[str, str]]:
    named = [("items", "id", spec.id) for spec in specs]
    named += [(spec.id, "code", option.code) for spec in specs for option in spec.options]
    named += [
        (scale.id, "code", option.code) for scale in instrument.scales for option in scale.options
    ]
    for place, what, name in named:
        if not CODE.fullmatch(name):
            yield place, f'the {what} "{name}" must be of the characters A-Z, a-z, 0-9 and _'


def form_problems(it: Form) -> Iterator[tuple[str, str]]:
    """Dead ends and unreachable items of a form."""
    if len({item.id for item in it.items}) < len(it.items):
        yield "items", "each item needs an id of its own"
    codes: dict[str, frozenset[str]] = dict(CONTEXT)
    for item in it.items:
        yield from ((item.id, detail) for detail in _item_problems(item, codes))
        codes[item.id] = frozenset(option.code for option in item.options)


def _item_problems(item: Item, before: Mapping[str, Collection[str]]) -> Iterator[str]:
    yield from _kind_problems(item)
    if len(item.id) > LONGEST_CODE:
        yield f"its id has more than {LONGEST_CODE} characters"
    for when in item.when:
        yield from _condition_problems(when, before)
    if _excluded(item.when):
        yield "is never asked: its conditions exclude each other"


def _kind_problems(item: Item) -> Iterator[str]:
    match item.kind:
        case Choice(options) | Choices(options):
            if not options:
                yield "has no options, so it cannot be answered"
            if len({option.code for option in options}) < len(options):
                yield "each option needs a code of its own"
            if any(len(option.code) > LONGEST_CODE for option in options):
                yield f"a code has more than {LONGEST_CODE} characters"
        case Number(least, most) if least > most:
            yield "no number fits: least is above most"
        case Words(longest) if longest < 1:
            yield "no text fits: longest is below 1"
        case _:
            pass


def _condition_problems(when: When, before: Mapping[str, Collection[str]]) -> Iterator[str]:
    if when.item not in before:
        yield f'depends on "{when.item}", which is not asked before it'
    elif unknown := when.codes - set(before[when.item]):
        yield f'depends on an answer to "{when.item}" that does not exist: {", ".join(unknown)}'
    if not when.codes:
        yield f'depends on no answer to "{when.item}"'


def _excluded(conditions: Collection[When]) -> bool:
    """Whether two conditions on one item have no answer in common."""
    wanted: dict[str, frozenset[str]] = {}
    for when in conditions:
        wanted[when.item] = wanted.get(when.item, when.codes) & when.codes
    return any(not codes for codes in wanted.values())
