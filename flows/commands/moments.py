"""The moment that an answer means, whether tapped or typed, and what may be wrong with it."""

from datetime import date, datetime, time

from flows.commands.command import Circumstances
from flows.commands.slot_choices import diary
from flows.facts.booking import BookingFacts
from flows.forms import Answers, Choice, Hour, Item, Option, moment_code, moments_in
from flows.text import Text, text


def hour_items(answers: Answers) -> tuple[Item, ...]:
    """The hour is asked of whoever typed a day alone."""
    on = answers.get("on")
    day_alone = isinstance(on, date) and not isinstance(on, datetime)
    return (Item("at", text("ask.book_at"), Hour()),) if day_alone else ()


def clash_items(
    facts: BookingFacts, visit: str, answers: Answers, given: Circumstances
) -> tuple[Item, ...]:
    """Asked of a typed moment alone, and anew of each: a quick choice that is taken is refused."""
    chart, at = facts.chart, moment_meant(answers, given)
    if chart is None or at is None or isinstance(answers.get("on"), str):
        return ()
    beside = diary(facts.booked, chart, visit, given).clashing(at)
    if not beside:
        return ()
    lines = tuple(
        text("clash.line", code=it.code, visit=text(f"visit.{it.visit}"), at=it.at) for it in beside
    )
    anyway = Option("BOOK", text("option.clash.BOOK"))
    question = text("ask.clash", code=chart.code, lines=lines)
    return (Item(f"clash_{moment_code(at)}", question, Choice((anyway,))),)


def day_meant(answers: Answers, given: Circumstances) -> date | None:
    match answers.get("on"):
        case str(code) if found := moments_in(code):
            return given.clinic_day(found[0])
        case datetime() as at:
            return given.clinic_day(at)
        case date() as on:
            return on
        case _:
            return None


def moment_meant(answers: Answers, given: Circumstances) -> datetime | None:
    on, at = answers.get("on"), answers.get("at")
    match on:
        case str(code) if found := moments_in(code):
            return found[0]
        case datetime():
            return on
        case date() if isinstance(at, time):
            return given.at_clinic(on, at)
        case _:
            return None


def check_moment(answers: Answers, given: Circumstances) -> Text | None:
    """A day on which the clinic is closed, an hour at which it is, a moment that has passed."""
    on, at, site = day_meant(answers, given), moment_meant(answers, given), given.trial.site
    if on is not None and site.is_closed(on):
        return text("refused.clinic_closed", on=on)
    if at is None:
        return None
    if not site.opens <= given.clinic_hour(at) < site.closes:
        return text("refused.hours", opens=site.opens, closes=site.closes)
    return text("refused.past") if at <= given.now else None


def check_free(
    facts: BookingFacts, visit: str, answers: Answers, given: Circumstances
) -> Text | None:
    chart, at = facts.chart, moment_meant(answers, given)
    if chart is None or at is None or not diary(facts.booked, chart, visit, given).clashing(at):
        return None
    return text("refused.slot_taken", at=at)
