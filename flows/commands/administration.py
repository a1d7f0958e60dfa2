"""Who works on the trial: the administrators' commands. They see no participant."""

from flows.commands.alert_number import NUDGED
from flows.commands.command import Circumstances, Command, Reach, choice, choices, pick, words
from flows.effects import Decision, Refused
from flows.effects.accounts import CutOff, EndRole, GiveRole, InviteStaff
from flows.effects.speaking import Say, TellRole
from flows.facts.people import Person, StaffFacts
from flows.forms import Answers, Item, Review
from flows.messages import run_button, say
from flows.roles import STAFF, Role, conflict
from flows.text import Text, text

ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
ROLE_CODES = tuple(role.value for role in Role if role in STAFF)


def role_names(roles: tuple[Role, ...]) -> tuple[Text, ...]:
    return tuple(text(f"role.{role.value}") for role in roles)


def _people(facts: StaffFacts) -> dict[str, Text]:
    return {str(person.id): text("staff.name", name=person.name) for person in facts.staff}


def chosen(facts: StaffFacts, answers: Answers) -> Person | None:
    chosen = str(answers.get("person"))
    return next((person for person in facts.staff if str(person.id) == chosen), None)


def _invite_items(_f: StaffFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (words("staff_name", 80), choices("roles", *ROLE_CODES))


def _roles(answers: Answers) -> tuple[Role, ...]:
    codes = answers.get("roles")
    return tuple(Role(code) for code in codes) if isinstance(codes, tuple) else ()


def _check_roles(facts: StaffFacts, answers: Answers, _g: Circumstances) -> Text | None:
    clash = conflict(frozenset(_roles(answers)), knows_an_arm=facts.namesake_knows_an_arm)
    return None if clash is None else text(f"roles.{clash}")


def _invite(_facts: StaffFacts, answers: Answers, given: Circumstances) -> Decision:
    return (InviteStaff(str(answers["staff_name"]), _roles(answers), given.secret),)


def _list(facts: StaffFacts, _answers: Answers, given: Circumstances) -> Decision:
    lines = tuple(_line(person, given) for person in facts.staff)
    ended = (run_button(text("staff.ended.button"), "ended_staff"),)
    buttons = (ended,) if facts.ended else ()
    return (Say(say(text("staff.title"), text("staff.list", lines=lines), buttons=buttons)),)


def _line(person: Person, given: Circumstances) -> Text:
    if given.sms and not person.has_alert_number and not NUDGED.isdisjoint(person.roles):
        return text("staff.no_alert_number", line=_line_alone(person))
    return _line_alone(person)


def _line_alone(person: Person) -> Text:
    key = "staff.line" if person.entered else "staff.line_invited"
    roles = tuple(
        text("staff.since", role=name, on=on)
        for name, on in zip(role_names(person.roles), person.since, strict=True)
    )
    return text(key, name=person.name, roles=roles)


def _ended(facts: StaffFacts, _answers: Answers, given: Circumstances) -> Decision:
    lines = tuple(
        text(
            "staff.ended",
            name=it.name,
            role=text(f"role.{it.role.value}"),
            began=it.began_on,
            ended=it.ended_on,
        )
        for it in facts.ended
    )
    if not lines:
        return (Say(say(text("staff.none_ended"))),)
    return (Say(say(text("staff.ended_title"), text("staff.list", lines=lines))),)


def person_items(facts: StaffFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (pick("person", _people(facts)),)


def _give_items(facts: StaffFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (pick("person", _people(facts)), choice("role", *ROLE_CODES))


def _check_give(facts: StaffFacts, answers: Answers, _g: Circumstances) -> Text | None:
    person = chosen(facts, answers)
    if person is None or "role" not in answers:
        return None
    role = Role(str(answers["role"]))
    if role in person.roles:
        return text("roles.has_it")
    clash = conflict(frozenset({*person.roles, role}), knows_an_arm=person.knows_an_arm)
    return None if clash is None else text(f"roles.{clash}")


def _give(facts: StaffFacts, answers: Answers, given: Circumstances) -> Decision:
    person = chosen(facts, answers)
    if person is None:
        return Refused(text("staff.nobody"))
    role = Role(str(answers["role"]))
    done = text("roles.given", name=person.name, role=text(f"role.{role.value}"))
    return (GiveRole(person.id, role), Say(say(done)))


def _end_items(facts: StaffFacts, answers: Answers, _g: Circumstances) -> tuple[Item, ...]:
    person = chosen(facts, answers)
    held = [role.value for role in person.roles] if person is not None else list(ROLE_CODES)
    return (pick("person", _people(facts)), choice("role", *held))


def _end(facts: StaffFacts, answers: Answers, given: Circumstances) -> Decision:
    person = chosen(facts, answers)
    if person is None:
        return Refused(text("staff.nobody"))
    role = Role(str(answers["role"]))
    if role is Role.ADMINISTRATOR and _is_last_administrator(facts, person):
        return Refused(text("staff.last_administrator"))
    done = text("roles.ended", name=person.name, role=text(f"role.{role.value}"))
    return (EndRole(person.id, role), Say(say(done)))


def _cut_off(facts: StaffFacts, answers: Answers, given: Circumstances) -> Decision:
    person = chosen(facts, answers)
    if person is None:
        return Refused(text("staff.nobody"))
    if _is_last_administrator(facts, person):
        return Refused(text("staff.last_administrator"))
    message = say(text("staff.cut_off", name=person.name))
    return (CutOff(person.id), Say(message), TellRole(Role.PI, message))


def _is_last_administrator(facts: StaffFacts, person: Person) -> bool:
    entered = [p for p in facts.staff if p.entered]
    administrators = [p.id for p in entered if Role.ADMINISTRATOR in p.roles]
    return administrators == [person.id]


COMMANDS = (
    Command("staff", ADMINISTRATOR, StaffFacts, _list, "view_staff"),
    Command(
        "ended_staff",
        ADMINISTRATOR,
        StaffFacts,
        _ended,
        "view_ended_staff",
        reach=Reach.BUTTON,
    ),
    Command(
        "invite_staff",
        ADMINISTRATOR,
        StaffFacts,
        _invite,
        "invite_staff",
        items=_invite_items,
        check=_check_roles,
        review=Review.ALWAYS,
    ),
    Command(
        "give_role",
        ADMINISTRATOR,
        StaffFacts,
        _give,
        "give_role",
        items=_give_items,
        check=_check_give,
        review=Review.ALWAYS,
    ),
    Command(
        "end_role",
        ADMINISTRATOR,
        StaffFacts,
        _end,
        "end_role",
        items=_end_items,
        review=Review.ALWAYS,
    ),
    Command(
        "cut_off",
        ADMINISTRATOR,
        StaffFacts,
        _cut_off,
        "cut_off",
        items=person_items,
        review=Review.ALWAYS,
    ),
)
