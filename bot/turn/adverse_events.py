"""Adverse events are opened, and whoever must know of them is told: in codes, never in words."""

from bot.turn.clinicians import clinician_of, tell_clinicians
from bot.turn.desk import Desk
from bot.turn.following_up import chase_receipt_of, plan_asking
from flows.adverse_events import Event, Term, concerned, continues
from flows.chart import Chart
from flows.commands.about_event import event_button
from flows.commands.events import receipt_button
from flows.messages import Button, run_button, say
from flows.pregnancies import Pregnancy
from flows.roles import Role
from flows.text import Text, text
from storage import adverse_events, participants, pregnancies
from storage.audit import Act, Detail
from storage.outbox import Urgency
from storage.responses import FormRow


def open_alerted(desk: Desk, row: FormRow, item: str, option: str) -> None:
    """What raised an alert is an event, whatever becomes of the form."""
    instrument = desk.study.instruments[row.instrument, row.version]
    term = concerned(instrument, item, option)
    if term is not None:
        open_once(desk, row.participant, term, source="alert", form_id=row.id)


def open_reported(desk: Desk, participant: int, form_id: int, terms: tuple[Term, ...]) -> None:
    """Open what a submitted form reports, and tell the clinician once."""
    for term in terms:
        open_once(desk, participant, term, source="report", form_id=form_id)
    opened = adverse_events.of_form(desk.connection, form_id)
    waiting = [event for event in opened if event.version == 0 and event.is_open]
    if waiting:
        _tell_of_report(desk, participant, waiting, key=f"events:{form_id}")


def open_corrected(
    desk: Desk, participant: int, form_id: int, terms: tuple[Term, ...], *, key: str
) -> None:
    """Open what a correction of the form newly reports, and tell the clinician of that alone."""
    opened = [
        open_once(desk, participant, term, source="report", form_id=form_id) for term in terms
    ]
    if new := [event for event in opened if event is not None]:
        _tell_of_report(desk, participant, new, key=key)


def open_once(
    desk: Desk,
    participant: int,
    term: Term,
    *,
    source: str,
    form_id: int | None,
    by: int | None = None,
) -> Event | None:
    """Open an event, and plan to ask for its assessment; None when it was opened before."""
    event_id = adverse_events.open_(
        desk.connection,
        participant=participant,
        term=term,
        source=source,
        form_id=form_id,
        by=by,
        at=desk.now,
    )
    if event_id is None:
        return None
    event = adverse_events.get(desk.connection, event_id)
    if by is None:
        detail: Detail = {"event": event.code, "term": term.code, "source": source}
        desk.record(Act("open_event", "system", None, participant, detail))
    plan_asking(desk, event)
    return event


def _tell_of_report(desk: Desk, participant: int, waiting: list[Event], *, key: str) -> None:
    code = participants.code_of(desk.connection, participant)
    known = tuple(adverse_events.of_participant(desk.connection, participant))
    lines = tuple(_reported_line(event, continues(event, known)) for event in waiting)
    buttons = tuple(
        _reported_row(code, event, continues(event, known)) for event in waiting
    ) + assign_row(desk, participant, code)
    message = say(text("event.reported", code=code, lines=lines), buttons=buttons)
    tell_clinicians(desk, participant, message, key=key)


def _reported_line(event: Event, earlier: Event | None) -> Text:
    if earlier is None:
        return text("event.reported_line", event=event.code, term=event.term.label)
    return text(
        "event.reported_again", event=event.code, term=event.term.label, earlier=earlier.code
    )


def _reported_row(code: str, event: Event, earlier: Event | None) -> tuple[Button, ...]:
    assess = event_button("assess_event", code, event)
    if earlier is None:
        return (assess,)
    label = text("event.button.link_event", event=event.code, earlier=earlier.code)
    link = run_button(label, "link_event", code, event.number, earlier.number)
    return (assess, link)


def assign_row(desk: Desk, participant: int, code: str) -> tuple[tuple[Button, ...], ...]:
    """Where nobody treats the participant now, somebody must be named first."""
    if clinician_of(desk, participant) is not None:
        return ()
    return ((run_button(text("command.assign.button"), "assign", code),),)


def tell_of_serious(desk: Desk, event: Event, *, chased: bool) -> None:
    """The PI learns of a serious event at once, in codes, and is chased until they acknowledge,
    unless they are `chased` for it already."""
    code = participants.code_of(desk.connection, event.participant)
    criteria = tuple(
        text("event.criterion", criterion=text(f"option.criteria.{it}")) for it in event.criteria
    )
    told = text("event.serious", event=event.code, code=code, criteria=criteria)
    report = event_button("event_report", code, event)
    message = say(told, buttons=((receipt_button(code, event.code),), (report,)))
    key = f"serious:{event.id}:{event.version}"
    desk.notify_role(Role.PI, message, key=key, urgency=Urgency.ALERT)
    if not chased:
        chase_receipt_of(desk, "event", event.id, event.version)


def tell_of_pregnancy(desk: Desk, pregnancy: Pregnancy) -> None:
    """The PI learns of a pregnancy at once, and is chased in the same way."""
    code = participants.code_of(desk.connection, pregnancy.participant)
    told = text("pregnancy.pi", pregnancy=pregnancy.code, code=code)
    message = say(told, buttons=((receipt_button(code, pregnancy.code),),))
    key = f"pregnancy:{pregnancy.id}"
    desk.notify_role(Role.PI, message, key=key, urgency=Urgency.ALERT)
    chase_receipt_of(desk, "pregnancy", pregnancy.id, 0)


def hand_over(desk: Desk, participant: int) -> None:
    """What is still open goes to the clinician who was named now."""
    code = participants.code_of(desk.connection, participant)
    count = _count_open(desk, participant)
    if count:
        button = run_button(text("command.events.button"), "events")
        message = say(text("event.handed_over", code=code, count=count), buttons=((button,),))
        tell_clinicians(desk, participant, message, key=f"{desk.nonce}:handed_over:{participant}")


def tell_of_leaving(desk: Desk, person: int) -> None:
    """A clinician has left: for each of theirs with something open, another must be named."""
    everyone = participants.everyone(desk.connection)
    for chart in participants.charts(desk.connection, everyone):
        if chart.clinician == person and (count := _count_open(desk, chart.participant)):
            _ask_to_assign(desk, chart, count)


def _ask_to_assign(desk: Desk, chart: Chart, count: int) -> None:
    button = run_button(text("command.assign.button"), "assign", chart.code)
    told = say(text("event.clinician_left", code=chart.code, count=count), buttons=((button,),))
    key = f"{desk.nonce}:left:{chart.participant}"
    desk.notify_role(Role.COORDINATOR, told, key=key)


def _count_open(desk: Desk, participant: int) -> int:
    events = adverse_events.of_participant(desk.connection, participant)
    expected = pregnancies.of_participant(desk.connection, participant)
    return sum(it.is_open for it in events) + sum(it.is_open for it in expected)
