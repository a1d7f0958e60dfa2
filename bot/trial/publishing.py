"""Published instruments do not change: items and wording of a version are held by their hashes.

`published.toml` in the trial's folder has a table for each published version. What was published is
compared at every start; a change is a new version, beside the old one. Shorter texts for SMS can be
added to a published version, for they ask the same; from then on they are held like the others.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.language.wording import LANGUAGES, Language
from bot.sms.plain import FOR_SMS
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
    """Add what is not published yet; returns the names of its versions. Changes nothing else."""
    file = study.folder / FILE
    published = _read(file)
    every, new = dict(published), set()
    for instrument in study.instruments.values():
        held = published.get(instrument.prefix, {})
        added = {**fingerprints(study, instrument), **held}
        if added != held:
            every[instrument.prefix] = added
            new.add(instrument.prefix)
    tables = (
        f'\n["{name}"]\n' + "".join(f'{part} = "{digest}"\n' for part, digest in prints.items())
        for name, prints in sorted(every.items())
    )
    file.write_text(_HEAD + "".join(tables), encoding="utf-8")
    return sorted(new)


def fingerprints(study: Study, instrument: Instrument) -> dict[str, str]:
    """SHA-256 of the items, and of the wording in each language; of that for SMS where there is."""
    prints = {"items": _items_digest(instrument)}
    for language in LANGUAGES:
        it = study.language(language)
        keys = {key for key in study.wording.keys(it) if key.startswith(f"{instrument.prefix}.")}
        for_sms = {key for key in keys if key.endswith(FOR_SMS)}
        prints[language] = _wording_digest(study, keys - for_sms, it)
        if for_sms:
            prints[f"{language}_sms"] = _wording_digest(study, for_sms, it)
    return prints


def _items_digest(instrument: Instrument) -> str:
    return hashlib.sha256(canonical(instrument).encode()).hexdigest()


def _wording_digest(study: Study, keys: Iterable[str], language: Language) -> str:
    lines = (f"{key}={study.wording.raw(key, language)}" for key in sorted(keys))
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
        for part in sorted(now.keys() | held.keys()):
            if part not in held:
                detail = f"{part} is not published; when it is approved, run: hamrah publish"
                yield DefinitionProblem(file, instrument.prefix, detail)
            elif now.get(part) != held[part]:
                detail = (
                    f"{part} was changed after it was published; undo it, or make a new version"
                )
                yield DefinitionProblem(file, instrument.prefix, detail)
    known = {instrument.prefix for instrument in study.instruments.values()}
    for name in sorted(set(published) - known):
        detail = "was published, but its file is gone; conversations under way may need it"
        yield DefinitionProblem(file, name, detail)


def _read(file: Path) -> dict[str, dict[str, str]]:
    if not file.exists():
        return {}
    return read_toml(file, dict[str, dict[str, str]])
