"""The weekly summary for the PI: how the trial goes. Nothing in it is split by arm."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.language.calendars import add_jalali_months
from bot.turn.agreement import agreement
from bot.turn.desk import Desk
from flows.adverse_events import is_overdue
from flows.chart import Chart, Status
from flows.definition import Trial
from flows.instruments import FilledBy
from flows.messages import Message, say
from flows.pregnancies import is_overdue as is_pregnancy_overdue
from flows.schedule import due_visits
from flows.text import Text, text
from storage import (
    adverse_events,
    alerts,
    audit,
    counts,
    envelopes,
    participants,
    pregnancies,
    queries,
    responses,
    unblindings,
)

WEEK = timedelta(days=7)


def summary(desk: Desk) -> Message:
    """The state of the trial now, and what happened in the last seven days."""
    everyone = participants.everyone(desk.connection)
    charts = participants.charts(desk.connection, everyone)
    return say(
        text("summary.title", on=desk.today, title=text("trial.title")),
        _recruitment(desk, charts),
        _visits(desk, charts),
        _forms(desk),
        *agreement(desk),
        _safety(desk),
        _quality(desk),
    )


def _recruitment(desk: Desk, charts: list[Chart]) -> Text:
    failures = counts.screening_failures(desk.connection)
    reasons = tuple(
        text("summary.reason", reason=text(f"option.screening_reason.{code}"), count=count)
        for code, count in failures.items()
    )
    number = {status: sum(chart.status is status for chart in charts) for status in Status}
    lines = (
        text(
            "summary.enrolled",
            randomized=envelopes.count(desk.connection).used,
            target=desk.study.trial.target,
        ),
        text("summary.consented", count=len(charts)),
        text("summary.not_eligible", count=number[Status.NOT_ELIGIBLE]),
        text("summary.screening_failures", count=sum(failures.values())),
        *reasons,
        text(
            "summary.left",
            discontinued=number[Status.DISCONTINUED],
            withdrawn=number[Status.WITHDRAWN],
            lost=number[Status.LOST],
            died=number[Status.DIED],
        ),
    )
    return text("summary.recruitment", lines=(*lines, *_unblinded(desk)))


def _unblinded(desk: Desk) -> tuple[Text, ...]:
    """How often an arm was shown in an emergency, once it was."""
    count = unblindings.agreed(desk.connection)
    return (text("summary.unblinded", count=count),) if count else ()


def _visits(desk: Desk, charts: list[Chart]) -> Text:
    lines = tuple(
        text(
            "summary.visit",
            visit=text(f"visit.{visit.name}"),
            **_of_visit(desk, charts, visit.name),
        )
        for visit in desk.study.trial.visits[1:]
    )
    return text("summary.visits", lines=lines)


def _of_visit(desk: Desk, charts: list[Chart], name: str) -> Mapping[str, int]:
    """Of the visits whose due date has come: attended, missed, and neither yet."""
    due = [chart for chart in charts if _is_due(desk, chart, name)]
    attended = sum(chart.visit(name).attended_on is not None for chart in due)
    missed = sum(chart.visit(name).missed_on is not None for chart in due)
    return {
        "due": len(due),
        "attended": attended,
        "missed": missed,
        "waiting": len(due) - attended - missed,
    }


def _is_due(desk: Desk, chart: Chart, name: str) -> bool:
    if not chart.is_followed:
        return False
    due = due_visits(desk.study.trial, chart, add_jalali_months).get(name)
    happened = chart.visit(name).attended_on is not None
    return due is not None and (happened or due.due_on <= desk.today)


def _forms(desk: Desk) -> Text:
    lines = tuple(_form_line(desk, name) for name in scheduled_instruments(desk.study.trial))
    raters = {it.name for it in desk.study.instruments.values() if it.filled_by is FilledBy.RATER}
    waiting = responses.forms_for(desk.connection, frozenset(raters))
    ratings = text("summary.ratings", count=len(waiting))
    return text("summary.forms", lines=(*lines, ratings))


def scheduled_instruments(trial: Trial) -> tuple[str, ...]:
    """The participants' questionnaires that the definition opens, each once, in its order."""
    opened = [name for visit in trial.visits for name in visit.opens_forms]
    check = [] if trial.safety_check is None else [trial.safety_check.instrument]
    return tuple(dict.fromkeys([*opened, *check]))


def _form_line(desk: Desk, name: str) -> Text:
    number = counts.forms(desk.connection, frozenset({name}))
    overdue = sum(
        row.closes_on is not None
        and row.opens_on + timedelta(days=desk.study.trial.reminders.call_list_day) <= desk.today
        for row in responses.forms_for(desk.connection, frozenset({name}))
    )
    title = text(f"{desk.study.latest(name).prefix}.title")
    return text(
        "summary.form",
        form=title,
        submitted=number["submitted"],
        open=number["open"],
        overdue=overdue,
        closed=number["closed"],
    )


def _safety(desk: Desk) -> Text:
    since = desk.now - WEEK
    raised = counts.alerts_since(desk.connection, since=since)
    waiting = alerts.open_alerts(desk.connection)
    reports = counts.reports_since(
        desk.connection, instrument=desk.study.trial.side_effect_report, since=since
    )
    lines = (
        text("summary.alerts_at_once", count=raised.get("at_once", 0)),
        text("summary.alerts_same_day", count=raised.get("same_day", 0)),
        text("summary.alerts_open", count=len(waiting)),
        text("summary.reports", count=reports),
        *_still_open(desk),
    )
    return text("summary.safety", lines=lines)


def _still_open(desk: Desk) -> Iterator[Text]:
    """Adverse events and pregnancies, in numbers."""
    rule, now = desk.study.trial.safety, desk.now
    events = [it for it in adverse_events.everything(desk.connection) if it.is_open]
    known = pregnancies.everything(desk.connection)
    expected = [it for it in known if it.is_open]
    overdue = sum(is_overdue(rule, it, now) for it in events)
    overdue += sum(is_pregnancy_overdue(rule, it, now) for it in expected)
    waiting = sum(it.awaits_receipt for it in events) + sum(not it.received for it in known)
    serious = sum(it.is_serious for it in events)
    yield text("summary.events_open", count=len(events), serious=serious)
    yield text("summary.events_overdue", count=overdue)
    yield text("summary.receipts_waiting", count=waiting)
    yield text("summary.pregnancies", count=len(expected))


def _quality(desk: Desk) -> Text:
    since = desk.now - WEEK
    connection = desk.connection
    skipped = counts.not_sent_since(connection, since=since)
    reasons = tuple(
        text("summary.reason", reason=text(f"reason.{reason}"), count=count)
        for reason, count in skipped.items()
    )
    entry, digest = audit.head(connection)
    lines = (
        text("summary.undelivered", count=counts.undelivered_since(connection, since=since)),
        text("summary.not_sent", count=sum(skipped.values())),
        *reasons,
        text("summary.mail", count=counts.waiting_mail(connection)),
        text("summary.deviations", count=counts.deviations(connection, since=since)),
        text("summary.deviations_all", count=counts.deviations(connection)),
        text("summary.queries", count=len(queries.open_about(connection))),
        text("summary.declined", count=counts.declined_answers(connection)),
        text("summary.quarantined", count=counts.quarantined_since(connection, since=since)),
        text("summary.audit", count=entry, digest=digest.hex()[:16]),
    )
    return text("summary.quality", lines=lines)
