"""The principal investigator's commands. Nothing here is split by arm."""

from flows.commands.command import Circumstances, Command, pick
from flows.definition import Trial, Visit
from flows.effects import Decision, Refused
from flows.effects.oversight import ConfirmDefinition, SendSummary
from flows.effects.speaking import Say, TellRole
from flows.facts import NoFacts
from flows.facts.enrolment import ProtocolFacts
from flows.forms import Answers, Item
from flows.messages import say
from flows.roles import Role
from flows.text import Text, text

PI = frozenset({Role.PI})


def _protocol_items(facts: ProtocolFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    """The answer names the definition that was shown, so a button of another one is stale."""
    labels = {facts.definition_hash[:16]: _answer("YES"), "NO": _answer("NO")}
    return (Item("protocol", _question(given.trial), pick("protocol", labels).kind),)


def _answer(code: str) -> Text:
    return text(f"option.protocol.{code}")


def _question(trial: Trial) -> Text:
    """The schedule and every point that the registration leaves open, in one question."""
    points = tuple(
        text("protocol.open_point", number=number, point=text(f"protocol.point.{point}"))
        for number, point in enumerate(trial.open_points, start=1)
    )
    schedule = tuple(_visit_line(visit) for visit in trial.visits)
    return text(
        "ask.protocol",
        title=text("trial.title"),
        registration=trial.registration,
        target=trial.target,
        schedule=schedule,
        points=points,
    )


def _visit_line(visit: Visit) -> Text:
    label = text(f"visit.{visit.name}")
    if visit.after_session == 0:
        return text("protocol.baseline", visit=label)
    return text(
        "protocol.visit",
        visit=label,
        months=visit.months,
        session=visit.after_session,
        before=visit.days_before,
        after=visit.days_after,
    )


def _check_protocol(facts: ProtocolFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return text("protocol.confirmed_before") if facts.confirmed else None


def _protocol(facts: ProtocolFacts, answers: Answers, given: Circumstances) -> Decision:
    if answers["protocol"] != facts.definition_hash[:16]:
        return Refused(text("protocol.not_confirmed"))
    told = say(text("protocol.enrolment_open"))
    return (
        ConfirmDefinition(facts.definition_hash),
        Say(say(text("protocol.confirmed"))),
        TellRole(Role.COORDINATOR, told),
    )


def _summary(_facts: NoFacts, _answers: Answers, given: Circumstances) -> Decision:
    return (SendSummary(),)


COMMANDS = (
    Command(
        "protocol",
        PI,
        ProtocolFacts,
        _protocol,
        "confirm_definition",
        items=_protocol_items,
        check=_check_protocol,
    ),
    Command("summary", PI, NoFacts, _summary, "view_summary"),
)
