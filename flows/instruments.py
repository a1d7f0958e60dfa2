"""Instruments as data: a questionnaire or a staff form, as its TOML file states it.

Wording is not here. Its keys follow from the file: `<name>.<version>.<item>` for a question,
`…<item>.<CODE>` or `<name>.<version>.scale.<scale>.<CODE>` for an option, `.button` for its short
label. A published version is never edited; a change of items or wording is a new version.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from flows.forms import (
    AlertLevel,
    Choice,
    Choices,
    Day,
    Form,
    Item,
    Kind,
    Number,
    Option,
    Review,
    When,
    Words,
)
from flows.text import Text, text


class FilledBy(StrEnum):
    PARTICIPANT = "participant"
    COORDINATOR = "coordinator"
    CLINICIAN = "clinician"
    RATER = "rater"


class ItemKind(StrEnum):
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DAY = "date"
    WORDS = "text"


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """`number` is the numeric map for exports; `excludes` makes a candidate not eligible, or keeps
    somebody from a session."""

    code: str
    number: int | None = None
    alert: AlertLevel | None = None
    exclusive: bool = False
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """Options that several items share."""

    id: str
    options: tuple[OptionSpec, ...]


@dataclass(frozen=True, slots=True)
class WhenSpec:
    item: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemSpec:
    id: str
    kind: ItemKind
    scale: str | None = None
    options: tuple[OptionSpec, ...] = ()
    least: int = 0
    most: int = 0
    longest: int = 500
    when: tuple[WhenSpec, ...] = ()
    only_for: tuple[str, ...] = ()
    may_decline: bool = True
    recall: bool = False
    veiled: bool = False


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Items asked about each option picked in the items `after`, exclusive options apart."""

    after: tuple[str, ...]
    items: tuple[ItemSpec, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    name: str
    version: str
    filled_by: FilledBy
    source: str
    licence: str
    validated: bool
    items: tuple[ItemSpec, ...]
    scales: tuple[Scale, ...] = ()
    follow_up: FollowUp | None = None
    recall: str | None = None
    recall_any_time: str | None = None
    review: bool = True

    @property
    def prefix(self) -> str:
        """The start of its wording's keys."""
        return f"{self.name}.{self.version}"

    def options(self, spec: ItemSpec) -> tuple[OptionSpec, ...]:
        scales = {scale.id: scale.options for scale in self.scales}
        return scales.get(spec.scale, ()) if spec.scale is not None else spec.options

    def excludes(self, item_id: str, code: str) -> bool:
        """Whether this answer makes a candidate not eligible, or keeps somebody from a session."""
        spec = next((spec for spec in self.items if spec.id == item_id), None)
        options = self.options(spec) if spec is not None else ()
        return any(option.excludes for option in options if option.code == code)


def title(instrument: Instrument) -> Text:
    return text(f"{instrument.prefix}.title")


def form(instrument: Instrument, *, any_time: bool = False) -> Form:
    """The questions of the instrument, its follow-ups written out for each option.

    A report that the participant sends at any time may ask about another period than the scheduled
    form does.
    """
    if any_time and instrument.recall_any_time is not None:
        instrument = replace(instrument, recall=instrument.recall_any_time)
    own = tuple(_item(instrument, spec) for spec in instrument.items)
    followed = tuple(_follow_up_items(instrument))
    review = Review.ALWAYS if instrument.review else Review.NEVER
    return Form(instrument.name, instrument.version, own + followed, review, records=True)


def _item(instrument: Instrument, spec: ItemSpec) -> Item:
    return Item(
        id=spec.id,
        question=_question(instrument, spec, f"{instrument.prefix}.{spec.id}"),
        kind=_kind(instrument, spec, f"{instrument.prefix}.{spec.id}"),
        when=tuple(When(when.item, frozenset(when.codes)) for when in spec.when),
        may_decline=spec.may_decline,
        veiled=spec.veiled,
    )


def _question(instrument: Instrument, spec: ItemSpec, key: str, **about: Text) -> Text:
    if spec.recall and instrument.recall is not None:
        return text(key, recall=text(f"{instrument.prefix}.recall.{instrument.recall}"), **about)
    return text(key, **about)


def _kind(instrument: Instrument, spec: ItemSpec, key: str) -> Kind:
    match spec.kind:
        case ItemKind.CHOICE:
            return Choice(_options(instrument, spec, key))
        case ItemKind.CHOICES:
            return Choices(_options(instrument, spec, key))
        case ItemKind.NUMBER:
            return Number(spec.least, spec.most)
        case ItemKind.DAY:
            return Day()
        case ItemKind.WORDS:
            return Words(spec.longest)


def _options(instrument: Instrument, spec: ItemSpec, key: str) -> tuple[Option, ...]:
    root = key if spec.scale is None else f"{instrument.prefix}.scale.{spec.scale}"
    return tuple(
        Option(
            code=option.code,
            label=text(f"{root}.{option.code}"),
            button=text(f"{root}.{option.code}.button"),
            number=option.number,
            alert=option.alert,
            exclusive=option.exclusive,
        )
        for option in instrument.options(spec)
    )


def _follow_up_items(instrument: Instrument) -> Iterator[Item]:
    follow_up = instrument.follow_up
    if follow_up is None:
        return
    asked = {spec.id: spec for spec in instrument.items}
    for parent_id in follow_up.after:
        parent = asked[parent_id]
        parent_key = f"{instrument.prefix}.{parent_id}"
        for option in _options(instrument, parent, parent_key):
            if option.exclusive:
                continue
            yield from _items_about(instrument, follow_up, parent_id, option)


def _items_about(
    instrument: Instrument, follow_up: FollowUp, parent_id: str, option: Option
) -> Iterator[Item]:
    present = When(parent_id, frozenset({option.code}))
    for spec in follow_up.items:
        if spec.only_for and option.code not in spec.only_for:
            continue
        key = f"{instrument.prefix}.each.{spec.id}"
        yield Item(
            id=f"{option.code}.{spec.id}",
            question=_question(instrument, spec, key, term=option.label),
            kind=_kind(instrument, spec, key),
            when=(present, *_when_about(option, spec)),
            may_decline=spec.may_decline,
        )


def _when_about(option: Option, spec: ItemSpec) -> Iterator[When]:
    """A follow-up's own conditions speak of its siblings about the same option."""
    return (When(f"{option.code}.{when.item}", frozenset(when.codes)) for when in spec.when)


def numeric_map(instrument: Instrument) -> Mapping[str, int]:
    """Label code to number, declared once here, for dictionaries and exports."""
    options = (option for spec in instrument.items for option in instrument.options(spec))
    return {option.code: option.number for option in options if option.number is not None}
