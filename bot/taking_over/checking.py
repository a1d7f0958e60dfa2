"""A file is checked whole: what keeps it from being taken over, and what is told about it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from bot.language.calendars import add_jalali_months
from bot.language.wording import LANGUAGES
from bot.taking_over.reading import Reader
from bot.taking_over.rows import problem, read_lines
from bot.turn.desk import Desk
from bot.turn.reads.people import is_confirmed
from flows.roles import Role
from flows.taking_over.assembling import Assembled, assemble
from flows.taking_over.facts import Fact, Known, Name, Problem, places
from flows.taking_over.judging import envelope_problems, problems_of, warnings_of
from flows.taking_over.people import Rules, Taken
from flows.text import text
from storage import closing, envelopes, participants, people, take_overs

LOADED_BEFORE = "taking_over.problem.loaded_before"


@dataclass(frozen=True, slots=True)
class Examined:
    """The file as it was understood; nothing of it may be stored while there are problems."""

    digest: str
    rules: Rules
    people: Sequence[Taken] = field(repr=False)
    skipped: Sequence[Fact] = field(repr=False)
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of each kind: no name, no answer, and nothing by participant."""
        facts = Counter(fact.name for taken in self.people for fact in taken.facts)
        came = {
            (taken.code, fact.visit)
            for taken in self.people
            for fact in taken.named(Name.ATTENDED, Name.SESSION)
        }
        return {
            "participants": len(self.people),
            "consents": len(self.people),
            "envelopes": facts[Name.ENVELOPE],
            "skipped": len(self.skipped),
            "visits": len(came),
            "sessions": facts[Name.SESSION],
        }

    @property
    def forms(self) -> dict[str, int]:
        """How often each instrument was filled in, in the order of their names."""
        named = Counter(form.instrument.name for it in self.people for form in it.forms)
        return dict(sorted(named.items()))


def examine(desk: Desk, raw: bytes) -> Examined:
    """Read and judge a file; nothing is changed."""
    rules, known = rules_of(desk), _known(desk)
    table = read_lines(raw)
    read = Reader(desk.study, rules, known).read(table.lines)
    made = assemble(rules, read.facts, read.unread)
    standing = [*_standing(desk, raw)]
    problems = [*standing, *table.problems, *read.problems, *made.problems]
    for taken in made.people:
        problems += problems_of(rules, taken, known, read.unread)
    whole = not any(what == Name.ENVELOPE for _, what in read.unread)
    problems += envelope_problems(made.envelopes, made.skipped, known, is_complete=whole)
    loaded = [it for it in standing if it.what.key == LOADED_BEFORE]
    ordered = loaded or sorted(problems, key=lambda it: (it.line, it.column, it.what.key))
    warnings = () if ordered else _warnings(rules, made)
    return Examined(
        sha256(raw).hexdigest(), rules, made.people, made.skipped, tuple(ordered), warnings
    )


def _warnings(rules: Rules, made: Assembled) -> tuple[Problem, ...]:
    return tuple(sorted(warnings_of(rules, made.people), key=lambda it: (it.line, it.column)))


def _standing(desk: Desk, raw: bytes) -> Iterator[Problem]:
    """What keeps any file from being loaded now."""
    if (at := take_overs.loaded_at(desk.connection, sha256(raw).hexdigest())) is not None:
        yield Problem(0, "", text(LOADED_BEFORE, at=at))
    if closing.locked_at(desk.connection) is not None:
        yield problem(0, "", "locked")
    if not is_confirmed(desk):
        yield problem(0, "", "not_confirmed")


def rules_of(desk: Desk) -> Rules:
    study = desk.study
    instruments = {name: study.latest(name) for name in places(study.trial)}
    return Rules(study.trial, instruments, study.moment, add_jalali_months, LANGUAGES)


def _known(desk: Desk) -> Known:
    connection = desk.connection
    charts = participants.charts(connection, participants.everyone(connection))
    return Known(
        desk.now,
        desk.today,
        frozenset(chart.code for chart in charts),
        frozenset(people.holders(connection, Role.CLINICIAN)),
        frozenset(it.person_id for it in people.staff(connection, keys=desk.keys)),
        envelopes.count(connection).sealed,
        frozenset(it.envelope for it in envelopes.allocations(connection)),
    )
