"""Facts become participants; whatever keeps a participant from being whole is a problem."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flows.commands.command import completed_years
from flows.commands.enrolment import OLDEST_POSSIBLE
from flows.forms import Answer
from flows.taking_over.facts import DATED_CONSENT, REPEATED, REQUIRED, Fact, Name, Problem
from flows.taking_over.people import FilledForm, Rules, Taken
from flows.text import Param, text

# What a row was about that could not be read: its code, and a detail, a fact or an instrument.
Unread = tuple[str, str]


@dataclass(slots=True)
class Assembled:
    """The participants as far as they could be made, the envelopes that were used and those that
    were skipped, and what is wrong."""

    people: list[Taken] = field(default_factory=list)
    envelopes: list[Fact] = field(default_factory=list)
    skipped: list[Fact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def about(fact: Fact) -> Unread:
    """What a row is about, so that nothing is missed whose row is there but cannot be read."""
    if fact.name is Name.ANSWER:
        return fact.code, fact.item.partition(".")[0]
    return fact.code, f"{fact.name.value}.{fact.item}" if fact.item else fact.name.value


def assemble(rules: Rules, facts: Iterable[Fact], unread: Collection[Unread]) -> Assembled:
    made = Assembled()
    by_code: dict[str, list[Fact]] = defaultdict(list)
    for fact in _once(facts, made.problems):
        if fact.name is Name.SKIPPED_ENVELOPE:
            made.skipped.append(fact)
            continue
        if fact.name is Name.ENVELOPE:
            made.envelopes.append(fact)
        by_code[fact.code].append(fact)
    for code in sorted(by_code):
        taken = _person(rules, code, by_code[code], unread, made.problems)
        if taken is not None:
            made.people.append(taken)
    return made


def _once(facts: Iterable[Fact], problems: list[Problem]) -> Iterator[Fact]:
    """Each fact once; a second row for the same is a problem, whatever it says."""
    first: dict[tuple[object, ...], int] = {}
    for fact in facts:
        day = fact.on if fact.name in REPEATED and fact.visit is None else None
        number = fact.value if fact.name is Name.SKIPPED_ENVELOPE else None
        key = (fact.code, fact.name, fact.visit, fact.item, day, number)
        if key in first:
            problems.append(_problem(fact.line, "fact", "repeated", first=first[key]))
        else:
            first[key] = fact.line
            yield fact


def _person(
    rules: Rules,
    code: str,
    facts: Sequence[Fact],
    unread: Collection[Unread],
    problems: list[Problem],
) -> Taken | None:
    """The participant; None when too little is known to judge the rest."""
    line = min(fact.line for fact in facts)
    found = {name: {f.item: f for f in facts if f.name is name} for name in REQUIRED}
    for name, items in REQUIRED.items():
        for item in items:
            if item not in found[name] and (code, f"{name.value}.{item}") not in unread:
                what = {"fact": name.value, "item": item, "code": code}
                problems.append(_problem(line, "fact", "detail_missing", **what))
    identity, consent = found[Name.PARTICIPANT], found[Name.CONSENT]
    dated, sex = consent.get(DATED_CONSENT), identity.get("sex")
    if dated is None or dated.on is None:
        return None
    age = _age(code, line, identity, dated.on, unread, problems)
    if sex is None or age is None or any(it not in consent for it in REQUIRED[Name.CONSENT]):
        return None
    happened = tuple(fact for fact in facts if fact.name not in {*REQUIRED, Name.ANSWER})
    answers = [fact for fact in facts if fact.name is Name.ANSWER]
    return Taken(
        line,
        code,
        str(sex.value),
        age,
        dated.on,
        {item: fact.value for item, fact in identity.items()},
        {item: fact.value for item, fact in consent.items()},
        happened,
        tuple(_forms(rules, answers, problems)),
    )


def _age(
    code: str,
    line: int,
    identity: Mapping[str, Fact],
    consented_on: date,
    unread: Collection[Unread],
    problems: list[Problem],
) -> int | None:
    """The age in completed years on the day of consent, by the date of birth where it is known."""
    born, told = identity.get("born_on"), identity.get("age")
    if born is None or not isinstance(born.value, date):
        if told is not None and isinstance(told.value, int):
            return told.value
        if not {(code, "participant.born_on"), (code, "participant.age")} & set(unread):
            problems.append(_problem(line, "fact", "age_missing", code=code))
        return None
    age = completed_years(born.value, consented_on)
    if not 0 <= age <= OLDEST_POSSIBLE:
        problems.append(_problem(born.line, "value", "born_impossible", most=OLDEST_POSSIBLE))
        return None
    if told is not None and told.value != age:
        problems.append(_problem(told.line, "value", "age_contradicts", born=born.line))
    return age


def _forms(rules: Rules, answers: Iterable[Fact], problems: list[Problem]) -> Iterator[FilledForm]:
    """The answers of one instrument at one visit, or of one day where it belongs to no visit."""
    grouped: dict[tuple[str, str | None, date | None], list[Fact]] = defaultdict(list)
    for fact in answers:
        day = fact.on if fact.visit is None else None
        grouped[about(fact)[1], fact.visit, day].append(fact)
    for (instrument, visit, _), rows in grouped.items():
        first = rows[0]
        assert first.on is not None
        problems += [
            _problem(row.line, "date", "other_date", first=first.line)
            for row in rows
            if row.on != first.on
        ]
        given: dict[str, Answer] = {}
        lines: dict[str, int] = {}
        for row in rows:
            item = row.item.partition(".")[2]
            given[item], lines[item] = row.value, row.line
        yield FilledForm(rules.instruments[instrument], visit, first.on, given, lines)


def _problem(line: int, column: str, kind: str, **about: Param) -> Problem:
    return Problem(line, column, text(f"taking_over.problem.{kind}", **about))
