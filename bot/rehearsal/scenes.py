"""What a chat can begin with: each scene builds on those before it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from shutil import copytree

from bot.rehearsal.phones import BY_SMS, NotPlayable
from bot.rehearsal.world import World
from bot.taking_over.storing import load
from bot.trial.definitions import load_study
from bot.turn.desk import Desk
from bot.turn.incoming import BlockedBot
from bot.turn.reads.people import is_confirmed
from flows.roles import Role
from flows.text import text
from storage import participants, people


async def given(world: World, what: str) -> None:
    """Set a scene. Raises NotPlayable."""
    for pattern, build in GIVEN:
        match = re.fullmatch(pattern, what)
        if match is not None:
            await build(world, *match.groups())
            if build not in (_passed, _down):
                await _settle(world)
            return
    raise NotPlayable(text("cli.chat.no_scene"))


async def _settle(world: World) -> None:
    for phone in world.phones.values():
        phone.invitation = ""


async def _staff(world: World) -> None:
    """One person of each role, and sealed envelopes; once."""
    if "pi" not in world.phones:
        await world.add_all_staff()
        await world.seal_envelopes()


async def _one(world: World, name: str, *roles: str) -> None:
    await world.add_staff(name, *map(Role, roles))


async def _open(world: World) -> None:
    await _staff(world)
    if not await world.at_desk(is_confirmed):
        await world.confirm_protocol()


async def _open_without_envelopes(world: World) -> None:
    await world.add_all_staff()
    await world.confirm_protocol()


async def _open_with_paper(world: World, target: str | None = None) -> None:
    """The same trial with paper envelopes, laid in their order and not yet read."""
    await world.add_all_staff()
    changes = {'concealment = "digital"': 'concealment = "paper"'}
    redefine(world, changes if target is None else {**changes, "target = 60": f"target = {target}"})
    await world.lay_paper_envelopes()
    await world.confirm_protocol()


async def _open_with_two_raters(world: World) -> None:
    """Two raters read each visit; two steps apart, a third decides."""
    changes = {"raters = 1": "raters = 2", "adjudicate_from = 0": "adjudicate_from = 2"}
    await _open_as(world, changes)
    await world.add_staff("nader", Role.RATER)


async def _open_with_hidden_order(world: World) -> None:
    """Raters may not know which month they rate."""
    await _open_as(world, {"hidden_order = false": "hidden_order = true"})


async def _open_as(world: World, changes: Mapping[str, str]) -> None:
    await world.add_all_staff()
    await world.seal_envelopes()
    redefine(world, changes)
    await world.confirm_protocol()


async def _taken_over(world: World) -> None:
    """Three participants who were enrolled on paper; nobody of them has a chat yet."""
    await _open(world)
    file = files(__package__) / "taken_over.csv"
    coordinator = await world.at_desk(_coordinator)
    examined = await world.at_desk(load, file.read_bytes(), coordinator)
    assert examined is not None
    assert not examined.problems, examined.problems


def _coordinator(desk: Desk) -> int:
    return people.holders(desk.connection, Role.COORDINATOR)[0]


async def _target(world: World, target: str) -> None:
    redefine(world, {"target = 60": f"target = {target}"})


async def _closed(world: World, first: str, last: str) -> None:
    days = "first_on = 2027-03-21, last_on = 2027-04-02"
    redefine(world, {days: f"first_on = {first}, last_on = {last}"})


async def _without_views(world: World) -> None:
    definition = (world.study.folder / "trial.toml").read_text(encoding="utf-8")
    table = re.search(r"^\[photographs\]\n(?:.*\n)+?(?=#)", definition, re.MULTILINE)
    assert table is not None
    redefine(world, {table[0]: ""})


async def _nothing_before_session(world: World) -> None:
    """The trial asks nothing before a session."""
    definition = (world.study.folder / "trial.toml").read_text(encoding="utf-8")
    begin = definition.index("[before_session]")
    redefine(world, {definition[begin : definition.index("\n\n", begin)]: ""})


def redefine(world: World, changes: Mapping[str, str]) -> None:
    """The program is started anew with lines of the definition changed."""
    folder = world.folder / "trial"
    copytree(world.study.folder, folder)
    definition = folder / "trial.toml"
    words = definition.read_text(encoding="utf-8")
    for line, changed in changes.items():
        assert line in words
        words = words.replace(line, changed)
    definition.write_text(words, encoding="utf-8")
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


async def _another_not_entered(world: World, name: str) -> None:
    await world.consent(name, sex="M")


async def _eligible(world: World, sex: str) -> None:
    await _consented(world, sex)
    await world.make_eligible("P-001", sex="F" if sex == "woman" else "M")


async def _randomized(world: World, sex: str) -> None:
    await _eligible(world, sex)
    await world.randomize("P-001")


async def _treated(world: World, sex: str) -> None:
    await _randomized(world, sex)
    await world.treat("P-001", "baseline")


async def _read(world: World, code: str, letter: str) -> None:
    await world.read_envelope(code, letter)


async def _another_eligible(world: World, name: str) -> None:
    await _another(world, name)
    code = list(world.phones)[-1]
    await world.make_eligible(code, sex="M")


async def _checked(world: World, code: str, visit: str) -> None:
    """What is asked before the session of this visit was asked; nothing keeps from it."""
    await world.check_before_session(code, visit)


async def _booked(world: World, visit: str, days: str, hour: str) -> None:
    on = world.study.today(world.now) + timedelta(days=int(days))
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/book P-001 {visit} {on.isoformat()} {hour}")
    if coordinator.is_asked("PARTICIPANT"):  # Outside its window, the visit has a reason.
        await coordinator.choose("PARTICIPANT")
    await coordinator.press("S")


async def _down(world: World, days: str) -> None:
    world.now += timedelta(days=int(days))


async def _attended(world: World, code: str, visit: str, days: str) -> None:
    """The visit took place after so many days; its rating is open."""
    await _passed(world, days)
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/attended {code} {visit} today")
    await coordinator.press("S")


async def _photographed(world: World, visit: str) -> None:
    await world.photograph("P-001", visit)


async def _reported(world: World, code: str, term: str) -> None:
    """The participant has begun a report of side effects and tapped this term."""
    phone = world.phone(code)
    await phone.send("/side_effect")
    await phone.choose(term)


async def _web_chat(world: World) -> None:
    """The service has a web chat beside Telegram."""
    world.links = replace(world.links, personal="https://hamrah.example.ir/chat/#{}".format)


async def _sms(world: World) -> None:
    """The service reaches phones by SMS beside Telegram."""
    world.links = replace(world.links, sms=True)


async def _by_link(world: World, instrument: str) -> None:
    trial = world.study.trial
    asked = replace(trial.sms, by_link=(*trial.sms.by_link, instrument))
    world.study = replace(world.study, trial=replace(trial, sms=asked))


async def _sms_a_day(world: World, count: str) -> None:
    world.sms_limits = replace(world.sms_limits, a_day=int(count))


async def _sms_budget(world: World, parts: str) -> None:
    world.sms_limits = replace(world.sms_limits, budget=int(parts))


async def _by_sms(world: World, code: str) -> None:
    """The participant blocked the bot, if they had it, and has proved a number."""
    await _sms(world)
    await _blocked(world, code)
    phone = world.phone(f"{code}{BY_SMS}")
    await world.phone("coordinator").send(f"/sms {code} {phone.address}")
    await phone.answer_with_code()
    await phone.send("1" if world.language == "fa" else "2")


async def _sharing(world: World, name: str, code: str) -> None:
    """Another participant, who has proved the same number as the first one."""
    await _another_not_entered(world, name)
    coordinator, phone = world.phone("coordinator"), world.phone(f"{code}{BY_SMS}")
    added = await world.at_desk(_last_code)
    await coordinator.send(f"/sms {added} {phone.address}")
    await coordinator.choose("YES")
    await phone.answer_with_code()
    await phone.send("1" if world.language == "fa" else "2")
    await phone.send("1")


def _last_code(desk: Desk) -> str:
    newest = participants.everyone(desk.connection)[-1]
    return participants.code_of(desk.connection, newest)


async def _number_for_alerts(world: World, name: str) -> None:
    """A member of staff has proved the number at which urgent alerts are told of."""
    await _sms(world)
    phone = world.phone(f"{name}{BY_SMS}")
    await world.phone(name).send(f"/alert_number {phone.address}")
    await phone.answer_with_code()


async def _blocked(world: World, name: str) -> None:
    """Messages of the bot do not reach this phone any more."""
    await world.receive(world.phone(name), BlockedBot())


async def _passed(world: World, days: str) -> None:
    await world.pass_time(timedelta(days=int(days)))


GIVEN: tuple[tuple[str, Callable[..., Awaitable[None]]], ...] = (
    (r"staff", _staff),
    (r"(\w+) who is (\w+) too", _one),
    (r"(\w+) who is (\w+) and (\w+) too", _one),
    (r"an open trial", _open),
    (r"a trial taken over", _taken_over),
    (r"an open trial without envelopes", _open_without_envelopes),
    (r"an open trial with paper envelopes", _open_with_paper),
    (r"a clinic that is closed from (\S+) to (\S+)", _closed),
    (r"a definition without standard views", _without_views),
    (r"an open trial with (\d+) paper envelopes", _open_with_paper),
    (r"an open trial with two raters", _open_with_two_raters),
    (r"an open trial with a hidden order of time", _open_with_hidden_order),
    (r"a definition with a target of (\d+)", _target),
    (r"a definition that asks nothing before a session", _nothing_before_session),
    (r"(P-\d+) attended (\w+) after (\d+) days", _attended),
    (r"the pictures of (\w+)", _photographed),
    (r"(P-\d+) reported (\w+)", _reported),
    (r"a consented (woman|man) P-001", _consented),
    (r"a consented (woman|man) P-001 who has not entered", _not_entered),
    (r"another participant (\w+)", _another),
    (r"another participant (\w+) who has not entered", _another_not_entered),
    (r"another participant (.+) who shares the phone of (P-\d+)", _sharing),
    (r"an eligible (woman|man) P-001", _eligible),
    (r"another eligible participant (\w+)", _another_eligible),
    (r"(P-\d+) whose paper envelope held ([A-Z])", _read),
    (r"a randomized (woman|man) P-001", _randomized),
    (r"a treated (woman|man) P-001", _treated),
    (r"(P-\d+) was asked before (\w+)", _checked),
    (r"an appointment for (\w+) in (\d+) days at (\d+:\d+)", _booked),
    (r"the service is down for (\d+) days", _down),
    (r"(\d+) days later", _passed),
    (r"a web chat", _web_chat),
    (r"SMS", _sms),
    (r"a definition that asks (\w+) by a link over SMS", _by_link),
    (r"at most (\d+) SMS a day that nobody asked for", _sms_a_day),
    (r"an SMS budget of (\d+) parts a month", _sms_budget),
    (r"(P-\d+) reached by SMS", _by_sms),
    (r"(\w+) has a number for alerts", _number_for_alerts),
    (r"(\S+) blocked the bot", _blocked),
)
