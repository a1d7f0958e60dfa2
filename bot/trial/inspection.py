"""What `hamrah check`, and every start, looks for: everything that would fail in front of somebody.

Forms are walked for dead ends; each question and option is worded in both languages, as the phone
would show it, and measured against the channel's limits; published versions are compared; and what
goes by SMS must not cost too much, nor tell too much.
"""

from collections.abc import Iterator

from bot.language.wording import LANGUAGES, UnknownWording
from bot.language.wording_inspection import inspect_wording
from bot.sms.inspecting import sms_problems
from bot.trial.definition_files import DefinitionProblem
from bot.trial.publishing import publication_problems
from bot.trial.study import Study
from bot.turn import questions
from flows.commands import COMMANDS
from flows.commands.command import Reach
from flows.conversation import Conversation
from flows.form_problems import FormProblem, instrument_problems
from flows.forms import Form, Item, short
from flows.instruments import Instrument, ItemKind, title
from flows.messages import Message
from flows.text import Text, text

# Telegram's limits, in UTF-16 units and bytes; the narrowest of all channels so far.
LONGEST_MESSAGE = 4096
LONGEST_BUTTON = 64
LONGEST_DATA = 64
LONGEST_COMMAND_HELP = 256
LONGEST_POPUP = 200
# A conversation's number and step take room in a button's data.
_LARGEST_NUMBER = 999_999_999
_LARGEST_STEP = 9_999


def inspect_study(study: Study) -> list[str]:
    """Every problem, a line each: what, where, how to mend it."""
    found = [str(problem) for problem in inspect_wording(study.wording)]
    for instrument in study.instruments.values():
        broken = instrument_problems(instrument)
        found += map(str, broken or _shown_problems(study, instrument))
    found += map(str, _command_problems(study))
    found += map(str, _trial_problems(study))
    found += map(str, _edit_check_problems(study))
    found += map(str, publication_problems(study))
    found += sms_problems(study)
    return found


def _shown_problems(study: Study, instrument: Instrument) -> Iterator[FormProblem]:
    it = study.form(instrument.name, instrument.version)
    for language in LANGUAGES:
        for part in (title(instrument), text(f"{instrument.prefix}.intro")):
            yield from _measured(study, instrument.prefix, "", Message((part,)), language)
        for item in it.items:
            yield from _item_problems(study, it, instrument, item, language)
    any_time = study.form(instrument.name, instrument.version, any_time=True)
    for language in LANGUAGES:
        for item in any_time.items:
            yield from _worded(study, instrument.prefix, item, item.question, language)


def _item_problems(
    study: Study, it: Form, instrument: Instrument, item: Item, language: str
) -> Iterator[FormProblem]:
    state = Conversation(it.name, it.version, at=item.id, step=_LARGEST_STEP)
    shown = questions.question(it, _LARGEST_NUMBER, state, item)
    yield from _worded(study, instrument.prefix, item, short(item), language)
    yield from _measured(study, instrument.prefix, item.id, shown, language)
    spec = next((spec for spec in instrument.items if spec.id == item.id), None)
    if spec is not None and spec.recall and "recall" not in _placeholders(study, item, language):
        yield FormProblem(
            instrument.prefix,
            item.id,
            f"{language}: does not say {{recall}}, the period asked about",
        )


def _placeholders(study: Study, item: Item, language: str) -> str:
    return study.wording.raw(item.question.key, study.language(language))


def _worded(
    study: Study, name: str, item: Item, words: Text, language: str
) -> Iterator[FormProblem]:
    try:
        study.render(words, language)
    except UnknownWording as error:
        yield FormProblem(name, item.id, str(error))


def _measured(
    study: Study, name: str, item: str, shown: Message, language: str
) -> Iterator[FormProblem]:
    try:
        words = "\n\n".join(study.render(part, language) for part in shown.paragraphs)
        labels = [
            (study.render(button.label, language), button.data)
            for row in shown.buttons
            for button in row
        ]
    except UnknownWording as error:
        yield FormProblem(name, item, str(error))
        return
    if _units(words) > LONGEST_MESSAGE:
        yield FormProblem(name, item, f"{language}: longer than {LONGEST_MESSAGE} characters")
    for label, data in labels:
        if _units(label) > LONGEST_BUTTON:
            detail = f"{language}: a button is longer than {LONGEST_BUTTON} characters: {label}"
            yield FormProblem(name, item, detail)
        if len(data.encode()) > LONGEST_DATA:
            yield FormProblem(name, item, f"its codes do not fit a button's {LONGEST_DATA} bytes")


def _units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


def _command_problems(study: Study) -> Iterator[FormProblem]:
    """Each command that is listed has its line of help, in both languages."""
    for command in COMMANDS:
        key = f"command.{command.name}.help"
        if command.reach is Reach.BUTTON:
            continue
        for language in LANGUAGES:
            if not study.wording.has(key):
                yield FormProblem(f"/{command.name}", "", f"there is no wording {key}")
            elif _units(study.render(text(key), language)) > LONGEST_COMMAND_HELP:
                yield FormProblem(f"/{command.name}", "", f"{key} is too long")


def _trial_problems(study: Study) -> Iterator[DefinitionProblem]:
    """What the definition leaves to the wording: open points, and the pop-up that shows an arm."""
    file = study.folder / "trial.toml"
    for number, point in enumerate(study.trial.open_points, start=1):
        if not study.wording.has(f"protocol.point.{point}"):
            detail = f"there is no wording protocol.point.{point}"
            yield DefinitionProblem(file, f"open_points[{number}]", detail)
    before = study.trial.before_session
    if before is not None and before.pregnancy not in {
        spec.id for spec in study.latest(before.instrument).items
    }:
        detail = f'{before.instrument} has no item "{before.pregnancy}"'
        yield DefinitionProblem(file, "before_session.pregnancy", detail)
    for number, arm in enumerate(study.trial.arms, start=1):
        for language in LANGUAGES:
            words = text("arm.popup", letter=arm.code, name=arm.name[language])
            if _units(study.render(words, language)) > LONGEST_POPUP:
                detail = f"{language}: with its code, longer than {LONGEST_POPUP} characters"
                yield DefinitionProblem(file, f"arms[{number}].name", detail)


def _edit_check_problems(study: Study) -> Iterator[DefinitionProblem]:
    """Answers that are compared must be there to be compared."""
    file, checks = study.folder / "trial.toml", study.trial.edit_checks
    if checks is None:
        return
    report = study.latest(study.trial.side_effect_report)
    followed = report.follow_up.items if report.follow_up is not None else ()
    if all(it.id != checks.days_item or it.kind is not ItemKind.NUMBER for it in followed):
        detail = f'{report.prefix} follows up with no number "{checks.days_item}"'
        yield DefinitionProblem(file, "edit_checks.days_item", detail)
    if study.trial.safety_check is None:
        return
    check = study.latest(study.trial.safety_check.instrument)
    item = study.form(check.name, check.version).item(checks.no_problem_item)
    if item is None or item.option(checks.no_problem_code) is None:
        detail = f'{check.prefix} has no answer "{checks.no_problem_code}" to such an item'
        yield DefinitionProblem(file, "edit_checks.no_problem_item", detail)
