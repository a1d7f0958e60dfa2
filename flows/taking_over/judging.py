"""What must hold of the participants of a file, and what is only told: the past is as it was."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from flows.chart import Chart
from flows.schedule import due_forms, due_visits, next_step_before_randomization
from flows.submission import excluding_items
from flows.taking_over.assembling import Unread
from flows.taking_over.facts import AT_VISITS, LEAVING, Fact, Known, Name, Problem
from flows.taking_over.people import FilledForm, Rules, Taken, chart_of
from flows.text import Param, text

_CAME = (Name.ATTENDED, Name.SESSION)


def problems_of(
    rules: Rules, taken: Taken, known: Known, unread: Collection[Unread]
) -> Iterator[Problem]:
    """Everything about one participant that cannot be stored."""
    if taken.code in known.codes:
        yield _problem(taken.line, "code", "code_known", code=taken.code)
    yield from _dates(taken)
    yield from _randomization(rules, taken, unread)
    yield from _sessions(rules, taken)
    yield from _visits(taken)
    yield from _confirmation(rules, taken)
    for form in taken.forms:
        if (taken.code, form.instrument.name) not in unread:
            yield from _answers(taken, form)


def _happened(taken: Taken) -> Iterator[tuple[int, date, Fact | None]]:
    """The line and day of everything after the consent."""
    for fact in taken.facts:
        if fact.on is not None:
            yield fact.line, fact.on, fact
    for form in taken.forms:
        yield form.line, form.on, None


def _dates(taken: Taken) -> Iterator[Problem]:
    """Nothing of the trial happened before the consent, and nothing after somebody left."""
    left = {fact.name: fact for fact in taken.named(*LEAVING)}
    for line, on, fact in _happened(taken):
        if on < taken.consented_on:
            yield _problem(line, "date", "before_consent", code=taken.code)
        for name, leaving in left.items():
            died_later = name is Name.WITHDRAWN and fact is not None and fact.name is Name.DIED
            if leaving.on is not None and on > leaving.on and not died_later:
                yield _problem(line, "date", "after_leaving", left=leaving.line)


def _randomization(rules: Rules, taken: Taken, unread: Collection[Unread]) -> Iterator[Problem]:
    """Sessions and all visits after the first come after an envelope; its clinician is named."""
    envelope = taken.envelope
    if envelope is None and (taken.code, Name.ENVELOPE.value) in unread:
        return
    for line, on in _after_randomization(rules, taken):
        if envelope is None:
            yield _problem(line, "fact", "not_randomized", code=taken.code)
        elif envelope.on is not None and on < envelope.on:
            yield _problem(line, "date", "before_randomization", envelope=envelope.line)
    named = taken.first(Name.CLINICIAN) or (taken.code, Name.CLINICIAN.value) in unread
    if envelope is not None and not named:
        yield _problem(envelope.line, "fact", "clinician_missing", code=taken.code)


def _after_randomization(rules: Rules, taken: Taken) -> Iterator[tuple[int, date]]:
    baseline = rules.trial.baseline.name
    for fact in taken.named(*AT_VISITS, Name.DISCONTINUED):
        if (fact.name is Name.SESSION or fact.visit != baseline) and fact.on is not None:
            yield fact.line, fact.on
    check = rules.trial.before_session
    for form in taken.forms:
        before = check is not None and form.instrument.name == check.instrument
        if form.visit is not None and not (before and form.visit == baseline):
            yield form.line, form.on


def _sessions(rules: Rules, taken: Taken) -> Iterator[Problem]:
    done = {fact.visit: fact for fact in taken.named(Name.SESSION)}
    earlier: Fact | None = None
    for visit in rules.trial.visits:
        fact = done.get(visit.name)
        if fact is None or fact.on is None:
            continue
        if earlier is not None and earlier.on is not None and fact.on < earlier.on:
            yield _problem(fact.line, "date", "sessions_disordered", first=earlier.line)
        earlier = fact


def _visits(taken: Taken) -> Iterator[Problem]:
    """Whoever came to a visit neither missed it nor has still to come."""
    came = {fact.visit: fact for fact in taken.named(*_CAME)}
    for fact in taken.named(Name.MISSED, Name.BOOKED):
        if fact.visit in came:
            yield _problem(fact.line, "fact", "came", first=came[fact.visit].line)


def _confirmation(rules: Rules, taken: Taken) -> Iterator[Problem]:
    confirmed, instrument = taken.first(Name.ELIGIBILITY_CONFIRMED), rules.trial.eligibility
    if confirmed is None or confirmed.on is None:
        return
    for form in taken.forms:
        if form.instrument.name == instrument.instrument and form.on > confirmed.on:
            yield _problem(confirmed.line, "date", "confirmed_early", first=form.line)


def _answers(taken: Taken, form: FilledForm) -> Iterator[Problem]:
    """Every item that applies has its answer, and no other."""
    applicable = {it.id for it in form.form.applicable({"sex": taken.sex, **form.answers})}
    for item, line in form.lines.items():
        if item not in applicable:
            yield _problem(line, "item", "not_asked")
    missing = [it.id for it in form.form.items if it.id in applicable - set(form.answers)]
    if missing:
        name = form.instrument.name
        items = ", ".join(f"{name}.{item}" for item in missing)
        yield _problem(form.line, "item", "answers_missing", items=items)


def envelope_problems(
    opened: Sequence[Fact], skipped: Sequence[Fact], known: Known, *, is_complete: bool
) -> Iterator[Problem]:
    """Used numbers are among the sealed ones, each of one participant; a number that was passed
    over is said to be. `is_complete`: every row about an envelope could be read.
    """
    first: dict[int, int] = {}
    for fact in [*opened, *skipped]:
        number = fact.value
        assert isinstance(number, int)
        if number > known.envelopes:
            kind = "not_sealed" if known.envelopes else "none_sealed"
            yield _problem(fact.line, "value", kind, count=known.envelopes)
        elif number in known.used:
            yield _problem(fact.line, "value", "envelope_used")
        elif number in first:
            yield _problem(fact.line, "value", "envelope_twice", first=first[number])
        first.setdefault(number, fact.line)
    # A number that is wrong leaves a gap where it should be: one of the two is told.
    if is_complete and max(first, default=0) <= known.envelopes:
        yield from _gaps(opened, skipped, set(first), known)


def _gaps(
    opened: Sequence[Fact], skipped: Sequence[Fact], named: set[int], known: Known
) -> Iterator[Problem]:
    """The next randomization takes the number after the last; those before it are accounted for."""
    used_now = {fact.value: fact.line for fact in opened if isinstance(fact.value, int)}
    last = max([*used_now, *known.used], default=0)
    for fact in skipped:
        if isinstance(fact.value, int) and fact.value > last:
            yield _problem(fact.line, "value", "skipped_last")
    before = max(known.used, default=0)
    missing = [it for it in range(before + 1, last + 1) if it not in named]
    if missing:
        numbers = ", ".join(map(str, missing))
        yield _problem(used_now.get(last, 1), "value", "envelope_gap", numbers=numbers)


def warnings_of(rules: Rules, people: Sequence[Taken]) -> Iterator[Problem]:
    """What the plan would have had otherwise: it is taken over as it was, and told."""
    yield from _code_gaps(people)
    yield from _envelope_order(people)
    for taken in people:
        yield from _warnings(rules, taken)


def _code_gaps(people: Sequence[Taken]) -> Iterator[Problem]:
    numbers = [int(it.code.partition("-")[2]) for it in people]
    for taken, number, before in zip(people[1:], numbers[1:], numbers, strict=False):
        if number != before + 1:
            yield _warning(taken.line, "code", "code_gap", code=taken.code)


def _envelope_order(people: Iterable[Taken]) -> Iterator[Problem]:
    opened = [fact for it in people if (fact := it.envelope) is not None and fact.on is not None]
    in_order = sorted(opened, key=lambda fact: (fact.on, fact.value))
    highest = 0
    for fact in in_order:
        assert isinstance(fact.value, int)
        if fact.value < highest:
            yield _warning(fact.line, "value", "envelope_order")
        highest = max(highest, fact.value)


def _warnings(rules: Rules, taken: Taken) -> Iterator[Problem]:
    chart, rule = chart_of(rules, taken), rules.trial.eligibility
    if not rule.least_age <= taken.age <= rule.most_age:
        yield _warning(
            taken.line, "code", "age", code=taken.code, least=rule.least_age, most=rule.most_age
        )
    if not chart.photographs_agreed:
        yield _warning(taken.line, "code", "photographs", code=taken.code)
    envelope = taken.envelope
    if envelope is not None:
        if chart.excluded:
            yield _warning(envelope.line, "fact", "excluded", code=taken.code)
        if step := next_step_before_randomization(rules.trial, chart):
            missing = text(f"step.{step}")
            yield _warning(envelope.line, "fact", "step_missing", code=taken.code, step=missing)
    yield from _pregnancies(rules, taken)
    yield from _out_of_time(rules, taken, chart)


def _pregnancies(rules: Rules, taken: Taken) -> Iterator[Problem]:
    """A pregnancy is followed to its outcome, which the file does not tell."""
    rule = rules.trial.before_session
    for form in taken.forms:
        if rule is None or form.instrument.name != rule.instrument:
            continue
        if rule.pregnancy in excluding_items(form.instrument, form.answers):
            yield _warning(form.line, "value", "pregnant", code=taken.code)


def _out_of_time(rules: Rules, taken: Taken, chart: Chart) -> Iterator[Problem]:
    due = due_visits(rules.trial, chart, rules.add_months)
    for fact in taken.named(*_CAME):
        window = due.get(fact.visit or "")
        if window is not None and fact.on is not None:
            yield from _outside(fact.line, fact.on, window.opens_on, window.closes_on)
    forms = {
        (it.instrument, it.visit): it for it in due_forms(rules.trial, chart, rules.add_months)
    }
    for form in taken.forms:
        open_ = forms.get((form.instrument.name, form.visit or ""))
        if open_ is not None:
            yield from _outside(form.line, form.on, open_.opens_on, open_.closes_on)
    yield from _late_session(rules, taken, chart)


def _outside(line: int, on: date, first: date, last: date) -> Iterator[Problem]:
    if not first <= on <= last:
        yield _warning(line, "date", "outside_window", first=first, last=last)


def _late_session(rules: Rules, taken: Taken, chart: Chart) -> Iterator[Problem]:
    most, baseline = rules.trial.eligibility.session_1_within_days, rules.trial.baseline.name
    session_on = chart.visit(baseline).session_on
    if session_on is None or chart.randomized_on is None:
        return
    if (session_on - chart.randomized_on).days > most:
        line = next(it.line for it in taken.named(Name.SESSION) if it.visit == baseline)
        yield _warning(line, "date", "session_late", most=most)


def _problem(line: int, column: str, kind: str, **about: Param) -> Problem:
    return Problem(line, column, text(f"taking_over.problem.{kind}", **about))


def _warning(line: int, column: str, kind: str, **about: Param) -> Problem:
    return Problem(line, column, text(f"taking_over.warning.{kind}", **about))
