"""What the further pages of the card offer, to whom and when."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flows.adverse_events import why_not_closed
from flows.chart import Chart
from flows.commands.about_participant import has_left
from flows.commands.command import Circumstances
from flows.facts.participants import ParticipantFacts
from flows.roles import Role


class Page(StrEnum):
    VISITS = "visits"
    TREATMENT = "treatment"
    SAFETY = "safety"
    RECORD = "record"
    MESSAGES = "messages"
    LEAVING = "leaving"


Fits = Callable[[ParticipantFacts, Circumstances], bool]


@dataclass(frozen=True, slots=True)
class Offer:
    """A command on a page of the card, for whoever and whenever it fits."""

    command: str
    page: Page
    fits: Fits


def _chart(facts: ParticipantFacts) -> Chart:
    assert facts.chart is not None
    return facts.chart


def _coordinator(_facts: ParticipantFacts, given: Circumstances) -> bool:
    return Role.COORDINATOR in given.roles


def _clinician(_facts: ParticipantFacts, given: Circumstances) -> bool:
    return Role.CLINICIAN in given.roles


def _anybody(_facts: ParticipantFacts, _given: Circumstances) -> bool:
    return True


def _yours(facts: ParticipantFacts, given: Circumstances) -> bool:
    """The treating clinician."""
    return _chart(facts).clinician == given.actor


def _own(facts: ParticipantFacts, given: Circumstances) -> bool:
    """The treating clinician of somebody who is randomized."""
    return _yours(facts, given) and _after(facts, given)


def _before(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return _chart(facts).randomized_on is None


def _after(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return _chart(facts).randomized_on is not None


def _with_page(_facts: ParticipantFacts, given: Circumstances) -> bool:
    return given.personal_links


def _linked(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return bool(facts.linked_on)


def _on_several(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return len(facts.linked_on) > 1


def _by_sms(facts: ParticipantFacts, given: Circumstances) -> bool:
    return given.sms and "sms" not in facts.linked_on


def _silent(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return not _chart(facts).messaging


def _unassessed(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return any(event.is_open and not event.version for event in facts.events)


def _assessed(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return any(event.version and event.part_of is None for event in facts.events)


def _closable(facts: ParticipantFacts, given: Circumstances) -> bool:
    return any(
        event.is_open and not why_not_closed(given.trial, _chart(facts), event)
        for event in facts.events
    )


def _serious(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return any(event.is_serious for event in facts.events)


def _pregnant(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return _chart(facts).pregnancy_followed


def _not_pregnant(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return _chart(facts).sex == "F" and not _chart(facts).pregnancy_followed


def _checked_before(_facts: ParticipantFacts, given: Circumstances) -> bool:
    return given.trial.before_session is not None


def _asked_to_correct(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return facts.corrections > 0


def _photographed(facts: ParticipantFacts, _given: Circumstances) -> bool:
    return any(visit.photographed_on is not None for visit in _chart(facts).visits.values())


def _all(*conditions: Fits) -> Fits:
    return lambda facts, given: all(fits(facts, given) for fits in conditions)


OFFERS = (
    Offer("book", Page.VISITS, _coordinator),
    Offer("attended", Page.VISITS, _coordinator),
    Offer("missed", Page.VISITS, _coordinator),
    Offer("photographs", Page.VISITS, _anybody),
    Offer("pictures", Page.VISITS, _photographed),
    Offer("eligibility", Page.TREATMENT, _all(_coordinator, _before)),
    Offer("confirm_eligibility", Page.TREATMENT, _all(_clinician, _before)),
    Offer("reference", Page.TREATMENT, _all(_clinician, _before)),
    Offer("assign", Page.TREATMENT, _anybody),
    Offer("before_session", Page.TREATMENT, _all(_own, _checked_before)),
    Offer("session", Page.TREATMENT, _own),
    Offer("sessions", Page.TREATMENT, _own),
    Offer("arm", Page.TREATMENT, _own),
    Offer("unblind", Page.TREATMENT, _all(_clinician, _after)),
    Offer("report_event", Page.SAFETY, _yours),
    Offer("assess_event", Page.SAFETY, _all(_yours, _unassessed)),
    Offer("follow_up_event", Page.SAFETY, _all(_yours, _assessed)),
    Offer("close_event", Page.SAFETY, _all(_yours, _closable)),
    Offer("event_report", Page.SAFETY, _all(_yours, _serious)),
    Offer("report_pregnancy", Page.SAFETY, _all(_yours, _not_pregnant)),
    Offer("pregnancy", Page.SAFETY, _all(_yours, _pregnant)),
    Offer("called", Page.MESSAGES, _anybody),
    Offer("invite", Page.MESSAGES, _coordinator),
    Offer("personal_link", Page.MESSAGES, _all(_coordinator, _with_page)),
    Offer("wrong_link", Page.MESSAGES, _all(_coordinator, _linked)),
    Offer("first_channel", Page.MESSAGES, _all(_coordinator, _on_several)),
    Offer("sms", Page.MESSAGES, _all(_coordinator, _by_sms)),
    Offer("renew_messages", Page.MESSAGES, _all(_coordinator, _silent)),
    Offer("why", Page.MESSAGES, _anybody),
    Offer("answer_for", Page.RECORD, _anybody),
    Offer("history", Page.RECORD, _anybody),
    Offer("letters", Page.RECORD, _own),
    Offer("queries_of", Page.RECORD, _anybody),
    Offer("raise_query", Page.RECORD, _anybody),
    Offer("deviation", Page.RECORD, _anybody),
    Offer("correct_entry", Page.RECORD, _anybody),
    Offer("retract_answers", Page.RECORD, _anybody),
    Offer("decide_correction", Page.RECORD, _all(_clinician, _asked_to_correct)),
    Offer("correct_identity", Page.RECORD, _coordinator),
    Offer("discontinue", Page.LEAVING, _after),
    Offer("withdraw", Page.LEAVING, _coordinator),
    Offer("lost", Page.LEAVING, _coordinator),
    Offer("died", Page.LEAVING, _anybody),
)
# Of somebody who withdrew consent, or died, these remain: what may be read, what
# began before, and what was linked or typed wrongly.
LASTING = frozenset(
    {
        "history",
        "letters",
        "queries_of",
        "raise_query",
        "deviation",
        "correct_entry",
        "pictures",
        "why",
        "sessions",
        "arm",
        "unblind",
        "report_event",
        "assess_event",
        "follow_up_event",
        "close_event",
        "event_report",
        "pregnancy",
        "wrong_link",
        "correct_identity",
    }
)


def offered(page: Page, facts: ParticipantFacts, given: Circumstances) -> list[str]:
    """The commands on a page that this person may give now."""
    left = has_left(_chart(facts).status)
    return [
        offer.command
        for offer in OFFERS
        if offer.page is page
        and offer.fits(facts, given)
        and (not left or offer.command in LASTING)
    ]
