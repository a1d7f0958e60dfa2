"""What stands on a one-page report, in words already; how it looks is not decided here."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """`timeline` is a table with its head in the first row. The narrative is cut where it does not
    fit, and `cut` is said below it."""

    name: str
    language: str
    title: str = field(repr=False)
    header: tuple[Line, ...] = field(repr=False)
    facts: tuple[Line, ...] = field(repr=False)
    timeline_title: str = field(repr=False)
    timeline: tuple[tuple[str, ...], ...] = field(repr=False)
    narrative_title: str = field(repr=False)
    narrative: str = field(repr=False)
    cut: str = field(repr=False)
    signatures: tuple[str, ...] = field(repr=False)
    footer: str = field(repr=False)
