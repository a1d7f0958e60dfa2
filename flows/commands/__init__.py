"""All commands in one explicit tuple; permissions, help, menus and audit verbs come from it."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from flows.commands import (
    administration,
    alert_number,
    allocation,
    assessing,
    balance,
    before_session,
    booking,
    card,
    closing,
    coming,
    correcting,
    day,
    deviations,
    enrolment,
    entering_for,
    entries,
    event_course,
    events,
    everyone,
    guess,
    inviting,
    leaving,
    ledger,
    linking,
    mail,
    oversight,
    participant,
    photographs,
    pictures,
    pins,
    pregnancies,
    queries,
    rating,
    rebooking,
    retracting,
    safety,
    timeline,
    treatment,
    unblinding,
    visits,
    ways,
)
from flows.commands.command import Circumstances, Command, Reach
from flows.effects import Decision
from flows.effects.speaking import Say
from flows.facts import NoFacts
from flows.forms import Answers
from flows.messages import say
from flows.roles import Role
from flows.text import text


def allowed(roles: AbstractSet[Role]) -> Iterator[Command[Any]]:
    """The commands that somebody with these roles may give, in the order of the help."""
    return (command for command in COMMANDS if not command.roles.isdisjoint(roles))


def find(name: str, roles: AbstractSet[Role]) -> Command[Any] | None:
    return next((command for command in allowed(roles) if command.name == name), None)


def exists(name: str) -> bool:
    return any(command.name == name for command in COMMANDS)


def _help(_facts: NoFacts, _answers: Answers, given: Circumstances) -> Decision:
    shown = [command for command in allowed(given.roles) if command.reach is Reach.MENU]
    lines = tuple(
        text("help.line", command=f"/{command.name}", does=text(f"command.{command.name}.help"))
        for command in shown
    )
    site = given.trial.site
    intro = "help.participant" if Role.PARTICIPANT in given.roles else "help.staff"
    head = text(intro, emergency=site.emergency, phone=site.clinic_phone)
    return (Say(say(head, text("help.list", lines=lines))),)


COMMANDS: tuple[Command[Any], ...] = (
    *day.COMMANDS,
    *mail.COMMANDS,
    *oversight.COMMANDS,
    *enrolment.COMMANDS,
    *inviting.COMMANDS,
    *linking.COMMANDS,
    *allocation.COMMANDS,
    *ledger.COMMANDS,
    *card.COMMANDS,
    *timeline.COMMANDS,
    *booking.COMMANDS,
    *rebooking.COMMANDS,
    *entering_for.COMMANDS,
    *visits.COMMANDS,
    *photographs.COMMANDS,
    *pictures.COMMANDS,
    *before_session.COMMANDS,
    *treatment.COMMANDS,
    *leaving.COMMANDS,
    *queries.COMMANDS,
    *deviations.COMMANDS,
    *entries.COMMANDS,
    *retracting.COMMANDS,
    *rating.COMMANDS,
    *guess.COMMANDS,
    *balance.COMMANDS,
    *safety.COMMANDS,
    *events.COMMANDS,
    *assessing.COMMANDS,
    *event_course.COMMANDS,
    *pregnancies.COMMANDS,
    *correcting.COMMANDS,
    *unblinding.COMMANDS,
    *closing.COMMANDS,
    *administration.COMMANDS,
    *pins.COMMANDS,
    *alert_number.COMMANDS,
    *participant.COMMANDS,
    *coming.COMMANDS,
    *everyone.COMMANDS,
    *ways.COMMANDS,
    Command("help", frozenset(Role), NoFacts, _help, "view_help"),
)
