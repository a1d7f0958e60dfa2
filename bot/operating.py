"""The operators' commands. They take effect while the service runs, too.

What they print is wording; arms, and the text of an allocation list, are never printed.
"""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot import (
    envelope_commands,
    envelope_proofs,
    erase_command,
    key_commands,
    record_proofs,
    record_views,
    starting,
)
from bot.clock import SystemClock
from bot.operator import ROLE, Operator, show
from bot.settings import Settings
from bot.taking_over import commands as taking_over
from bot.trial.definitions import load_study
from bot.turn import arms, staffing
from bot.turn.desk import Desk
from bot.turn.desks import SECRET_BYTES
from bot.turn.summary import summary
from flows.roles import Role, conflict
from flows.text import text
from storage import audit, people, pins
from storage.backup import backup, prune

LONGEST_NAME = 80
MOST_ENDED = 1000


async def carry_out(settings: Settings, given: argparse.Namespace) -> int:
    """Returns the exit code."""
    it = Operator(settings, load_study(settings.trial), given.language)
    name = " ".join(filter(None, (given.command, getattr(given, "act", None))))
    return await _COMMANDS[name](it, given)


async def _check(it: Operator, given: argparse.Namespace) -> int:
    from bot.language.wording_inspection import review_table
    from bot.sms.inspecting import asked_though_by_link, sms_table
    from bot.trial.inspection import inspect_study

    if given.table:
        show(review_table(it.study.wording))
        return 0
    if given.sms:
        show(sms_table(it.study, it.settings.sms_part_price))
    if problems := inspect_study(it.study):
        show(*problems, on=sys.stderr)
        return 1
    it.tell(*asked_though_by_link(it.settings, it.study))
    instruments, words = len(it.study.instruments), len(it.study.wording.keys("fa"))
    it.tell(text("cli.check.fine", instruments=instruments, words=words))
    return 0


async def _chat(it: Operator, given: argparse.Namespace) -> int:
    from bot.rehearsal.terminal import Terminal

    return await Terminal(it, given).play()


async def _publish(it: Operator, _given: argparse.Namespace) -> int:
    from bot.trial.publishing import publish

    names = publish(it.study)
    it.tell(text("cli.published", names=", ".join(names)) if names else text("cli.published_none"))
    return 0


async def _backup(it: Operator, _given: argparse.Namespace) -> int:
    """The copy is one committed state, also while the service runs."""
    database, folder = it.settings.database_file, it.settings.backups
    if not database.exists():
        it.complain(text("cli.backup_none", file=str(database)))
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    made = await asyncio.to_thread(backup, database, folder, SystemClock().now())
    it.tell(text("cli.backup_made", file=str(made)))
    if (days := it.settings.backup_days) is not None:
        old = await asyncio.to_thread(prune, folder, before=SystemClock().now() - days)
        it.tell(*(text("cli.backup_deleted", file=str(path)) for path in old))
    return 0


async def _summary(it: Operator, _given: argparse.Namespace) -> int:
    async with it.at_data() as data:
        message = await data.read(summary)
    show("\n\n".join(it.study.render(part, it.language) for part in message.paragraphs))
    return 0


async def _staff_invite(it: Operator, given: argparse.Namespace) -> int:
    name = given.name.strip()
    if len(name.splitlines()) != 1 or len(name) > LONGEST_NAME:
        it.complain(text("cli.staff.wrong_name", longest=LONGEST_NAME))
        return 1
    roles = tuple(dict.fromkeys(Role(role) for role in given.role))
    code = secrets.token_hex(SECRET_BYTES)
    async with it.at_data() as data:
        invited = await data.write(_invite, name, roles, code)
    if isinstance(invited, str):
        it.complain(text(f"roles.{invited}"))
        return 1
    await _tell_code(it, code)
    if (personal_link := it.settings.personal_link) is not None:
        link = personal_link(invited.secret)
        it.tell(text("cli.invited_to_page", link=link, digits=invited.digits))
    return 0


async def _tell_code(it: Operator, code: str) -> None:
    """The links that bring it to each messenger, and the code itself."""
    links = await _links(it.settings, code)
    if not links and it.settings.web_url is not None:
        return
    it.tell(text("cli.invited"))
    for channel, link in links.items():
        if link is not None:
            it.tell(text("cli.invited.link", channel=text(f"channel.{channel}"), link=link))
    it.tell(text("cli.invited.code", code=code))


@dataclass(frozen=True, slots=True)
class Invited:
    """What a personal link to the web chat is made of."""

    secret: str = field(repr=False)
    digits: str = field(repr=False)


def _invite(desk: Desk, name: str, roles: tuple[Role, ...], code: str) -> Invited | str:
    """Why nobody of this name can have these roles, if so; nobody is invited then."""
    namesakes = people.bearers(desk.connection, keys=desk.keys, kind="name", value=name)
    knows_an_arm = any(arms.knows_an_arm(desk.connection, person) for person in namesakes)
    if clash := conflict(frozenset(roles), knows_an_arm=knows_an_arm):
        desk.record(
            audit.Act("refused", ROLE, None, None, {"command": "staff invite", "why": clash})
        )
        return clash
    person = staffing.invite_staff(desk, name, roles, code)
    held = "+".join(role.value for role in roles)
    desk.record(audit.Act("invite_staff", ROLE, None, person, {"name": name, "roles": held}))
    staffing.make_personal_link(desk, person)
    return Invited(desk.secret, desk.digits)


async def _links(settings: Settings, code: str) -> dict[str, str | None]:
    """By messenger; None for one that cannot be asked for the bot's name now."""
    if settings.telegram_token is None and settings.bale_token is None:
        return {}
    from bot.telegram.connection import link_of
    from bot.telegram.dialects import accounts

    asked = accounts(settings)
    links = await asyncio.gather(*(link_of(account, code) for account in asked))
    return {account.dialect.channel: link for account, link in zip(asked, links, strict=True)}


async def _staff_list(it: Operator, given: argparse.Namespace) -> int:
    if given.ended:
        return await _staff_ended(it)
    async with it.at_data() as data:
        members = await data.read(lambda desk: people.staff(desk.connection, keys=desk.keys))
    if not members:
        it.tell(text("cli.staff.none"))
    for member in members:
        roles = tuple(text(f"role.{role.value}") for role in member.roles)
        key = "cli.staff.line" if member.entered else "cli.staff.line_invited"
        person = str(member.person_id)
        shown = ", ".join(it.study.render(role, it.language) for role in roles)
        it.tell(text(key, person=person, name=member.name, roles=shown))
    return 0


async def _staff_ended(it: Operator) -> int:
    async with it.at_data() as data:
        ended = await data.read(
            lambda desk: people.ended_roles(desk.connection, keys=desk.keys, limit=MOST_ENDED)
        )
    if not ended:
        it.tell(text("staff.none_ended"))
    for role in ended:
        began, over = it.study.today(role.began_at), it.study.today(role.ended_at)
        name, held = role.name, text(f"role.{role.role.value}")
        it.tell(text("staff.ended", name=name, role=held, began=began, ended=over))
    return 0


async def _staff_reset_pin(it: Operator, given: argparse.Namespace) -> int:
    async with it.at_data() as data:
        ended = await data.write(_end_pin, given.person)
    key = "cli.staff.pin_ended" if ended else "cli.staff.no_pin"
    (it.tell if ended else it.complain)(text(key, person=str(given.person)))
    return 0 if ended else 1


def _end_pin(desk: Desk, person: int) -> bool:
    """False when this person has no PIN."""
    ended = pins.end(desk.connection, person_id=person, at=desk.now)
    if ended:
        desk.record(audit.Act("reset_pin", ROLE, None, person))
    else:
        desk.record(audit.Act("refused", ROLE, None, None, {"command": "staff reset-pin"}))
    return ended


async def _staff_end(it: Operator, given: argparse.Namespace) -> int:
    role = None if given.role is None else Role(given.role)
    async with it.at_data() as data:
        ended = await data.write(_end, given.person, role)
    if not ended:
        it.complain(text("cli.staff.not_found", person=str(given.person)))
        return 1
    it.tell(text("cli.staff.ended", person=str(given.person)))
    return 0


def _end(desk: Desk, person: int, role: Role | None) -> bool:
    """False when nobody has this number and role."""
    members = {it.person_id: it for it in people.staff(desk.connection, keys=desk.keys)}
    member = members.get(person)
    if member is None or (role is not None and role not in member.roles):
        desk.record(audit.Act("refused", ROLE, None, None, {"command": "staff end"}))
        return False
    if role is None:
        staffing.cut_off(desk, person)
        desk.record(audit.Act("cut_off", ROLE, None, person))
    else:
        staffing.end_role(desk, person, role)
        desk.record(audit.Act("end_role", ROLE, None, person, {"role": role.value}))
    return True


_COMMANDS: Mapping[str, Callable[[Operator, argparse.Namespace], Awaitable[int]]] = {
    "run": starting.run,
    "rehearse": starting.rehearse,
    "chat": _chat,
    "check": _check,
    "publish": _publish,
    "backup": _backup,
    "summary": _summary,
    "staff invite": _staff_invite,
    "staff list": _staff_list,
    "staff end": _staff_end,
    "staff reset-pin": _staff_reset_pin,
    "envelopes import": envelope_commands.import_list,
    "envelopes generate": envelope_commands.generate,
    "envelopes paper": envelope_commands.lay_paper,
    "envelopes status": envelope_commands.status,
    "envelopes open": envelope_commands.open_all,
    "envelopes certificate": envelope_proofs.certificate,
    "envelopes verify": envelope_proofs.verify,
    "erase": erase_command.erase,
    "keys list": key_commands.list_keys,
    "keys rotate": key_commands.rotate,
    "keys retire": key_commands.retire,
    "take-over template": taking_over.template,
    "take-over check": taking_over.check,
    "take-over load": taking_over.take_over,
    "audit verify": record_proofs.verify,
    "audit show": record_views.show_entries,
}
