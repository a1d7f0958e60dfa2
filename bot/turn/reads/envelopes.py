"""The ledger of envelopes, by number."""

from bot.turn import arms
from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.chart import Chart
from flows.facts.envelopes import BalanceFacts, EnvelopeFacts, LedgerFacts, Place
from flows.forms import Answers
from storage import envelopes


def of_participant(desk: Desk, _actor: int, answers: Answers) -> EnvelopeFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return EnvelopeFacts(None)
    bound = envelopes.allocation_of(desk.connection, chart.participant)
    if bound is None:
        return EnvelopeFacts(chart)
    return EnvelopeFacts(
        chart,
        bound.envelope,
        bound.bound_by,
        envelopes.was_intact(desk.connection, bound.envelope),
        arms.is_letter_kept(desk.connection, desk.keys, bound.envelope),
        _was_opened_before(desk, chart),
    )


def _was_opened_before(desk: Desk, chart: Chart) -> bool:
    """Of whom was taken over, the allocation is older than what is kept of it here."""
    kept_on = desk.study.today(envelopes.allocated_at(desk.connection, chart.participant))
    return chart.randomized_on is not None and chart.randomized_on < kept_on


def ledger(desk: Desk, _actor: int, answers: Answers) -> LedgerFacts:
    count, number = envelopes.count(desk.connection), answers.get("envelope")
    if not isinstance(number, int):
        return LedgerFacts(count.sealed, count.left)
    holder = envelopes.holder_of(desk.connection, number)
    return LedgerFacts(
        count.sealed,
        count.left,
        _place(desk, number, is_bound=holder is not None),
        None if holder is None else holder.participant,
        envelopes.was_intact(desk.connection, number),
    )


def _place(desk: Desk, number: int, *, is_bound: bool) -> Place:
    if envelopes.is_retired(desk.connection, number):
        return Place.RETIRED
    if not is_bound:
        return Place.FREE
    is_read = arms.is_letter_kept(desk.connection, desk.keys, number)
    return Place.READ if is_read else Place.BOUND


def balance(desk: Desk, _actor: int, _answers: Answers) -> BalanceFacts:
    return BalanceFacts(tuple(arms.unbalanced_blocks(desk)))
