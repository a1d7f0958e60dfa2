"""Everything that parses, and what each of it may answer; whatever else comes out is a finding.

A target takes any bytes. What it may refuse by raising is caught in it, by its kind.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import parse_qsl

import httpx

from bot import ingress
from bot.language.stop_words import is_start, is_stop
from bot.language.typed_answers import (
    read_choice,
    read_choices,
    read_number,
    read_participant_code,
    read_phone,
    read_pin,
)
from bot.language.typed_text import Problem, normalize, sound, words_of
from bot.language.typed_times import read_date, read_moment, read_time
from bot.settings import SETTINGS, SettingsRefused, read_settings
from bot.sms.gateway import AskedInVain, Gateway, Received
from bot.sms.kannel import Kannel
from bot.sms.kavenegar import Kavenegar
from bot.taking_over.checking import examine
from bot.telegram import webhook
from bot.telegram.bale import mended
from bot.telegram.dialects import BALE, TELEGRAM
from bot.telegram.updates import number_of, read_update
from bot.trial.definition_files import DefinitionRefused, read_toml
from bot.trial.definitions import DEFAULT_TRIAL, follows_nothing, load_study
from bot.trial.study import Study
from bot.turn.incoming import Content, Tapped, Typed
from flows.allocation_list import (
    ListRefused,
    balanced_blocks,
    decode_list,
    plan_of,
    read_allocation_list,
)
from flows.definition import Trial
from flows.instruments import Instrument, form
from flows.trial_problems import trial_problems
from tests.attacks.sandbox import Nth
from tests.fuzz.open_page import ANSWERS, OpenPage
from tests.fuzz.stage import Stage

# Enough to begin a command, to answer what it asks, and to submit it.
_MOST_STEPS = 12
_STEP, _TAP = "\x1f", "\x1e"
TODAY = date(2026, 9, 26)
_NOWHERE = "http://127.0.0.1:1"
_OPTIONS = (
    ("YES", ("Yes", "بله")),
    ("NO", ("No", "خیر")),
    ("SOME", ("Slightly worse", "کمی بدتر")),
    ("MUCH", ("Slightly better", "کمی بهتر")),
)


@cache
def stage() -> Stage:
    return Stage.build(_scratch() / "stage")


@cache
def page() -> OpenPage:
    return OpenPage.build(_scratch() / "page")


def prepare() -> None:
    """Build what targets play on, which takes longer than any input may."""
    stage()
    page()


@cache
def _scratch() -> Path:
    return Path(mkdtemp(prefix="fuzz-"))


@cache
def _study() -> Study:
    return load_study(DEFAULT_TRIAL)


def updates(data: bytes) -> None:
    """An update in either dialect: it is a turn, it is nobody's word, or it is set aside."""
    dialect = (TELEGRAM, BALE)[data[0] % 2] if data else TELEGRAM
    raw = webhook._read(data[1:])
    try:
        incoming = read_update(raw, dialect)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 - as a service does: a malformed one may raise anything
        number, dumped = number_of(raw), ingress._dumped(raw)
        kind = type(error).__name__
        stage().play(lambda it: ingress._quarantine(it, dialect.channel, number, dumped, kind))
        return
    if incoming is not None:
        stage().converse(stage().somebody(int(incoming.address)), [incoming.content])


def conversations(data: bytes) -> None:
    """Somebody, by the first byte, says one thing after the other, or taps a button of what was
    said last, by its place or by its data: every turn speaks, or does nothing, and never fails."""
    said = data[1:].decode(errors="replace").split(_STEP)[:_MOST_STEPS]
    stage().converse(stage().somebody(data[0] if data else 0), [*map(_step, said)])


def _step(said: str) -> Content | Nth:
    if not said.startswith(_TAP):
        return Typed(said)
    what = said[1:]
    return Nth(int(what)) if re.fullmatch("[0-9]{1,3}", what) else Tapped(what, "tap", "1")


def typed(data: bytes) -> None:
    """Words as an answer of any kind: a value of that kind, or a problem."""
    words, lexicon = data.decode(errors="replace"), _study().lexicon
    assert normalize(normalize(words)) == normalize(words)
    words_of(words)
    _is(read_number(words, units=("days", "روز")), int)
    _is(read_choice(words, _OPTIONS, lexicon), str)
    _is(read_choices(words, _OPTIONS, lexicon), tuple)
    _is(read_phone(words), str)
    _is(read_pin(words), str)
    _is(read_participant_code(words, lexicon), str)
    _is(read_date(words, TODAY, lexicon), date)
    _is(read_time(words, lexicon), time)
    _is(read_moment(words, TODAY, lexicon), tuple)
    assert not (is_stop(words, lexicon) and is_start(words, lexicon))


def _is(read: object, kind: type) -> None:
    assert isinstance(read, kind | Problem)


def allocation_lists(data: bytes) -> None:
    """A list that keeps the plan, or one that is refused without a word of it."""
    plan = plan_of(_study().trial)
    text = decode_list(data)
    if isinstance(text, ListRefused):
        return
    read = read_allocation_list(text, plan)
    if isinstance(read, ListRefused):
        assert read.problems
    else:
        assert balanced_blocks(read.arms, plan)


def take_overs(data: bytes) -> None:
    """A file of a trial on paper: what it holds, or what is wrong with it, in both languages."""

    def check(desk: object) -> None:
        examined = examine(desk, data)  # type: ignore[arg-type]
        for problem in (*examined.problems, *examined.warnings):
            for language in ("fa", "en"):
                _study().render(problem.what, language)

    stage().play(check)


def trials(data: bytes) -> None:
    """A definition that can be meant, or everything that is wrong with it."""
    try:
        trial = read_toml(_written("trial.toml", data), Trial)
    except DefinitionRefused as refused:
        _tells(refused)
        return
    filled_by = {name: it.filled_by for (name, _), it in _study().instruments.items()}
    for place, detail in trial_problems(trial, filled_by):
        assert place
        assert detail


def instruments(data: bytes) -> None:
    try:
        instrument = read_toml(_written("instrument.toml", data), Instrument)
    except DefinitionRefused as refused:
        _tells(refused)
        return
    if not follows_nothing(instrument):
        form(instrument)


def settings(data: bytes) -> None:
    """A file of settings and an environment: settings, or everything that is wrong with them."""
    text = data.decode(errors="replace")
    values = dict(zip((it.name for it in SETTINGS), text.split("\n"), strict=False))
    environment = {f"HAMRAH_{name}": value for name, value in values.items() if value}
    for given, file in ((environment, Path("no .env")), ({}, _written(".env", data))):
        try:
            read_settings(given, file)
        except SettingsRefused as refused:
            _tells(refused)


def _tells(refused: Exception) -> None:
    """Whoever is refused is told what is wrong."""
    assert str(refused)


def gateway_callbacks(data: bytes) -> None:
    """What anybody who knows the secret brings: it is read, or is none of the gateway's."""
    text = data.decode(errors="replace")
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return
    for gateway in _gateways():
        _read_callback(gateway.read_report, fields)
        received = _read_callback(gateway.read_incoming, fields)
        if isinstance(received, Received):
            _heard(received)


def _read_callback(
    read: Callable[[Mapping[str, str]], object], fields: Mapping[str, str]
) -> object:
    try:
        return read(fields)
    except (KeyError, ValueError):
        return None


def _heard(received: Received) -> None:
    number = read_phone(received.sender)
    if isinstance(number, Problem):
        return
    stage().converse(("sms", number), [Typed(sound(received.text))])


@cache
def _gateways() -> tuple[Gateway, ...]:
    within = timedelta(hours=6)
    kannel = Kannel(_NOWHERE, "user", "password", "3000", f"{_NOWHERE}/sms", within)
    return kannel, Kavenegar(_NOWHERE, "key", "3000")


def gateway_answers(data: bytes) -> None:
    """What a gateway or Bale answers: it is read, or was asked for in vain."""
    for status in (200, 400):
        answered_as, content = mended(status, data)
        assert isinstance(content, bytes)
        assert isinstance(answered_as, int)
    _answered_with(data)


def _answered_with(content: bytes) -> None:
    """The gateway at the other end is played: it answers whatever it is asked with this."""
    runner, gateway = _asking()
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    gateway._client._transport = answer
    with suppress(AskedInVain):
        runner.run(gateway.unread())
    with suppress(AskedInVain):
        runner.run(gateway.look_up(["1"]))


@cache
def _asking() -> tuple[asyncio.Runner, Kavenegar]:
    return asyncio.Runner(), Kavenegar(_NOWHERE, "key", "3000")


def pages(data: bytes) -> None:
    """What a page of the web chat sends: it is taken, or refused with a status of its own."""
    assert page().send(data) in ANSWERS


def _written(name: str, data: bytes) -> Path:
    file = _scratch() / name
    file.write_bytes(data)
    return file


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    it.__name__: it
    for it in (
        updates,
        conversations,
        typed,
        allocation_lists,
        take_overs,
        trials,
        instruments,
        settings,
        gateway_callbacks,
        gateway_answers,
        pages,
    )
}
