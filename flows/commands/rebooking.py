"""Another time with one tap, where a participant asked for it.

The button says which appointment it replaces: whoever taps after another coordinator is told when
the visit was booked for, and nothing moves.
"""

from datetime import datetime

from flows.commands.about_participant import COORDINATOR
from flows.commands.booking import book_items, decide
from flows.commands.command import Circumstances, Command, Reach
from flows.commands.moments import check_free, check_moment
from flows.commands.visits import check_visits
from flows.effects import Decision, Refused
from flows.facts.booking import BookingFacts
from flows.forms import Answers, Review, moments_in
from flows.text import Text, text


def _check(facts: BookingFacts, answers: Answers, given: Circumstances) -> Text | None:
    """That another time was booked before is the decision's to tell, in a pop-up."""
    if refused := check_visits(facts.about, answers, given):
        return refused
    if _booked_before(facts, answers) is not None:
        return None
    visit = str(answers.get("visit", ""))
    return check_moment(answers, given) or check_free(facts, visit, answers, given)


def _booked_before(facts: BookingFacts, answers: Answers) -> datetime | None:
    """The appointment that stands, where it is not the one that this choice is to replace."""
    chart, code = facts.chart, answers.get("on")
    if chart is None or not isinstance(code, str):
        return None
    standing = chart.visit(str(answers.get("visit", ""))).booked_at
    return standing if standing is not None and moments_in(code)[1:] != (standing,) else None


def _rebook(facts: BookingFacts, answers: Answers, given: Circumstances) -> Decision:
    chart, standing = facts.chart, _booked_before(facts, answers)
    assert chart is not None
    if standing is not None:
        why = text("rebook.done_before.popup", code=chart.code, at=standing)
        return Refused(why, in_passing=True)
    return decide(facts, answers, given)


COMMANDS = (
    Command(
        "rebook",
        COORDINATOR,
        BookingFacts,
        _rebook,
        "rebook_visit",
        items=book_items,
        check=_check,
        review=Review.TYPED,
        reach=Reach.BUTTON,
    ),
)
