"""Rows become facts: a cell is read as a typed answer is, and one that cannot be is a problem.

No problem repeats what a cell says.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from bot.language.typed_answers import read_participant_code
from bot.language.typed_text import Problem as Misreading
from bot.language.typed_text import compact, normalize, trimmed
from bot.language.typed_times import read_date
from bot.taking_over.rows import Line, problem
from bot.trial.study import Study
from bot.turn.reading import read_value
from flows.events import Misread
from flows.forms import DECLINED, Answer, Choice, Choices, Day, Hour, Item, Kind, Number, Words
from flows.taking_over.assembling import Unread, about
from flows.taking_over.facts import (
    AT_VISITS,
    COLUMNS,
    DATED_CONSENT,
    Fact,
    Known,
    Name,
    Problem,
    asked,
    details,
    places,
    values,
)
from flows.taking_over.people import Rules, items_of
from flows.text import Param

# What stands for an answer that was not given on paper.
NO_ANSWER = "DECLINED"
BETWEEN_CODES = "+"
# As many names as a line of a terminal can list without hiding the sentence around them.
_MOST_LISTED = 40
# A number of days or a day of this week means something else on another day.
_WHOLE_DATE = re.compile(r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}")


@dataclass(slots=True)
class Read:
    """The facts that could be read, what else the file was about, and what is wrong."""

    facts: list[Fact] = field(default_factory=list)
    unread: set[Unread] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """One row while it is read: `fact` grows, and `wrong` is what keeps it from counting."""

    line: Line
    fact: Fact
    wrong: list[Problem] = field(default_factory=list)

    def cell(self, column: str) -> str:
        return self.line.cells.get(column, "")

    def refuse(self, column: str, kind: str, **params: Param) -> None:
        self.wrong.append(problem(self.line.number, column, kind, **params))


class Reader:
    """Reads the rows of one file, by what the trial asks and what is known already."""

    def __init__(self, study: Study, rules: Rules, known: Known) -> None:
        self._study = study
        self._rules = rules
        self._known = known
        self._details = details(rules.trial, rules.languages)
        self._values = values()
        self._places = places(rules.trial)

    def read(self, lines: tuple[Line, ...]) -> Read:
        found = Read()
        for line in lines:
            row = self._row(line)
            if row is None:
                names = ", ".join(Name)
                found.problems.append(problem(line.number, "fact", "fact_unknown", facts=names))
            elif row.wrong:
                found.problems += row.wrong
                found.unread.add(about(row.fact))
            else:
                found.facts.append(row.fact)
        return found

    def _row(self, line: Line) -> _Row | None:
        said = normalize(line.cells.get("fact", "")).replace(" ", "_")
        if said not in set(Name):
            return None
        row = _Row(line, Fact(line.number, "", Name(said)))
        uses = {"fact", *self._columns_of(row)}
        for column in COLUMNS:
            if column not in uses and row.cell(column):
                row.refuse(column, "not_used")
        readers = {
            "code": self._code,
            "visit": self._visit,
            "item": self._item,
            "value": self._value,
            "date": self._date,
        }
        for column, read in readers.items():
            if column in uses:
                read(row)
        return row

    def _columns_of(self, row: _Row) -> Iterator[str]:
        """The columns that a fact of this name fills."""
        name = row.fact.name
        if name is not Name.SKIPPED_ENVELOPE:
            yield "code"
        if name in AT_VISITS or name is Name.ANSWER:
            yield "visit"
        if name in self._details or name is Name.ANSWER:
            yield "item"
        if name in self._details or name in self._values or name is Name.ANSWER:
            yield "value"
        dated = name not in {Name.PARTICIPANT, Name.CONSENT, Name.SKIPPED_ENVELOPE}
        if dated or (name is Name.CONSENT and row.cell("item").casefold() == DATED_CONSENT):
            yield "date"

    def _code(self, row: _Row) -> None:
        code = read_participant_code(row.cell("code"), self._study.lexicon)
        if isinstance(code, Misreading):
            row.refuse("code", "code")
        else:
            row.fact = replace(row.fact, code=code)

    def _item(self, row: _Row) -> None:
        said = row.cell("item")
        if row.fact.name is Name.ANSWER:
            self._item_of_instrument(row, said)
            return
        known = self._details[row.fact.name]
        if said.casefold() in known:
            row.fact = replace(row.fact, item=said.casefold())
        else:
            row.refuse("item", "item_unknown", items=_listed(known))

    def _item_of_instrument(self, row: _Row, said: str) -> None:
        name, _, item = said.partition(".")
        name = name.casefold()
        if name not in self._places:
            items = _listed(f"{it}.…" for it in self._places)
            row.refuse("item", "item_unknown", items=items)
            return
        spelled = {it.id.casefold(): it.id for it in items_of(self._rules.instruments[name])}
        # Which instrument it was is kept, so that the rest of its answers are not called missing.
        row.fact = replace(row.fact, item=f"{name}.{spelled.get(item.casefold(), '')}")
        if item.casefold() not in spelled:
            items = _listed(f"{name}.{it}" for it in spelled.values())
            row.refuse("item", "item_unknown", items=items)
        elif row.fact.visit not in self._places[name] and not row.wrong:
            visits = [it or "" for it in self._places[name]]
            kind = "visit_none" if visits == [""] else "visit_other"
            row.refuse("visit", kind, visits=", ".join(filter(None, visits)))

    def _visit(self, row: _Row) -> None:
        said, trial = row.cell("visit").casefold(), self._rules.trial
        if row.fact.name is Name.ANSWER and not said:
            return
        session = row.fact.name is Name.SESSION
        offered = [it.name for it in trial.visits if it.session is not None or not session]
        spelled = {name.casefold(): name for name in offered}
        if said in spelled:
            row.fact = replace(row.fact, visit=spelled[said])
        else:
            row.refuse("visit", "visit_other", visits=", ".join(offered))

    def _value(self, row: _Row) -> None:
        item = self._asked(row)
        if item is None:
            return
        answer = self._answer(item, row.cell("value"))
        if answer is None:
            _refuse_value(row, item)
        elif item.contradicts_itself(answer):
            row.refuse("value", "none_with_others")
        elif self._names_nobody(row.fact, answer):
            row.refuse("value", "not_on_staff")
        else:
            row.fact = replace(row.fact, value=answer)

    def _asked(self, row: _Row) -> Item | None:
        """What the value answers; None where that is not known."""
        fact = row.fact
        if fact.name is Name.ANSWER:
            name, _, item = fact.item.partition(".")
            if not item:
                return None
            return next(it for it in items_of(self._rules.instruments[name]) if it.id == item)
        kind: Kind | None = self._values.get(fact.name)
        if fact.name in self._details:
            kind = self._details[fact.name].get(fact.item)
        return None if kind is None else asked(fact.name.value, kind)

    def _answer(self, item: Item, said: str) -> Answer | None:
        """The answer, by codes where there are options; None when it is none to this item."""
        if said.casefold() == NO_ANSWER.casefold() and item.may_decline:
            return DECLINED
        spelled = {option.code.casefold(): option.code for option in item.options}
        match item.kind:
            case Choice():
                return spelled.get(said.casefold())
            case Choices(options):
                chosen = {spelled.get(it.strip().casefold()) for it in said.split(BETWEEN_CODES)}
                if None in chosen:
                    return None
                return tuple(option.code for option in options if option.code in chosen)
            case Day():
                return self._day(said)
        value = read_value(self._study, item, said, self._known.today)
        return None if isinstance(value, Misread) else value

    def _names_nobody(self, fact: Fact, answer: Answer) -> bool:
        if fact.name is Name.CLINICIAN:
            return answer not in self._known.clinicians
        is_taker = fact.name is Name.CONSENT and fact.item == "taken_by"
        return is_taker and answer not in self._known.staff

    def _date(self, row: _Row) -> None:
        fact, today = row.fact, self._known.today
        on = self._day(row.cell("date"))
        if on is None:
            row.refuse("date", "not_a_date" if row.cell("date") else "date_missing")
        elif fact.name is Name.BOOKED:
            self._booked(row, on)
        elif on > today:
            row.refuse("date", "future")
        row.fact = replace(fact, on=on)

    def _day(self, said: str) -> date | None:
        typed = compact(trimmed(normalize(said)))
        if not _WHOLE_DATE.fullmatch(typed):
            return None
        day = read_date(typed, self._known.today, self._study.lexicon)
        return day if isinstance(day, date) and abs(day - self._known.today) < _LIVES else None

    def _booked(self, row: _Row, on: date) -> None:
        """An appointment is still to come, when the clinic is open."""
        site, at = self._rules.trial.site, row.fact.value
        if not isinstance(at, time):
            return
        if self._rules.at_clinic(on, at) <= self._known.now:
            row.refuse("date", "booked_past")
        elif site.is_closed(on):
            row.refuse("date", "booked_closed")
        elif not site.opens <= at < site.closes:
            row.refuse("value", "booked_hours", opens=site.opens, closes=site.closes)


def _refuse_value(row: _Row, item: Item) -> None:
    """Tell what can stand there."""
    match item.kind:
        case Choice(options) | Choices(options):
            several = isinstance(item.kind, Choices)
            codes = [option.code for option in options]
            codes += [NO_ANSWER] if item.may_decline else []
            row.refuse("value", "codes" if several else "code_of", codes=_listed(codes))
        case Number(least, most):
            row.refuse("value", "number", least=least, most=most)
        case Words(longest):
            row.refuse("value", "words", longest=longest)
        case Day():
            row.refuse("value", "not_a_date")
        case Hour():
            row.refuse("value", "hour")
        case _:
            row.refuse("value", "phone")


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = ["…"] if len(every) > _MOST_LISTED else []
    return ", ".join(every[:_MOST_LISTED] + more)


# Nobody in the trial was born, or is booked, outside these years.
_LIVES = timedelta(days=365 * 130)
