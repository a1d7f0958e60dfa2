"""The report of a serious event is one page in both languages, and blinded without its words."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.language.wording import LANGUAGES
from bot.reports.page import Page
from bot.reports.serious_event import pdf
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn import event_words
from flows.adverse_events import CRITERIA, Assessment, Event, Term, Version
from flows.chart import Chart
from flows.text import text

STUDY = load_study(DEFAULT_TRIAL)
AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)
ON = date(2026, 9, 26)
CHART = Chart(1, "P-001", "F", 36)
TERM = Term("side_effects.1", "emergency", "BREATHING")
WORST = Assessment(ON, 4, CRITERIA[1:], "PROBABLE", "UNEXPECTED", "STOPPED", "SEQUELAE", ON)
PAGES = re.compile(rb"/Type /Page\b(?!s)")


def event(versions: int) -> Event:
    assessed = tuple(
        Version(number, number, 1, AT + timedelta(days=number), WORST)
        for number in range(1, versions + 1)
    )
    return Event(1, 1, 1, TERM, "alert", AT, assessed)


def page(language: str, written: str | None, versions: int = 1) -> Page:
    """The page of an event of which this was written each time; None for whoever is blinded."""

    def said(about: str, _number: int) -> str | None:
        return written if about == "narrative" else None

    reader = None if written is None else said
    return event_words.page(STUDY, event(versions), (), CHART, reader, language)


def drawn_pages(it: Page) -> int:
    return len(PAGES.findall(pdf(it)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("written", "versions"),
    [
        (None, 1),
        ("Swelling of the lips.", 1),
        ("ورم لب‌ها، ده دقیقه پس از جلسه. 😀 \u202e", 3),
        ("کلمه‌ای بلند " * 120, 1),
        ("\n".join("a line" for _ in range(400)), 1),
        ("x" * 1500, 12),
    ],
)
def test_the_report_is_one_page_whatever_was_written(
    language: str, written: str | None, versions: int
) -> None:
    assert drawn_pages(page(language, written, versions)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_is_blinded_gets_the_same_page_without_words(language: str) -> None:
    full, blinded = page(language, "EXOLOT was given"), page(language, None)
    assert "EXOLOT" in full.narrative
    assert "EXOLOT" not in repr(full)
    assert blinded.narrative == STUDY.render(text("report.narrative_held"), language)
    same = replace(full, narrative=blinded.narrative, footer=blinded.footer)
    assert same == blinded


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_all_that_was_assessed(language: str) -> None:
    facts = {line.label: line.value for line in page(language, None).facts}
    assert len(facts) == 12
    assert all(facts.values())


def test_days_are_those_of_the_readers_calendar() -> None:
    assert "۴ مهر ۱۴۰۵" in " ".join(line.value for line in page("fa", None).facts)
    assert "26 September 2026" in " ".join(line.value for line in page("en", None).facts)
