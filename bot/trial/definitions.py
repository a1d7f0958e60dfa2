"""Reads a trial's folder: trial.toml, instruments/*.toml, locales/<language>/*.po.

What is wrong is refused with the file, the place in it, what is wrong, and what would be right.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from zoneinfo import available_timezones

from bot.language.lexicon import read_lexicon
from bot.language.wording import LANGUAGES, Entry, Wording
from bot.trial.definition_files import DefinitionProblem, DefinitionRefused, read_toml
from bot.trial.study import InstrumentKey, Study
from flows.definition import Trial
from flows.instruments import FilledBy, Instrument
from flows.readings import graded_item
from flows.trial_problems import trial_problems

HERE = Path(__file__).parent.parent.parent
DEFAULT_TRIAL = HERE / "flows" / "trials" / "hair_loss"
COMMON_WORDING = HERE / "locales"


def load_study(folder: Path) -> Study:
    """Read and check a trial's folder. Raises DefinitionRefused or WordingRefused."""
    trial_file = folder / "trial.toml"
    trial = read_toml(trial_file, Trial)
    instruments = _instruments(folder / "instruments")
    problems = [
        DefinitionProblem(trial_file, place, detail)
        for place, detail in _semantic_problems(trial, instruments)
    ]
    if problems:
        raise DefinitionRefused(problems)
    wording = _with_names(Wording.load([COMMON_WORDING, folder / "locales"]), trial, trial_file)
    lexicon = read_lexicon([partial(wording.variants, language=it) for it in LANGUAGES])
    return Study(folder, trial, _hash(folder), instruments, wording, lexicon)


def _instruments(folder: Path) -> dict[InstrumentKey, Instrument]:
    read = [(file, read_toml(file, Instrument)) for file in sorted(folder.glob("*.toml"))]
    found: dict[InstrumentKey, Instrument] = {}
    for file, instrument in read:
        key = (instrument.name, instrument.version)
        if not instrument.version.isdecimal():
            raise DefinitionRefused(
                [DefinitionProblem(file, "version", 'must be a whole number, such as "2"')]
            )
        if astray := follows_nothing(instrument):
            detail = f"names no question of this instrument: {', '.join(astray)}"
            raise DefinitionRefused([DefinitionProblem(file, "follow_up.after", detail)])
        if key in found:
            detail = f"{instrument.name} version {instrument.version} is in another file too"
            raise DefinitionRefused([DefinitionProblem(file, "version", detail)])
        found[key] = instrument
    return found


def follows_nothing(instrument: Instrument) -> list[str]:
    """What its follow-up questions are said to follow, and is no question of it."""
    known = {it.id for it in instrument.items}
    after = () if instrument.follow_up is None else instrument.follow_up.after
    return [name for name in after if name not in known]


def _semantic_problems(
    trial: Trial, instruments: Mapping[InstrumentKey, Instrument]
) -> Iterator[tuple[str, str]]:
    yield from trial_problems(trial, _filled_by(instruments))
    yield from _ungraded(trial, instruments)
    if trial.site.time_zone not in available_timezones():
        yield "site.time_zone", 'is no time zone; write one such as "Asia/Tehran"'
    for place, names in _localized(trial):
        if missing := set(LANGUAGES) - set(names):
            yield place, f"has no wording for {', '.join(sorted(missing))}"


def _ungraded(
    trial: Trial, instruments: Mapping[InstrumentKey, Instrument]
) -> Iterator[tuple[str, str]]:
    """Two raters are compared by the answer to a scale's first question."""
    rated = {visit.rating for visit in trial.visits} if trial.rating.raters > 1 else set()
    for it in instruments.values():
        if it.name in rated and graded_item(it) is None:
            detail = f'the first question of "{it.name}" must have options and may not be declined'
            yield "rating.raters", detail


def _filled_by(instruments: Mapping[InstrumentKey, Instrument]) -> dict[str, FilledBy]:
    """Who fills each instrument: what its newest version says, for new forms are of that one."""
    oldest_first = sorted(instruments.values(), key=lambda it: int(it.version))
    return {it.name: it.filled_by for it in oldest_first}


def _localized(trial: Trial) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "title", trial.title
    yield "site.name", trial.site.name
    for number, arm in enumerate(trial.arms, start=1):
        yield f"arms[{number}].name", arm.name
    for number, visit in enumerate(trial.visits, start=1):
        yield f"visits[{number}].label", visit.label
    for number, view in enumerate(trial.views, start=1):
        yield f"photographs.views[{number}].label", view.label


def _with_names(wording: Wording, trial: Trial, file: Path) -> Wording:
    """The names in the definition become wording. Those of the arms are worded as options of the
    rater's guess alone: which arm somebody is in is worded by bot.turn.arms."""
    names = {"trial.title": trial.title, "trial.site": trial.site.name}
    names |= {f"visit.{visit.name}": visit.label for visit in trial.visits}
    names |= {f"view.{view.name}": view.label for view in trial.views}
    names |= {f"option.guess.ARM_{arm.code}": arm.name for arm in trial.arms}
    return Wording(
        {
            language: {
                **known,
                **{key: Entry(name[language], file, 1) for key, name in names.items()},
            }
            for language, known in wording.catalogues.items()
        }
    )


def _hash(folder: Path) -> str:
    """SHA-256 over the definition and the instruments: what the PI confirms."""
    digest = hashlib.sha256()
    for file in [folder / "trial.toml", *sorted((folder / "instruments").glob("*.toml"))]:
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()
