"""The study as loaded at start: definition, instruments, wording. It stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.language.calendars import Language, local
from bot.language.lexicon import Lexicon
from bot.language.wording import Wording
from flows.definition import Trial
from flows.forms import Form
from flows.instruments import Instrument
from flows.instruments import form as build_form
from flows.text import Text

InstrumentKey = tuple[str, str]


@dataclass(frozen=True)
class Study:
    """`definition_hash` covers the definition file and every instrument in `folder`."""

    folder: Path
    trial: Trial
    definition_hash: str
    instruments: Mapping[InstrumentKey, Instrument]
    wording: Wording = field(repr=False)
    lexicon: Lexicon = field(repr=False)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.trial.site.time_zone)

    @cached_property
    def _forms(self) -> dict[tuple[str, str, bool], Form]:
        return {}

    def latest(self, name: str) -> Instrument:
        """The newest version of an instrument, which new forms are opened with."""
        versions = [it for it in self.instruments.values() if it.name == name]
        return max(versions, key=lambda it: int(it.version))

    def form(self, name: str, version: str, *, any_time: bool = False) -> Form:
        """The questions of an instrument's version; conversations under way keep theirs."""
        key = (name, version, any_time)
        if key not in self._forms:
            self._forms[key] = build_form(self.instruments[name, version], any_time=any_time)
        return self._forms[key]

    def render(self, value: Text, language: str) -> str:
        return self.wording.render(value, self.language(language), self.zone)

    def language(self, code: str) -> Language:
        """The language of this code, Persian for any other."""
        return "en" if code == "en" else "fa"

    def today(self, now: datetime) -> date:
        return local(now, self.zone).date()

    def hour(self, at: datetime) -> time:
        return local(at, self.zone).time()

    def moment(self, day: date, at: time) -> datetime:
        """The moment, in UTC, of a day and hour at the clinic."""
        return datetime.combine(day, at, self.zone).astimezone(ZoneInfo("UTC"))
