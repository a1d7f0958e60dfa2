"""A link takes the place of a questionnaire over SMS, and never comes together with its code."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.settings import Settings, read_settings
from bot.sms.inspecting import asked_though_by_link
from bot.turn.desk import Desk
from storage import personal_links, tables, web_chats
from tests.scenes import given


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    it = await World.begin(tmp_path, "en")
    for scene in (
        "a treated woman P-001",
        "a web chat",
        "a definition that asks safety_check by a link over SMS",
        "P-001 reached by SMS",
        "3 days later",
    ):
        await given(it, scene)
    yield it
    await it.end()


@pytest.fixture
def phone(world: World) -> Phone:
    return world.phone("P-001-sms")


def links_made(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(tables.personal_link)).scalar_one()


def answers(connection: Connection) -> int:
    of = tables.response
    return connection.execute(select(func.count()).where(of.c.item == "any")).scalar_one()


def enter(desk: Desk, secret: str, code: str) -> bool:
    """As the page does it; False when the code is not the link's."""
    link = personal_links.find(desk.connection, keys=desk.keys, secret=secret)
    assert link is not None
    fits = personal_links.fits(desk.connection, keys=desk.keys, link=link, secret=secret, code=code)
    if fits:
        personal_links.begin_session(
            desk.connection,
            keys=desk.keys,
            link=link,
            chat=web_chats.open_chat(desk.connection, at=desk.now),
            token="token",
            at=desk.now,
            expires_at=desk.now + timedelta(days=1),
        )
    return fits


def secret_and_code(world: World, phone: Phone) -> tuple[str, str]:
    secret = re.search(r"/chat/#(\w+)", phone.last)
    code = re.search(r"this code: (\d{6})", world.phone("coordinator").last)
    assert secret is not None
    assert code is not None
    return secret[1], code[1]


async def wish(phone: Phone) -> None:
    """Ask for the questionnaire once more."""
    await phone.send("questions")
    await phone.send("1")


async def test_the_link_goes_to_the_phone_and_the_code_to_the_coordinator_alone(
    world: World, phone: Phone
) -> None:
    await phone.send("1")
    secret, code = secret_and_code(world, phone)
    assert not any(re.search(rf"\b{code}\b", it.words) for it in phone.shown)
    assert all(secret not in it.words for it in world.phone("coordinator").shown)
    assert await world.at_desk(enter, secret, code)


async def test_a_second_wish_leaves_the_link_as_it_is_and_the_next_day_makes_another(
    world: World, phone: Phone
) -> None:
    await phone.send("1")
    secret, _ = secret_and_code(world, phone)
    for _ in range(3):
        await wish(phone)
    assert "today" in phone.last
    assert await world.database.read(links_made) == 1
    await world.pass_time(timedelta(days=1))
    await wish(phone)
    assert await world.database.read(links_made) == 2
    newer, _ = secret_and_code(world, phone)
    assert newer != secret


async def test_whoever_entered_their_page_gets_its_address_alone(
    world: World, phone: Phone
) -> None:
    await phone.send("1")
    await world.at_desk(enter, *secret_and_code(world, phone))
    told = len(world.phone("coordinator").shown)
    await wish(phone)
    assert "https://hamrah.example.ir/chat/\n" in phone.last
    assert await world.database.read(links_made) == 1
    assert len(world.phone("coordinator").shown) == told


async def test_what_was_begun_elsewhere_is_not_answered_by_sms(world: World, phone: Phone) -> None:
    """A number from the phone is no answer to a question that the page shows."""
    study = world.study
    world.study = replace(
        study, trial=replace(study.trial, sms=replace(study.trial.sms, by_link=()))
    )
    await phone.send("1")
    assert "1. No" in phone.last
    world.study = study
    await phone.send("1")
    assert "/chat/#" in phone.last
    assert await world.database.read(answers) == 0


async def test_what_is_reported_at_any_time_is_asked_at_once(world: World, phone: Phone) -> None:
    await given(world, "a definition that asks side_effects by a link over SMS")
    await phone.send("problem")
    assert "1. Trouble breathing" in phone.last


async def test_without_a_web_chat_the_questions_are_asked(world: World, phone: Phone) -> None:
    world.links = replace(world.links, personal=None)
    await phone.send("1")
    assert "1. No" in phone.last
    assert await world.database.read(links_made) == 0


@pytest.mark.parametrize(("url", "said"), [("", 1), ("https://hamrah.example.ir", 0)])
def test_it_is_said_where_there_is_no_page(world: World, url: str, said: int) -> None:
    settings: Settings = read_settings({"HAMRAH_WEB_URL": url}, Path("none"))
    words = asked_though_by_link(settings, world.study)
    assert len(words) == said
    assert all("safety_check" in world.study.render(it, "en") for it in words)
