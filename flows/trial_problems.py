"""What can be wrong with a definition whose every value fits: names that lead nowhere, say."""

import re
from collections.abc import Collection, Iterator, Mapping

from flows.definition import Concealment, Photographs, Trial, Visit
from flows.instruments import FilledBy
from flows.roles import MAY_UNBLIND, WITNESSES, Role

Problem = tuple[str, str]
Instruments = Mapping[str, FilledBy]

# The name of a visit or a view is typed in commands, is a part of wording keys, and takes room in
# buttons.
NAME = re.compile(r"[a-z0-9_]{1,20}")
# More would not fit into a menu of buttons, or into anybody's patience.
MOST_VIEWS = 10
# What Telegram lets a bot fetch.
MOST_MEGABYTES = 20


def trial_problems(trial: Trial, instruments: Instruments) -> Iterator[Problem]:
    """Each place in the definition that cannot be meant, and what would be right."""
    yield from _arm_problems(trial)
    yield from _target_problems(trial)
    yield from _visit_problems(trial, instruments)
    yield from _instrument_problems(trial, instruments)
    yield from _rating_problems(trial)
    yield from _witness_problems(trial)
    yield from _number_problems(trial)
    yield from _calendar_problems(trial)
    yield from _unblinding_problems(trial)
    if trial.photographs is not None:
        yield from _photograph_problems(trial.photographs)


def _arm_problems(trial: Trial) -> Iterator[Problem]:
    codes = [arm.code for arm in trial.arms]
    if len(codes) < 2:
        yield "arms", "a randomized trial needs two arms or more"
    if len(set(codes)) < len(codes):
        yield "arms", "each arm needs a code of its own"
    weights = sum(arm.weight for arm in trial.arms)
    if any(arm.weight < 1 for arm in trial.arms):
        yield "arms", "a weight is 1 or more"
    elif trial.allocation.block_size < 1 or trial.allocation.block_size % weights:
        yield "allocation.block_size", f"must be a multiple of {weights}, the sum of the weights"


def _target_problems(trial: Trial) -> Iterator[Problem]:
    target, block_size = trial.target, trial.allocation.block_size
    if target < 1:
        yield "target", "must be 1 or more"
    elif block_size > 0 and target % block_size:
        envelopes = target + block_size - target % block_size
        detail = (
            f"must be a multiple of the block size, {block_size}; envelopes would be {envelopes}"
        )
        yield "target", detail


def _visit_problems(trial: Trial, instruments: Instruments) -> Iterator[Problem]:
    if not trial.visits or trial.visits[0].after_session != 0:
        yield "visits", "the first visit is the baseline, without after_session"
        return
    names = [visit.name for visit in trial.visits]
    if len(set(names)) < len(names):
        yield "visits", "each visit needs a name of its own"
    sessions: set[int] = set()
    for number, visit in enumerate(trial.visits, start=1):
        place = f"visits[{number}]"
        yield from _one_visit(place, visit, sessions, first=number == 1)
        yield from _visit_instruments(place, visit, instruments)
        if visit.session is not None:
            sessions.add(visit.session)


def _visit_instruments(place: str, visit: Visit, instruments: Instruments) -> Iterator[Problem]:
    for name in visit.opens_forms:
        yield from _misnamed(f"{place}.opens_forms", name, FilledBy.PARTICIPANT, instruments)
    if visit.rating is not None:
        yield from _misnamed(f"{place}.rating", visit.rating, FilledBy.RATER, instruments)


def _one_visit(
    place: str, visit: Visit, sessions: Collection[int], *, first: bool
) -> Iterator[Problem]:
    if not NAME.fullmatch(visit.name):
        yield f"{place}.name", "must be 1 to 20 of the characters a-z, 0-9 and _"
    if not first and visit.after_session not in sessions:
        yield f"{place}.after_session", "must be a session given at an earlier visit"
    if visit.session is not None and visit.session != len(sessions) + 1:
        yield (
            f"{place}.session",
            f"sessions are numbered in their order; this is {len(sessions) + 1}",
        )
    if visit.days_before < 0 or visit.days_after < 0:
        yield place, "days_before and days_after are 0 or more"
    if not first and visit.months < 1:
        yield f"{place}.months", "must be 1 or more"


def _instrument_problems(trial: Trial, instruments: Instruments) -> Iterator[Problem]:
    named = [
        ("eligibility.instrument", trial.eligibility.instrument, FilledBy.COORDINATOR),
        ("eligibility.reference", trial.eligibility.reference, FilledBy.CLINICIAN),
        ("side_effect_report", trial.side_effect_report, FilledBy.PARTICIPANT),
    ]
    if trial.safety_check is not None:
        check = trial.safety_check.instrument
        named.append(("safety_check.instrument", check, FilledBy.PARTICIPANT))
    if trial.before_session is not None:
        before = trial.before_session.instrument
        named.append(("before_session.instrument", before, FilledBy.CLINICIAN))
    for name in trial.not_entered_by_treating_clinician:
        place = "not_entered_by_treating_clinician"
        yield from _misnamed(place, name, FilledBy.PARTICIPANT, instruments)
    for name in trial.sms.by_link:
        yield from _misnamed("sms.by_link", name, FilledBy.PARTICIPANT, instruments)
    for place, name, by in named:
        yield from _misnamed(place, name, by, instruments)


def _misnamed(place: str, name: str, by: FilledBy, instruments: Instruments) -> Iterator[Problem]:
    """A place names an instrument, and one that the right person fills."""
    if name not in instruments:
        known = ", ".join(sorted(instruments))
        yield place, f'there is no instrument "{name}"; there are: {known}'
    elif (actual := instruments[name]) is not by:
        yield place, f'must be filled by the {by.value}; "{name}" is filled by the {actual.value}'


def _rating_problems(trial: Trial) -> Iterator[Problem]:
    rule, rated = trial.rating, trial.rated_visits
    if rule.raters not in {1, 2}:
        yield "rating.raters", "must be 1 or 2"
    if rule.adjudicate_from < 0:
        yield "rating.adjudicate_from", "must be 0 or more"
    elif rule.adjudicate_from and rule.raters == 1:
        yield "rating.adjudicate_from", "must be 0 where there is one rater"
    if rule.hidden_order and len(rated) < 2:
        yield "rating.hidden_order", "needs two visits with a rating or more"
    if rule.hidden_order and not all(visit.photographs for visit in rated):
        yield "rating.hidden_order", "needs photographs at each visit with a rating"


def _witness_problems(trial: Trial) -> Iterator[Problem]:
    """A rater may not be near an arm; nor does an allocator witness their own act."""
    named = trial.allocation.witnesses
    if not WITNESSES.issuperset(named):
        known = ", ".join(sorted(role.value for role in WITNESSES))
        yield "allocation.witnesses", f"must be among {known}"
    elif not named and trial.allocation.concealment is Concealment.PAPER:
        yield "allocation.witnesses", "paper envelopes need a role that sees them opened"


def _number_problems(trial: Trial) -> Iterator[Problem]:
    if not trial.consent_versions:
        yield "consent_versions", "needs the version of the approved consent form"
    if not 0 < trial.eligibility.least_age <= trial.eligibility.most_age:
        yield "eligibility", "least_age must be above 0 and not above most_age"
    if list(trial.reminders.form_days) != sorted(set(trial.reminders.form_days)):
        yield "reminders.form_days", "days in rising order, each once"
    if trial.sms.most_parts < 1:
        yield "sms.most_parts", "must be 1 or more"
    if trial.reminders.entry_days < 0:
        yield "reminders.entry_days", "must be 0 or more"
    yield from _safety_problems(trial)


def _safety_problems(trial: Trial) -> Iterator[Problem]:
    rule, safety = trial.escalation, trial.safety
    for place, least in (
        ("escalation.at_once_minutes", rule.at_once_minutes),
        ("escalation.same_day_minutes", rule.same_day_minutes),
        ("escalation.sms_minutes", rule.sms_minutes),
        ("safety.serious_hours", safety.serious_hours),
        ("safety.assess_days", safety.assess_days),
        ("safety.follow_up_days", safety.follow_up_days),
        ("safety.pregnancy_days", safety.pregnancy_days),
        ("safety.overdue_days", safety.overdue_days),
    ):
        if least < 1:
            yield place, "must be 1 or more"
    if not rule.then or set(rule.then) - {Role.CLINICIAN, Role.PI}:
        yield "escalation.then", 'names "clinician" and "pi", who may acknowledge an alert'


def _calendar_problems(trial: Trial) -> Iterator[Problem]:
    if trial.site.opens >= trial.site.closes:
        yield "site.opens", "the clinic opens before it closes"
    for name, count in (
        ("visit_minutes", trial.site.visit_minutes),
        ("visits_at_once", trial.site.visits_at_once),
    ):
        if count < 1:
            yield f"site.{name}", "must be 1 or more"
    for number, closure in enumerate(trial.site.closures, start=1):
        if closure.first_on > closure.last_on:
            yield f"site.closures[{number}]", "first_on is not after last_on"
    if len(set(trial.site.closed_weekdays)) == 7:
        yield "site.closed_weekdays", "the clinic is open on one day of the week or more"


def _unblinding_problems(trial: Trial) -> Iterator[Problem]:
    """Whoever rates, allocates or has nothing to do with participants is no judge of this."""
    rule = trial.unblinding
    if rule is None:
        return
    for name, roles in (("asked_by", rule.asked_by), ("agreed_by", rule.agreed_by)):
        if not roles or not MAY_UNBLIND.issuperset(roles):
            known = " or ".join(f'"{role.value}"' for role in sorted(MAY_UNBLIND))
            yield f"unblinding.{name}", f"must name {known}"
    if rule.minutes < 1:
        yield "unblinding.minutes", "must be 1 or more"


def _photograph_problems(photographs: Photographs) -> Iterator[Problem]:
    names = [view.name for view in photographs.views]
    if not 1 <= len(names) <= MOST_VIEWS:
        yield "photographs.views", f"1 to {MOST_VIEWS} views; without any, remove the table"
    if len(set(names)) < len(names):
        yield "photographs.views", "each view needs a name of its own"
    for number, name in enumerate(names, start=1):
        if not NAME.fullmatch(name):
            place = f"photographs.views[{number}].name"
            yield place, "must be 1 to 20 of the characters a-z, 0-9 and _"
    if not 1 <= photographs.least_pixels <= photographs.longest_pixels:
        yield "photographs.least_pixels", "must be 1 or more, and not above longest_pixels"
    if photographs.least_sharpness < 0:
        yield "photographs.least_sharpness", "must be 0 or more; 0 takes any picture"
    if not 1 <= photographs.largest_megabytes <= MOST_MEGABYTES:
        yield "photographs.largest_megabytes", f"must be from 1 to {MOST_MEGABYTES}"
