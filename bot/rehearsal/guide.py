"""What to try next in a rehearsal, from the first screening to the summary.

The steps follow the newest participant. A step is over when what it asks for has happened, however
it was done; nothing here does anything by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.turn.desk import Desk
from bot.turn.reads.participants import due_for
from bot.web.channel import CHANNEL
from flows.chart import Chart
from flows.definition import Trial, Visit
from flows.roles import Role
from flows.text import Param, Text, text
from storage import audit, counts, participants, people, responses
from storage.responses import FormRow


@dataclass(frozen=True, slots=True)
class Story:
    """How far the newest participant has come; no chart before anybody is enrolled."""

    trial: Trial
    screened: bool
    chart: Chart | None
    entered: bool
    forms: tuple[FormRow, ...]
    summarized: bool

    @property
    def first_rated(self) -> Visit:
        return next((it for it in self.trial.visits[1:] if it.rating), self.trial.visits[-1])

    @property
    def last_visit(self) -> Visit:
        """The visit at which the participant answers most."""
        return max(self.trial.visits, key=lambda visit: len(visit.opens_forms))

    @property
    def last_forms(self) -> list[FormRow]:
        last = self.last_visit
        return [
            it for it in self.forms if it.visit == last.name and it.instrument in last.opens_forms
        ]


Reached = Callable[[Story, Chart], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try: `who` does it and what they could type. It is over when `reached`."""

    name: str
    who: Role | None
    types: str
    reached: Reached


def _rating_done(story: Story, _chart: Chart) -> bool:
    visit = story.first_rated
    return visit.rating is None or any(
        it.visit == visit.name and it.instrument == visit.rating and it.submitted_at is not None
        for it in story.forms
    )


def _attended(story: Story, chart: Chart) -> bool:
    return chart.visit(story.first_rated.name).attended_on is not None


def _forms_opened(story: Story, _chart: Chart) -> bool:
    return bool(story.last_forms) or not story.last_visit.opens_forms


def _answered(story: Story, _chart: Chart) -> bool:
    return not any(it.is_open for it in story.last_forms)


STEPS = (
    Step("invite", Role.COORDINATOR, "/invite {code}", lambda story, _: story.entered),
    Step(
        "eligibility",
        Role.COORDINATOR,
        "/eligibility {code}",
        lambda _, it: it.eligibility_answered,
    ),
    Step(
        "confirm_eligibility",
        Role.CLINICIAN,
        "/confirm_eligibility {code}",
        lambda _, it: it.eligibility_confirmed,
    ),
    Step("reference", Role.CLINICIAN, "/reference {code}", lambda _, it: it.reference_recorded),
    Step(
        "photographs",
        Role.CLINICIAN,
        "/photographs {code} {baseline} today",
        lambda story, it: it.visit(story.trial.baseline.name).photographed_on is not None,
    ),
    Step("assign", Role.CLINICIAN, "/assign {code}", lambda _, it: it.clinician is not None),
    Step(
        "randomize", Role.ALLOCATOR, "/randomize {code}", lambda _, it: it.randomized_on is not None
    ),
    Step(
        "before_session",
        Role.CLINICIAN,
        "/before_session {code} {baseline}",
        lambda story, it: (
            story.trial.before_session is None
            or it.visit(story.trial.baseline.name).checked_on is not None
        ),
    ),
    Step(
        "session",
        Role.CLINICIAN,
        "/session {code} {baseline} today",
        lambda story, it: it.visit(story.trial.baseline.name).session_on is not None,
    ),
    Step(
        "book",
        Role.COORDINATOR,
        "/book {code} {visit}",
        lambda story, it: (
            it.visit(story.first_rated.name).booked_at is not None or _attended(story, it)
        ),
    ),
    Step("attended", Role.COORDINATOR, "/attended {code} {visit} today", _attended),
    Step("rate", Role.RATER, "/ratings", _rating_done),
    Step("last_visit", None, "", _forms_opened),
    Step("answer", Role.PARTICIPANT, "/open", _answered),
    Step("summary", Role.PI, "/summary", lambda story, _: story.summarized),
)
_BEFORE = ("screen", "consent")
COUNT = len(_BEFORE) + len(STEPS)


def guide(desk: Desk) -> dict[str, Any] | None:
    """The next step as a page is told of it; None when all was tried."""
    story = _story(desk)
    if story.chart is None:
        number = 2 if story.screened else 1
        name = _BEFORE[number - 1]
        return _shown(desk, number, name, Role.COORDINATOR, f"/{name}", {})
    for number, step in enumerate(STEPS, start=len(_BEFORE) + 1):
        if not step.reached(story, story.chart):
            types = step.types.format(**_codes(story))
            return _shown(desk, number, step.name, step.who, types, _params(desk, story))
    return None


def _story(desk: Desk) -> Story:
    enrolled = participants.everyone(desk.connection)
    newest = enrolled[-1] if enrolled else None
    return Story(
        desk.study.trial,
        bool(counts.screening_failures(desk.connection)),
        None if newest is None else participants.chart(desk.connection, newest),
        newest is not None and people.channel_of(desk.connection, newest) is not None,
        () if newest is None else tuple(responses.forms_of(desk.connection, newest)),
        audit.has(desk.connection, verb="view_summary"),
    )


def _codes(story: Story) -> dict[str, str]:
    assert story.chart is not None
    trial = story.trial
    return {
        "code": story.chart.code,
        "baseline": trial.baseline.name,
        "visit": story.first_rated.name,
    }


def _params(desk: Desk, story: Story) -> Mapping[str, Param]:
    assert story.chart is not None
    due = due_for(desk, story.chart)
    first, last = due.get(story.first_rated.name), due.get(story.last_visit.name)
    booked_at = story.chart.visit(story.first_rated.name).booked_at
    return {
        "code": story.chart.code,
        "visit": text(f"visit.{story.first_rated.name}"),
        "last_visit": text(f"visit.{story.last_visit.name}"),
        "on": desk.today if first is None else first.due_on,
        "booked_on": desk.today if booked_at is None else desk.study.today(booked_at),
        "last_on": desk.today if last is None else last.due_on,
    }


def _shown(
    desk: Desk, number: int, name: str, who: Role | None, types: str, params: Mapping[str, Param]
) -> dict[str, Any]:
    words: Text = text(f"rehearsal.step.{name}", **params)
    return {
        "step": number,
        "of": COUNT,
        "phone": None if who is None else _phone_of(desk, who),
        "type": types or None,
        "words": {language: desk.study.render(words, language) for language in ("fa", "en")},
    }


def _phone_of(desk: Desk, role: Role) -> int | None:
    """The phone of whoever has this role; the newest participant's."""
    if role is Role.PARTICIPANT:
        persons = participants.everyone(desk.connection)[-1:]
    else:
        persons = people.holders(desk.connection, role)[:1]
    for person in persons:
        address = people.address_on(desk.connection, person_id=person, channel=CHANNEL)
        if address is not None:
            return int(people.address_of(desk.connection, keys=desk.keys, address_id=address))
    return None
