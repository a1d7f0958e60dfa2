"""The rater's guess of the arm: asked once, after their last rating of a participant."""

from collections.abc import Iterator

from bot.language.calendars import add_jalali_months
from bot.turn import arms, locking, readings
from bot.turn.desk import Desk
from flows.chart import Chart
from flows.messages import run_button, say
from flows.readings import is_over
from flows.roles import Role
from flows.schedule import due_visits
from flows.text import text
from storage import participants, people, protocol, responses


def ask_for_guesses(desk: Desk, participant: int) -> None:
    """Ask each rater who is done with this participant, once."""
    if not _is_asked(desk):
        return
    for rater in people.holders(desk.connection, Role.RATER):
        for chart in _done(desk, rater, _unguessed(desk, rater) & {participant}):
            button = run_button(text("command.guess.button"), "guess", chart.code)
            message = say(text("guess.wanted", code=chart.code), buttons=((button,),))
            desk.notify(rater, message, key=f"guess:{participant}:{rater}")


def to_guess(desk: Desk, rater: int) -> list[Chart]:
    """The participants of whom this rater has yet to guess, in the order of their codes."""
    return list(_done(desk, rater, _unguessed(desk, rater))) if _is_asked(desk) else []


def _is_asked(desk: Desk) -> bool:
    return desk.study.trial.rating.guess and not locking.is_locked(desk)


def _unguessed(desk: Desk, rater: int) -> set[int]:
    """Whom this rater has rated, without those whose arm they learnt or have guessed."""
    rated = responses.submitted_by(
        desk.connection, person_id=rater, instruments=readings.scales(desk)
    )
    learnt = protocol.excluded_for(desk.connection, rater)
    return {row.participant for row in rated} - learnt - arms.guessed_by(desk, rater)


def _done(desk: Desk, rater: int, rated: set[int]) -> Iterator[Chart]:
    """Of these, whom the rater has rated for the last time."""
    if not rated:
        return
    trial = desk.study.trial
    waiting = {row.participant for row in readings.offered(desk, rater)}
    for chart in participants.charts(desk.connection, rated):
        due = due_visits(trial, chart, add_jalali_months)
        if is_over(trial, chart, due, desk.today, waiting=chart.participant in waiting):
            yield chart
