"""From the screening to the invitation: the coordinator's commands before randomization."""

from collections.abc import Iterator
from datetime import date

from flows.chart import Chart, Milestone
from flows.commands.about_participant import CLINICIAN, COORDINATOR, chart_items, has_left
from flows.commands.command import (
    PARTICIPANT,
    Circumstances,
    Command,
    Reach,
    choice,
    completed_years,
    pick,
    words,
)
from flows.effects import Decision, Refused
from flows.effects.enrolment import EnrolParticipant, RecordScreeningFailure
from flows.effects.following import BeginForm, RunNext
from flows.effects.milestones import RecordMilestone
from flows.effects.speaking import Say, TellPerson
from flows.facts.enrolment import EnrolmentFacts
from flows.facts.participants import ParticipantFacts
from flows.facts.people import Person
from flows.forms import Answers, Day, Item, Number, Phone, Review, When
from flows.messages import Button, run_button, say
from flows.text import Text, text

SEXES = ("F", "M")
SCREENING_REASONS = ("AGE", "NOT_WILLING", "PHOTOGRAPHS", "CRITERIA", "OTHER")
OLDEST_POSSIBLE = 120


def _screen_items(_f: EnrolmentFacts, answers: Answers, _g: Circumstances) -> tuple[Item, ...]:
    """Whoever signed goes on to the consent form; of anybody else sex, age and reason are kept."""
    outcome = choice("screening", "SIGNED", "NOT_ENTERED")
    if answers.get("screening") != "NOT_ENTERED":
        return (outcome,)
    return (
        outcome,
        choice("sex", *SEXES),
        Item("age", text("ask.age"), Number(0, OLDEST_POSSIBLE)),
        choice("screening_reason", *SCREENING_REASONS),
    )


def _screen(_facts: EnrolmentFacts, answers: Answers, given: Circumstances) -> Decision:
    if answers["screening"] == "SIGNED":
        return (RunNext("consent"),)
    age = answers["age"]
    assert isinstance(age, int)
    failure = RecordScreeningFailure(str(answers["sex"]), age, str(answers["screening_reason"]))
    return (failure, Say(say(text("screening.recorded"))))


def _consent_items(
    facts: EnrolmentFacts, _answers: Answers, given: Circumstances
) -> tuple[Item, ...]:
    takers = {str(person.id): text("staff.name", name=person.name) for person in facts.staff}
    versions = given.trial.consent_versions
    cannot_read = When("reads", frozenset({"NO"}))
    witness = words("witness", 80)
    return (
        pick("consent_version", {it: text("answer.plain", value=it) for it in versions}),
        Item("consented_on", text("ask.consented_on"), Day(latest=given.today)),
        pick("taken_by", takers),
        choice("reads", "YES", "NO"),
        Item(witness.id, witness.question, witness.kind, when=(cannot_read,)),
        choice("photographs", "YES", "NO"),
        choice("messages", "YES", "NO"),
        choice("sex", *SEXES),
        Item("born_on", text("ask.born_on"), Day(latest=given.today)),
        words("participant_name", 80),
        Item("phone", text("ask.phone"), Phone(), may_skip=True),
    )


def _check_consent(facts: EnrolmentFacts, answers: Answers, given: Circumstances) -> Text | None:
    if not facts.enrolment_confirmed:
        return text("refused.not_confirmed")
    if facts.enrolled >= given.trial.target:
        return text("refused.target_reached", target=given.trial.target)
    if answers.get("photographs") == "NO":
        return text("refused.photographs")
    return _check_age(answers, given)


def _check_age(answers: Answers, given: Circumstances) -> Text | None:
    """Age counts on the day of consent, and nobody can override it."""
    born_on, consented_on = answers.get("born_on"), answers.get("consented_on")
    if not isinstance(born_on, date) or not isinstance(consented_on, date):
        return None
    rule = given.trial.eligibility
    age = completed_years(born_on, consented_on)
    if rule.least_age <= age <= rule.most_age:
        return None
    return text("refused.age", age=age, least=rule.least_age, most=rule.most_age)


def _consent(facts: EnrolmentFacts, answers: Answers, given: Circumstances) -> Decision:
    born_on, consented_on = answers["born_on"], answers["consented_on"]
    assert isinstance(born_on, date)
    assert isinstance(consented_on, date)
    enrol = EnrolParticipant(
        code=facts.next_code,
        sex=str(answers["sex"]),
        age=completed_years(born_on, consented_on),
        consented_on=consented_on,
        detail={
            "version": str(answers["consent_version"]),
            "taken_by": str(answers["taken_by"]),
            "reads": str(answers["reads"]),
            "photographs": str(answers["photographs"]),
            "messages": str(answers["messages"]),
        },
        name=str(answers["participant_name"]),
        phone=str(answers["phone"]),
        born_on=born_on,
        witness=str(answers.get("witness", "")),
    )
    return (enrol, Say(say(text("consent.recorded", code=facts.next_code), buttons=_next(facts))))


def _next(facts: EnrolmentFacts) -> tuple[tuple[Button, ...], ...]:
    code = facts.next_code
    return tuple(
        (run_button(text(f"command.{name}.button"), name, code),)
        for name in ("eligibility", "invite", "card")
    )


def _check_eligibility(facts: ParticipantFacts, _a: Answers, _g: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    return _check_before(chart, done=chart.eligibility_answered)


def _check_before(chart: Chart, *, done: bool) -> Text | None:
    """It comes before randomization, and later only in place of what was taken back."""
    if chart.randomized_on is not None and done:
        return text("refused.randomized_already", code=chart.code)
    return text("refused.left", code=chart.code) if has_left(chart.status) else None


def _eligibility(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    return (BeginForm(given.trial.eligibility.instrument, facts.chart.participant),)


def _check_confirm(facts: ParticipantFacts, _a: Answers, _g: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if left := _check_before(chart, done=chart.eligibility_confirmed):
        return left
    if not chart.eligibility_answered:
        return text("refused.no_eligibility", code=chart.code)
    if chart.eligibility_confirmed:
        return text("refused.confirmed_already", code=chart.code)
    if not chart.excluded:
        return None
    after = "" if chart.randomized_on is None else "_after_randomization"
    return text(f"refused.excluded{after}", code=chart.code)


def _confirm_eligibility(
    facts: ParticipantFacts, _answers: Answers, given: Circumstances
) -> Decision:
    assert facts.chart is not None
    code = facts.chart.code
    confirmed = RecordMilestone(
        facts.chart.participant, Milestone.ELIGIBILITY_CONFIRMED, given.today
    )
    buttons = ((run_button(text("command.reference.button"), "reference", code),),)
    return (confirmed, Say(say(text("eligibility.confirmed", code=code), buttons=buttons)))


def _check_reference(facts: ParticipantFacts, _a: Answers, _g: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if not chart.eligibility_confirmed:
        return text("refused.not_eligible_yet", code=chart.code)
    return _check_before(chart, done=chart.reference_recorded)


def _reference(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    return (BeginForm(given.trial.eligibility.reference, facts.chart.participant),)


def check_present(facts: ParticipantFacts, _a: Answers, _g: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if facts.is_erased:
        return text("refused.erased", code=chart.code)
    return text("refused.left", code=chart.code) if has_left(chart.status) else None


def _assign_items(facts: ParticipantFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    labels = {str(p.id): text("staff.name", name=p.name) for p in facts.clinicians}
    first = facts.chart is None or facts.chart.clinician is None
    reason = () if first else (words("reason", 300),)
    return (PARTICIPANT, pick("clinician", labels), *reason)


def _check_assign(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if not facts.clinicians:
        return text("refused.no_clinician")
    if chart is not None and answers.get("clinician") == str(chart.clinician):
        return text("refused.assigned_already", code=chart.code)
    return check_present(facts, answers, given)


def _assign(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = str(answers["clinician"])
    clinician = next((p for p in facts.clinicians if str(p.id) == chosen), None)
    if facts.chart is None or clinician is None:
        return Refused(text("staff.nobody"))
    code = facts.chart.code
    assigned = RecordMilestone(
        facts.chart.participant,
        Milestone.CLINICIAN_ASSIGNED,
        given.today,
        detail={"clinician": chosen},
        reason=str(answers.get("reason", "")),
    )
    return (
        assigned,
        Say(say(text("assign.done", code=code, name=clinician.name))),
        *_tell(facts.chart, clinician, given),
    )


def _tell(chart: Chart, clinician: Person, given: Circumstances) -> Iterator[TellPerson]:
    """Both clinicians are told, the new one and the one before; not whoever does it."""
    if clinician.id != given.actor:
        card = run_button(text("command.card.button"), "card", chart.code)
        yours = say(text("assign.yours", code=chart.code), buttons=((card,),))
        yield TellPerson(clinician.id, yours)
    if chart.clinician is not None and chart.clinician != given.actor:
        yield TellPerson(chart.clinician, say(text("assign.no_longer", code=chart.code)))


COMMANDS = (
    Command(
        "screen",
        COORDINATOR,
        EnrolmentFacts,
        _screen,
        "screen",
        items=_screen_items,
        review=Review.TYPED,
    ),
    Command(
        "consent",
        COORDINATOR,
        EnrolmentFacts,
        _consent,
        "record_consent",
        items=_consent_items,
        check=_check_consent,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "eligibility",
        COORDINATOR,
        ParticipantFacts,
        _eligibility,
        "record_eligibility",
        items=chart_items,
        check=_check_eligibility,
        reach=Reach.CARD,
    ),
    Command(
        "confirm_eligibility",
        CLINICIAN,
        ParticipantFacts,
        _confirm_eligibility,
        "confirm_eligibility",
        items=chart_items,
        check=_check_confirm,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "reference",
        CLINICIAN,
        ParticipantFacts,
        _reference,
        "record_reference",
        items=chart_items,
        check=_check_reference,
        reach=Reach.CARD,
    ),
    Command(
        "assign",
        COORDINATOR | CLINICIAN,
        ParticipantFacts,
        _assign,
        "assign_clinician",
        items=_assign_items,
        check=_check_assign,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
