"""Published instruments do not change: items and wording of a version are held by their hashes.

`published.toml` in the trial's folder has a table for each published version. What was published is
compared at every start; a change is a new version, beside the old one.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bot.language.wording import LANGUAGES
from bot.trial.definition_files import DefinitionProblem, canonical, read_toml
from bot.trial.study import Study
from flows.instruments import Instrument

FILE = "published.toml"
_HEAD = """\
# Fingerprints of the published instruments, written by `hamrah publish`. A version that stands
# here is never edited: to change an item or a word, make a new version beside it.
"""


def publication_problems(study: Study) -> list[DefinitionProblem]:
    """Versions that were changed after they were published, and those not published yet."""
    published = _read(study.folder / FILE)
    return [*_problems(study, published)]


def publish(study: Study) -> list[str]:
    """Add the versions that are not published yet; returns their names. Changes no other."""
    file = study.folder / FILE
    published = _read(file)
    new = {
        instrument.prefix: fingerprints(study, instrument)
        for instrument in study.instruments.values()
        if instrument.prefix not in published
    }
    every = {**published, **new}
    tables = (
        f'\n["{name}"]\n' + "".join(f'{part} = "{digest}"\n' for part, digest in prints.items())
        for name, prints in sorted(every.items())
    )
    file.write_text(_HEAD + "".join(tables), encoding="utf-8")
    return sorted(new)


def fingerprints(study: Study, instrument: Instrument) -> dict[str, str]:
    """SHA-256 of the items, and of the wording in each language."""
    return {"items": _items_digest(instrument)} | {
        language: _wording_digest(study, instrument, language) for language in LANGUAGES
    }


def _items_digest(instrument: Instrument) -> str:
    return hashlib.sha256(canonical(instrument).encode()).hexdigest()


def _wording_digest(study: Study, instrument: Instrument, language: str) -> str:
    it = study.language(language)
    keys = sorted(key for key in study.wording.keys(it) if key.startswith(f"{instrument.prefix}."))
    lines = (f"{key}={study.wording.raw(key, it)}" for key in keys)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _problems(study: Study, published: dict[str, dict[str, str]]) -> Iterator[DefinitionProblem]:
    file = study.folder / FILE
    for instrument in study.instruments.values():
        held = published.get(instrument.prefix)
        if held is None:
            detail = "is not published; when its wording is approved, run: hamrah publish"
            yield DefinitionProblem(file, instrument.prefix, detail)
            continue
        now = fingerprints(study, instrument)
        for part in sorted(part for part in now if now[part] != held.get(part)):
            detail = f"{part} was changed after it was published; undo it, or make a new version"
            yield DefinitionProblem(file, instrument.prefix, detail)
    known = {instrument.prefix for instrument in study.instruments.values()}
    for name in sorted(set(published) - known):
        detail = "was published, but its file is gone; conversations under way may need it"
        yield DefinitionProblem(file, name, detail)


def _read(file: Path) -> dict[str, dict[str, str]]:
    if not file.exists():
        return {}
    return read_toml(file, dict[str, dict[str, str]])
