"""Paper envelopes: seen by a second person, read twice, and retired when something befalls them.

The number is bound first. A second person, never the allocator, confirms on their own phone that
the envelope was intact before it was opened; only then its letter can be recorded. No text here can
hold a letter.
"""

from flows.commands.allocation import ALLOCATOR, tell_clinician
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice, pick, words
from flows.definition import Concealment
from flows.effects import Decision
from flows.effects.allocation import KeepPaperLetter
from flows.effects.ledger import CallWitnesses, RecordWitness, RetireEnvelope
from flows.effects.speaking import Say, TellPerson, TellRole
from flows.facts.envelopes import EnvelopeFacts, LedgerFacts, Place
from flows.forms import Answer, Answers, Item, Number, Review
from flows.messages import run_button, say
from flows.roles import WITNESSES, Role
from flows.text import Text, text

INCIDENTS = ("SKIPPED", "DAMAGED", "OPENED_EARLY", "LOST")


def _is_paper(given: Circumstances) -> bool:
    return given.trial.allocation.concealment is Concealment.PAPER


def _about(facts: EnvelopeFacts, code: str) -> str:
    """An option's code names the envelope that was asked about: an answer about one that was
    replaced meanwhile must not become one about the next."""
    return f"{facts.envelope}.{code}"


def _said(answer: Answer) -> str:
    return str(answer).partition(".")[2]


def _letter_items(facts: EnvelopeFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    codes = [arm.code for arm in given.trial.arms]
    letters = {_about(facts, code): text("answer.plain", value=code) for code in codes}
    first = pick("letter", letters)
    question = text("ask.letter", number=facts.envelope or 0)
    return (PARTICIPANT, Item(first.id, question, first.kind), pick("letter_again", letters))


def _check_letter(facts: EnvelopeFacts, answers: Answers, given: Circumstances) -> Text | None:
    if refused := _check_waiting(facts, given):
        return refused
    if facts.chart is not None and facts.intact is None and not facts.opened_before:
        code, number = facts.chart.code, facts.envelope or 0
        return text("refused.not_witnessed", code=code, number=number)
    if facts.intact is False:
        return text("refused.not_intact", number=facts.envelope or 0)
    again = answers.get("letter_again")
    differs = again is not None and again != answers.get("letter")
    return text("refused.letters_differ") if differs else None


def _check_waiting(facts: EnvelopeFacts, given: Circumstances) -> Text | None:
    """Whether this participant's envelope still waits to be read."""
    chart = facts.chart
    if not _is_paper(given):
        return text("refused.not_paper")
    if chart is None:
        return None
    if facts.envelope is None:
        return text("refused.not_randomized", code=chart.code)
    if facts.letter_kept:
        return text("refused.letter_kept", code=chart.code)
    return None


def _letter(facts: EnvelopeFacts, answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    assert chart is not None
    assert chart.clinician is not None
    keep = KeepPaperLetter(chart.participant, _said(answers["letter"]))
    done = Say(say(text("letter.kept", code=chart.code)))
    return (keep, done, tell_clinician(chart.clinician, chart.code))


def _witness_items(facts: EnvelopeFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    seen = {_about(facts, code): text(f"option.intact.{code}") for code in ("YES", "NO")}
    question = text("ask.intact", number=facts.envelope or 0)
    return (PARTICIPANT, Item("intact", question, pick("intact", seen).kind))


def _check_witness(facts: EnvelopeFacts, answers: Answers, given: Circumstances) -> Text | None:
    if not _is_paper(given):
        return text("refused.no_paper_envelopes")
    if given.roles.isdisjoint(given.trial.allocation.witnesses):
        return text("command.not_yours")
    if refused := _check_waiting(facts, given):
        return refused
    if facts.chart is None:
        return None
    if facts.bound_by == given.actor:
        return text("refused.own_witness")
    seen = facts.intact is not None
    return text("refused.witnessed", code=facts.chart.code) if seen else None


def _witness(facts: EnvelopeFacts, answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    assert facts.envelope is not None
    assert facts.bound_by is not None
    code, seen = facts.chart.code, _said(answers["intact"])
    intact = seen == "YES"
    told = text(f"witness.told.{seen}", code=code, number=facts.envelope)
    button = (
        run_button(text("command.letter.button"), "letter", code)
        if intact
        else run_button(
            text("command.envelope_incident.button"), "envelope_incident", facts.envelope
        )
    )
    return (
        RecordWitness(facts.chart.participant, intact),
        Say(say(text(f"witness.kept.{seen}"))),
        TellPerson(facts.bound_by, say(told, buttons=((button,),))),
    )


def _incident_items(facts: LedgerFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        Item("envelope", text("ask.envelope"), Number(1, facts.last)),
        choice("incident", *INCIDENTS),
        words("incident_words", 300, may_skip=True, veiled=True),
    )


def _check_incident(facts: LedgerFacts, answers: Answers, given: Circumstances) -> Text | None:
    if not _is_paper(given):
        return text("refused.no_paper_envelopes")
    if not facts.last:
        return text("refused.no_envelope")
    number = answers.get("envelope")
    if not isinstance(number, int):
        return None
    if facts.place in {Place.RETIRED, Place.READ}:
        return text(f"refused.envelope_{facts.place.value}", number=number)
    if facts.place is Place.BOUND and not facts.left:
        return text("refused.no_spare_envelope", number=number)
    return None


def _incident(facts: LedgerFacts, answers: Answers, given: Circumstances) -> Decision:
    """Retire the number; whoever was bound to it gets the next envelope, and a witness anew.

    An envelope that a witness saw intact may have been opened, its card disliked and "damaged"
    (Schulz, JAMA 1995; 274: 1456-1458, on how concealment is subverted): the PI is told so.
    """
    number, incident = answers["envelope"], str(answers["incident"])
    assert isinstance(number, int)
    kind = text(f"option.incident.{incident}")
    told = "pi.envelope_retired_after_witness" if facts.intact else "pi.envelope_retired"
    retire = RetireEnvelope(number, incident, str(answers["incident_words"]))
    again = () if facts.holder is None else (CallWitnesses(facts.holder),)
    return (
        retire,
        Say(say(text("envelope.retired", number=number))),
        TellRole(Role.PI, say(text(told, number=number, kind=kind))),
        *again,
    )


COMMANDS = (
    Command(
        "letter",
        ALLOCATOR,
        EnvelopeFacts,
        _letter,
        "record_paper_letter",
        items=_letter_items,
        check=_check_letter,
    ),
    Command(
        "envelope_incident",
        ALLOCATOR,
        LedgerFacts,
        _incident,
        "retire_envelope",
        items=_incident_items,
        check=_check_incident,
        review=Review.ALWAYS,
    ),
    Command(
        "witness",
        WITNESSES,
        EnvelopeFacts,
        _witness,
        "witness_envelope",
        items=_witness_items,
        check=_check_witness,
        reach=Reach.CARD,
    ),
)
