"""Chats as plain text that a clinician can read, played on the real software.

    given a randomized participant P-001    what the chat begins with (see GIVEN below)

    coordinator:                            who speaks, on a line of its own, without capitals
    /card P-001                             what they type; [Book] taps the button so labelled

    bot to coordinator:                     what reaches their phone, buttons in brackets
    …

    pop-up for allocator:                   the answer to a tap that leaves nothing in the chat
    = response P-001 pgais.1 overall MI     what is kept
    ~ 3 days                                time passes

Only the lines of people, `given` and `~` are written by hand: everything else is written by running
the tests with --rewrite-chats, and is compared without it.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

from sqlalchemy import Connection, Table, select

from bot.trial.definitions import load_study
from bot.turn.reads import is_confirmed
from flows.reminders import Kind
from flows.roles import Role
from storage import tables
from storage.keyring import Keyring
from tests.world import Phone, Shown, World

CHATS = Path(__file__).parent
SPEAKER = re.compile(r"((?:bot to |pop-up for )?(?:P-\d+|[a-z][a-z-]*)):")
# A digest of the audit trail covers ciphertexts, which are new each time.
DIGEST = re.compile(r"\b[0-9a-f]{16}\b")
PASSING = re.compile(r"~ (\d+) (minute|hour|day)s?")


@dataclass
class Step:
    """Something done by hand: somebody speaks, time passes, or a scene is set."""

    kind: str
    who: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return "\n".join(self.lines).strip("\n")


def read(chat: str) -> list[Step]:
    """The steps of a transcript; what the software wrote is left out."""
    steps: list[Step] = []
    speaking: Step | None = None
    for line in chat.splitlines():
        match = SPEAKER.fullmatch(line)
        if line.startswith(("# ", "= ")):
            speaking = Step("comment", lines=[line]) if line.startswith("# ") else None
            if speaking is not None:
                steps.append(speaking)
                speaking = None
        elif line.startswith("given "):
            speaking = None
            steps.append(Step("given", lines=[line.removeprefix("given ")]))
        elif line.startswith("~ "):
            speaking = None
            steps.append(Step("time", lines=[line]))
        elif match is not None:
            written = match[1].startswith(("bot to ", "pop-up for "))
            speaking = None if written else Step("speech", match[1])
            if speaking is not None:
                steps.append(speaking)
        elif speaking is not None:
            speaking.lines.append(line)
    return steps


async def play(world: World, chat: str) -> str:
    """Play a transcript and write it down anew, with all that the software said and kept."""
    written: list[str] = []
    watch = _Watch(world)
    for step in read(chat):
        await _do(world, step)
        if step.kind == "given":
            await watch.news()
            written += [f"given {step.words}"]
            continue
        written += [*_heading(step), *await watch.news()]
    return "\n".join(_spaced(written)) + "\n"


def _heading(step: Step) -> list[str]:
    match step.kind:
        case "speech":
            return ["", f"{step.who}:", step.words]
        case "time":
            return ["", step.words]
        case _:
            return [step.words]


def _spaced(lines: list[str]) -> Iterator[str]:
    """One empty line between two blocks, none twice."""
    before = ""
    for line in "\n".join(lines).splitlines():
        if line or before:
            yield line
        before = line


async def _do(world: World, step: Step) -> None:
    match step.kind:
        case "given":
            await given(world, step.words)
        case "time":
            match = PASSING.fullmatch(step.words)
            assert match is not None, f"no span of time: {step.words}"
            await world.pass_time(timedelta(**{f"{match[2]}s": int(match[1])}))
        case "speech":
            await _speak(world.phone(step.who), step.words)
        case _:
            pass


async def _speak(phone: Phone, words: str) -> None:
    tapped = re.fullmatch(r"\[(.+)\]", words)
    if tapped is not None:
        await phone.tap(tapped[1])
    elif words == "(edits a message)":
        await phone.edit()
    elif (sent := re.fullmatch(r"\(sends a (\w+)\)(?: (.*))?", words)) is not None:
        await phone.send_file(sent[2] or "", f"{sent[1]}:file-1")
    elif words == "(opens the link)":
        last = next(it.invitation for it in reversed(phone.world.phones.values()) if it.invitation)
        await phone.send(f"/start {last}")
    elif (data := re.fullmatch(r"\(taps by hand (.+)\)", words)) is not None:
        await phone.tap_data(data[1])
    else:
        await phone.send(words)


class _Watch:
    """Notices what is new on the phones and in the tables since it last looked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: dict[str, tuple[list[Shown], int, str]] = {}
        self.kept: dict[str, int] = {}
        self.not_sent: Counter[str] = Counter()

    async def news(self) -> list[str]:
        kept = await self.world.database.read(self._kept)
        said = [line for phone in self.world.phones.values() for line in self._said(phone)]
        return [*kept, *said]

    def _said(self, phone: Phone) -> Iterator[str]:
        before, popups, invitation = self.seen.get(phone.name, ([], 0, ""))
        known = {(shown.number, shown.words, str(shown.buttons)) for shown in before}
        for words in phone.popups[popups:]:
            yield from ("", f"pop-up for {phone.name}:", words)
        for shown in phone.shown:
            if (shown.number, shown.words, str(shown.buttons)) not in known:
                yield from ("", f"bot to {phone.name}:", *_written(shown))
        if phone.invitation != invitation:
            yield from ("", f"bot to {phone.name}:", "(a picture with a one-time link)")
        self.seen[phone.name] = (list(phone.shown), len(phone.popups), phone.invitation)

    def _kept(self, connection: Connection) -> list[str]:
        lines: list[str] = []
        for table, write in KEPT.items():
            last = self.kept.get(table.name, 0)
            for row in connection.execute(select(table).where(table.c.id > last)).all():
                lines.append(f"= {write(connection, self.world.keys, row)}")
                self.kept[table.name] = row.id
        return [*lines, *self._not_sent(connection)]

    def _not_sent(self, connection: Connection) -> list[str]:
        """The reminders that were newly decided against, and why."""
        table = tables.planned
        query = select(table).where(
            table.c.kind.in_((Kind.VISIT_REMINDER, Kind.FORM_REMINDER)),
            table.c.state.in_(("skipped", "dropped")),
        )
        rows = connection.execute(query.order_by(table.c.id)).all()
        now = Counter(_reminder(connection, row) for row in rows)
        new, self.not_sent = now - self.not_sent, now
        return [f"= not sent {what}: {count}" for what, count in new.items()]


def _written(shown: Shown) -> Iterator[str]:
    yield from DIGEST.sub("(digest)", shown.words).splitlines()
    for row in shown.buttons:
        yield " ".join(f"[{words}]" for words, _ in row)


def _reminder(connection: Connection, row: Any) -> str:
    code = _code(connection, row.participant_id)
    return f"{code} {row.kind} {row.subject['visit']} {row.reason}"


def _code(connection: Connection, participant: int | None) -> str:
    if participant is None:
        return "-"
    table = tables.participant
    return str(connection.scalar(select(table.c.code).where(table.c.person_id == participant)))


def _form(connection: Connection, form_id: int) -> str:
    row = connection.execute(select(tables.form).where(tables.form.c.id == form_id)).one()
    return f"{row.instrument}.{row.version} {row.visit or 'any time'}"


def _response(connection: Connection, keys: Keyring, row: Any) -> str:
    value = row.codes if row.codes is not None else row.day or row.number
    value = ",".join(value) if isinstance(value, list) else value
    if row.words is not None:
        value = "(words)"
    if row.status != "answered":
        value = f"missing: {row.status}"
    again = f" revision {row.revision}" if row.revision > 1 else ""
    where = _form(connection, row.form_id)
    return f"response {_code(connection, row.participant_id)} {where}: {row.item} {value}{again}"


def _milestone(connection: Connection, keys: Keyring, row: Any) -> str:
    detail = "".join(
        f" {name}={value}" for name, value in row.detail.items() if not value.isdecimal()
    )
    visit = f" {row.visit}" if row.visit else ""
    at = f" at {row.at:%Y-%m-%d %H:%M} UTC" if row.at else ""
    reason = " with a reason" if row.reason else ""
    code = _code(connection, row.participant_id)
    return f"milestone {code} {row.milestone}{visit} on {row.on}{at}{detail}{reason}"


def _alert(connection: Connection, keys: Keyring, row: Any) -> str:
    return f"alert {_code(connection, row.participant_id)} {row.option} {row.level}"


def _mail(connection: Connection, keys: Keyring, row: Any) -> str:
    with_file = " with a file" if row.attachment else ""
    return f"mail from {_code(connection, row.person_id)}{with_file}"


def _allocation(connection: Connection, keys: Keyring, row: Any) -> str:
    return f"allocation {_code(connection, row.participant_id)} envelope {row.envelope}"


def _role(connection: Connection, keys: Keyring, row: Any) -> str:
    return f"role {row.role}"


def _screening(connection: Connection, keys: Keyring, row: Any) -> str:
    return f"screening failure {row.sex} {row.age} {row.reason}"


def _audit(connection: Connection, keys: Keyring, row: Any) -> str:
    return f"audit {row.role} {row.verb} {_subject(connection, row.subject_id)}".rstrip()


def _subject(connection: Connection, subject: int | None) -> str:
    code = _code(connection, subject)
    return "" if code in ("-", "None") else code


KEPT: dict[Table, Callable[[Connection, Keyring, Any], str]] = {
    tables.response: _response,
    tables.milestone: _milestone,
    tables.alert: _alert,
    tables.mail: _mail,
    tables.allocation: _allocation,
    tables.staff_role: _role,
    tables.screening_failure: _screening,
    tables.audit: _audit,
}


# What a chat can begin with: each line builds on those before it. ---------------------------------


async def given(world: World, what: str) -> None:
    """Set a scene. The first of a chat is built once a run, and taken up by the chats after it."""
    if not world.is_untouched:
        await _build(world, what)
        return
    study, kept = world.study, _kept_scene(world, what)
    if kept.exists():
        await world.take_up(kept)
        return
    await _build(world, what)
    if world.study is study:
        await world.keep(kept)


def _kept_scene(world: World, what: str) -> Path:
    name = re.sub(r"\W+", "-", f"{world.language} {what}")
    return world.folder.parent / "scenes" / name


async def _build(world: World, what: str) -> None:
    for pattern, build in GIVEN:
        match = re.fullmatch(pattern, what)
        if match is not None:
            await build(world, *match.groups())
            if build not in (_passed, _down):
                await _settle(world)
            return
    raise AssertionError(f"nothing can be given as: {what}")


async def _settle(world: World) -> None:
    for phone in world.phones.values():
        phone.invitation = ""


async def _staff(world: World) -> None:
    """One person of each role, and sealed envelopes; once."""
    if "pi" not in world.phones:
        await world.add_all_staff()
        await world.seal_envelopes()


async def _one(world: World, name: str, role: str) -> None:
    await world.add_staff(name, Role(role))


async def _open(world: World) -> None:
    await _staff(world)
    if not await world.at_desk(is_confirmed):
        await world.confirm_protocol()


async def _open_without_envelopes(world: World) -> None:
    await world.add_all_staff()
    await world.confirm_protocol()


async def _open_with_paper(world: World) -> None:
    """The same trial with paper envelopes, laid in their order and not yet read."""
    await world.add_all_staff()
    _redefine(world, 'concealment = "digital"', 'concealment = "paper"')
    await world.lay_paper_envelopes()
    await world.confirm_protocol()


async def _target(world: World, target: str) -> None:
    _redefine(world, "target = 60", f"target = {target}")


def _redefine(world: World, line: str, changed: str) -> None:
    """The program is started anew with one line of the definition changed."""
    folder = world.folder / "trial"
    copytree(world.study.folder, folder)
    definition = folder / "trial.toml"
    words = definition.read_text(encoding="utf-8")
    assert line in words
    definition.write_text(words.replace(line, changed), encoding="utf-8")
    world.study = load_study(folder)


async def _consented(world: World, sex: str) -> None:
    await _open(world)
    code = await world.consent(sex="F" if sex == "woman" else "M")
    await world.enter(code)


async def _not_entered(world: World, sex: str) -> None:
    await _open(world)
    await world.consent(sex="F" if sex == "woman" else "M")


async def _another(world: World, name: str) -> None:
    code = await world.consent(name, sex="M")
    await world.enter(code)


async def _eligible(world: World, sex: str) -> None:
    await _consented(world, sex)
    await world.make_eligible("P-001", sex="F" if sex == "woman" else "M")


async def _randomized(world: World, sex: str) -> None:
    await _eligible(world, sex)
    await world.randomize("P-001")


async def _treated(world: World, sex: str) -> None:
    await _randomized(world, sex)
    await world.treat("P-001", "baseline")


async def _booked(world: World, visit: str, days: str, hour: str) -> None:
    on = world.study.today(world.now) + timedelta(days=int(days))
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/book P-001 {visit} {on.isoformat()} {hour}")
    await coordinator.press("S")


async def _down(world: World, days: str) -> None:
    world.now += timedelta(days=int(days))


async def _attended(world: World, code: str, visit: str, days: str) -> None:
    """The visit took place after so many days; its rating is open."""
    await _passed(world, days)
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/attended {code} {visit} today")
    await coordinator.press("S")


async def _reported(world: World, code: str, term: str) -> None:
    """The participant has begun a report of side effects and tapped this term."""
    phone = world.phone(code)
    await phone.send("/side_effect")
    await phone.choose(term)


async def _passed(world: World, days: str) -> None:
    await world.pass_time(timedelta(days=int(days)))


GIVEN: tuple[tuple[str, Callable[..., Awaitable[None]]], ...] = (
    (r"staff", _staff),
    (r"(\w+) who is (\w+) too", _one),
    (r"an open trial", _open),
    (r"an open trial without envelopes", _open_without_envelopes),
    (r"an open trial with paper envelopes", _open_with_paper),
    (r"a definition with a target of (\d+)", _target),
    (r"(P-\d+) attended (\w+) after (\d+) days", _attended),
    (r"(P-\d+) reported (\w+)", _reported),
    (r"a consented (woman|man) P-001", _consented),
    (r"a consented (woman|man) P-001 who has not entered", _not_entered),
    (r"another participant (\w+)", _another),
    (r"an eligible (woman|man) P-001", _eligible),
    (r"a randomized (woman|man) P-001", _randomized),
    (r"a treated (woman|man) P-001", _treated),
    (r"an appointment for (\w+) in (\d+) days at (\d+:\d+)", _booked),
    (r"the service is down for (\d+) days", _down),
    (r"(\d+) days later", _passed),
)
