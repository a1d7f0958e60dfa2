"""PINs: everybody sets their own; an administrator can end one, but never set or see it."""

from flows.commands.administration import ADMINISTRATOR, chosen, person_items
from flows.commands.command import Circumstances, Command, Secured
from flows.effects import Decision, Refused
from flows.effects.accounts import ResetPin, SetPin
from flows.effects.speaking import Say, TellPerson
from flows.facts import NoFacts
from flows.facts.people import StaffFacts
from flows.forms import Answers, Item, Pin, Review
from flows.messages import say
from flows.roles import STAFF
from flows.text import Text, text


def _pin_items(_f: NoFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return tuple(
        Item(name, text(f"ask.{name}"), Pin(), veiled=True) for name in ("new_pin", "new_pin_again")
    )


def _check_pin(_facts: NoFacts, answers: Answers, _given: Circumstances) -> Text | None:
    again = answers.get("new_pin_again")
    differs = again is not None and again != answers.get("new_pin")
    return text("refused.pins_differ") if differs else None


def _pin(_facts: NoFacts, answers: Answers, _given: Circumstances) -> Decision:
    return (SetPin(str(answers["new_pin"])), Say(say(text("pin.set"))))


def _reset(facts: StaffFacts, answers: Answers, given: Circumstances) -> Decision:
    person = chosen(facts, answers)
    if person is None:
        return Refused(text("staff.nobody"))
    done = Say(say(text("pin.reset", name=person.name)))
    return (ResetPin(person.id), done, TellPerson(person.id, say(text("pin.was_reset"))))


COMMANDS = (
    Command(
        "pin",
        STAFF,
        NoFacts,
        _pin,
        "set_pin",
        items=_pin_items,
        check=_check_pin,
        review=Review.ALWAYS,
        secured=Secured.IF_SET,
    ),
    Command(
        "reset_pin",
        ADMINISTRATOR,
        StaffFacts,
        _reset,
        "reset_pin",
        items=person_items,
        review=Review.ALWAYS,
        secured=Secured.ALWAYS,
    ),
)
