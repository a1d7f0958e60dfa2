"""An adverse event in words: as a message, and as the page of its report.

`Said` reads what can name a product: `bot.turn.arms` hands it in, by what the words are about and
its number.
"""

from collections.abc import Callable, Iterator, Sequence

from bot.reports.page import Line, Page
from bot.trial.study import Study
from flows.adverse_events import Event, Version
from flows.chart import Chart
from flows.text import Param, Text, text

Said = Callable[[str, int], str | None]


def message(
    study: Study, event: Event, parts: Sequence[Event], chart: Chart, said: Said, language: str
) -> str:
    """Everything that was reported, assessed and written of an event, and of its parts."""
    blocks = [
        text("event.words.head", event=event.code, code=chart.code, term=event.term.label),
        text(f"event.source.{event.source}", at=event.opened_at),
        *_reported(event, said),
    ]
    for part in parts:
        source = text(f"event.source.{part.source}", at=part.opened_at)
        blocks.append(text("event.words.part", event=part.code, source=source))
        blocks += _reported(part, said)
    for version in event.versions:
        blocks.append(_assessed(version))
        blocks += _named("event.words.diagnosis", said("diagnosis", version.id))
        blocks += _named("event.words.narrative", said("narrative", version.id))
    return "\n\n".join(study.render(block, language) for block in blocks)


def _reported(event: Event, said: Said) -> Iterator[Text]:
    yield from _named("event.words.own", said("own", event.id))
    yield from _named("event.words.diagnosis", said("event", event.id))
    yield from _named("event.words.done", said("done", event.id))


def _named(key: str, words: str | None) -> Iterator[Text]:
    if words is not None:
        yield text(key, words=words)


def _assessed(version: Version) -> Text:
    it = version.assessment
    return text(
        "event.words.version",
        number=version.number,
        at=version.assessed_at,
        onset_on=it.onset_on,
        grade=text(f"option.grade.{it.grade}"),
        criteria=criteria_of(version),
        relatedness=text(f"option.relatedness.{it.relatedness}"),
        expectedness=text(f"option.expectedness.{it.expectedness}"),
        action=text(f"option.action.{it.action}"),
        outcome=_outcome(version),
    )


def criteria_of(version: Version) -> Text:
    """The criteria on one line, in the list style of the language."""
    codes = version.assessment.criteria or ("NOT_SERIOUS",)
    first, *others = (text(f"option.criteria.{code}") for code in codes)
    for label in others:
        first = text("answer.several", before=first, label=label)
    return first


def _outcome(version: Version) -> Text:
    it = version.assessment
    outcome = text(f"option.outcome.{it.outcome}")
    if it.resolved_on is None:
        return outcome
    return text("event.words.resolved", outcome=outcome, on=it.resolved_on)


def page(
    study: Study,
    event: Event,
    parts: Sequence[Event],
    chart: Chart,
    said: Said | None,
    language: str,
) -> Page:
    """The report of a serious event. Without `said` it holds no words: who is blinded may read it,
    and whose hands the narrative is in stands in its place."""

    def words(key: str, /, **params: Param) -> str:
        return study.render(text(key, **params), language)

    trial, newest = study.trial, event.newest
    assert newest is not None
    return Page(
        f"{event.code}-{language}.pdf",
        language,
        words("report.title", event=event.code),
        tuple(
            Line(words(f"report.{name}"), value)
            for name, value in (
                ("trial", words("trial.title")),
                ("registration", f"{trial.registration} · {trial.ethics}"),
                ("site", words("trial.site")),
            )
        ),
        tuple(
            Line(words(f"report.{name}"), study.render(value, language))
            for name, value in _facts(event, chart, newest)
        ),
        words("report.timeline"),
        (
            tuple(
                words(f"report.{name}")
                for name in (
                    "version",
                    "on",
                    "column_grade",
                    "column_serious",
                    "column_relation",
                    "outcome",
                )
            ),
            *(tuple(study.render(cell, language) for cell in _row(it)) for it in event.versions),
        ),
        words("report.narrative"),
        words("report.narrative_held")
        if said is None
        else _narrative(study, event, parts, said, language),
        words("report.cut", event=event.code),
        (words("report.signature_clinician"), words("report.signature_pi")),
        words(
            "report.footer" if said is not None else "report.footer_blinded",
            number=newest.number,
            at=newest.assessed_at,
        ),
    )


def _facts(event: Event, chart: Chart, newest: Version) -> Iterator[tuple[str, Text]]:
    it = newest.assessment
    yield "participant", text("answer.plain", value=chart.code)
    yield "sex", text(f"option.sex.{chart.sex}")
    yield "age", text("report.years", age=chart.age)
    yield "term", event.term.label
    yield "source", text(f"event.source.{event.source}", at=event.opened_at)
    yield "onset_on", text("answer.plain", value=it.onset_on)
    yield "criteria", criteria_of(newest)
    yield "grade", text(f"option.grade.{it.grade}")
    yield "relatedness", text(f"option.relatedness.{it.relatedness}")
    yield "expectedness", text(f"option.expectedness.{it.expectedness}")
    yield "action", text(f"option.action.{it.action}")
    yield "outcome", _outcome(newest)


def _row(version: Version) -> Iterator[Text]:
    it = version.assessment
    yield text("answer.plain", value=version.number)
    yield text("answer.plain", value=version.assessed_at)
    yield text("answer.plain", value=it.grade)
    yield text(f"report.serious_{'yes' if it.criteria else 'no'}")
    yield text(f"option.relatedness.{it.relatedness}")
    yield _outcome(version)


def _narrative(
    study: Study, event: Event, parts: Sequence[Event], said: Said, language: str
) -> str:
    """What was written, the newest first: that is what must not be cut."""
    blocks = [
        text("report.narrative_version", number=version.number, words=words)
        for version in event.versions[::-1]
        for words in (said("diagnosis", version.id), said("narrative", version.id))
        if words is not None
    ]
    for it in (event, *parts):
        blocks += _reported(it, said)
    return "\n".join(study.render(block, language) for block in blocks)
