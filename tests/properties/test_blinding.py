"""The same trial twice, with the arms permuted: whoever is blinded sees, to the byte, the same.

Randomness is drawn from the same seed in both, so even what is sealed must be equal. What may
differ is listed here: the arms in their envelopes and their commitments, and what names a product
for each arm: batches, session notes, what is written of events and alerts, and what a participant
writes. With these differ the digests of the chains, which are made of ciphertexts and tell nothing
without the keys; a digest that is told to somebody is left out by its very digits.
"""

import random
import re
import secrets
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.operator import Operator
from bot.record_views import csv_of, view_of
from bot.rehearsal import pictures
from bot.rehearsal.phones import Phone
from bot.rehearsal.stage import PIN
from bot.rehearsal.world import World
from bot.settings import read_settings
from bot.turn import arms
from bot.turn.incoming import Content, Tapped, Typed
from flows import commands
from flows.allocation_list import AllocationList, ArmPlan, Plan, generate_allocation_list
from flows.roles import Role
from storage import participants, tables

# Which columns may differ between the two; nothing else may, in any table.
UNBLINDED = {
    "sealed_arm": {"arm"},
    "session_note": {"batch", "notes"},
    "safety_note": {"words"},
    "response": {"words", "reason"},
    "correction_request": {"asked", "reason"},
    "envelope": {"commitment"},
    "record": {"content", "digest"},
    "audit": {"previous", "digest", "recorded"},
    "audit_head": {"digest"},
    "sign_off": {"digest"},
}
PLANTED = {"A": "EXOLOT", "B": "DUOLOT", "C": "MEZLOT"}
NAMES = ("exosome", "mesotherapy", "اگزوزوم", "مزوتراپی")
# `letter` is for trials with paper envelopes; `agree` follows on the first choice of a language.
NOT_GIVEN_HERE = {"letter", "agree"}
MOST_QUESTIONS = 60


@dataclass
class Watched(World):
    """A world that knows the arms it was sealed with, and notes which commands were given."""

    drawn: tuple[str, ...] = ()
    given: set[str] = field(default_factory=set)

    async def receive(
        self, phone: Phone, content: Content, *, update_id: int | None = None
    ) -> None:
        match content:
            case Typed(words) if words.startswith("/"):
                self.given.add(words[1:].split()[0])
            case Tapped(data) if data.startswith("r:"):
                self.given.add(data.split(":")[1])
            case _:
                pass
        await super().receive(phone, content, update_id=update_id)

    async def seal(self, permuted: Mapping[str, str]) -> None:
        trial = self.study.trial
        plan = Plan(
            tuple(ArmPlan(arm.code, frozenset({arm.code}), arm.weight) for arm in trial.arms),
            trial.allocation.block_size,
            trial.target,
        )
        drawn = generate_allocation_list(plan, random.Random(1).shuffle)
        self.drawn = tuple(permuted[arm] for arm in drawn.arms)
        await self.at_desk(arms.seal_envelopes, AllocationList(self.drawn))

    async def fill_in(self, phone: Phone) -> None:
        """Answer whatever is asked with the first option, or "none of these", to the end."""
        for _ in range(MOST_QUESTIONS):
            data = [it for row in phone.shown[-1].buttons for _, it in row]
            if any(it.startswith("S:") for it in data):
                await phone.press("S")
                return
            if any(it.startswith("a:") for it in data):
                await phone.press("a")
            else:
                await phone.tap_data(next(it for it in reversed(data) if it.startswith("t:")))
                await phone.press("d")
        raise AssertionError("the form has no end")

    def product(self, number: int) -> str:
        """What this participant was given, by the name of its batch."""
        return PLANTED[self.drawn[number - 1]]

    async def session(self, number: int, visit: str) -> None:
        """The clinician names the product in batch and notes."""
        clinician, product = self.phone("clinician"), self.product(number)
        code = f"P-{number:03}"
        if number == 3 and visit == "baseline":
            await self.say("clinician", f"/before_session {code} {visit}", "(NO)", "(NO)")
            await self.say("clinician", "(CHANGED)", f"no {product} elsewhere", "[S]")
        else:
            await self.check_before_session(code, visit)
        await clinician.send(f"/session P-{number:03} {visit} today {product}")
        await clinician.send(f"{product} was given")
        await clinician.press("S")
        await clinician.send(f"/arm P-{number:03}")
        await clinician.press("r")
        await clinician.send(f"/sessions P-{number:03}")
        await clinician.press("r")

    async def say(self, name: str, *lines: str) -> None:
        """Lines are typed; [X] presses a button of that kind, (X) chooses an option."""
        phone = self.phone(name)
        for line in lines:
            if line.startswith("["):
                await phone.press(line[1:-1])
            elif line.startswith("("):
                await phone.choose(line[1:-1])
            else:
                await phone.send(line)


async def play(world: Watched, permuted: Mapping[str, str]) -> None:
    await world.add_all_staff()
    await world.seal(permuted)
    await world.confirm_protocol()
    await _enrol(world)
    page = "https://hamrah.example/chat/#{}".format
    world.links = replace(world.links, personal=page, sms=True)
    await world.say("coordinator", "/personal_link P-001", "/sms P-001 09120000001")
    await world.say("coordinator", "/first_channel P-001", "/channels")
    await _first_week(world)
    await _first_month(world)
    await _to_the_end(world)
    await _query(world)
    await _look_back(world)
    await _guess(world)
    await _paper_where_there_is_none(world)
    await _unblind_one(world)
    await _end_the_trial(world)
    await _put_right(world)
    await _staff_changes(world)


async def _enrol(world: Watched) -> None:
    await world.say("coordinator", "/help", "/screen", "(NOT_ENTERED)", "(F)", "17", "(AGE)", "[S]")
    for number, (name, sex) in enumerate((("Sara", "F"), ("Omid", "M"), ("Mina", "F")), start=1):
        code = await world.consent(name, sex=sex)
        await world.enter(code)
        await world.make_eligible(code, sex=sex)
        await world.randomize(code)
        await world.session(number, "baseline")


async def _first_week(world: Watched) -> None:
    await world.pass_time(timedelta(days=3, hours=6))
    await world.say(
        "P-001", "/open", "[r]", "(YES)", "(BREATHING)", "[d]", "(EYELIDS)", "[d]", "[S]"
    )
    await world.say("clinician", "/alerts", "[r]", f"{world.product(1)} washed out")
    await world.say("coordinator", "/alerts", "/events")
    await world.pass_time(timedelta(hours=10))
    await world.say("pi", "/alerts", "/summary", "/protocol")
    await world.say("P-002", "My head itches a little, is that normal?", "/visits", "/help")
    await world.phone("P-003").send_file("what is this?")
    await world.say("coordinator", "/mail")
    await world.phone("coordinator").tap_data("r:attachment:2")
    await world.say("coordinator", "/take_mail 1", "/cancel", "/answer 1 yes,", "[S]", "/cancel")
    await world.say("coordinator", "/close_mail 2", "(PHONED)")
    await world.say("P-001", "/side_effect")
    await world.fill_in(world.phone("P-001"))
    await world.say("P-002", "/language", "(fa)", "/language", "(en)", "/stop")
    await world.say("coordinator", "/renew_messages P-002 today", "[S]")
    await world.say("P-003", "stop", "/start")
    await _events(world)


async def _events(world: Watched) -> None:
    """Whoever writes of an event names the product; the PI acknowledges it and gets the report."""
    product = world.product(3)
    await world.say("P-003", "/side_effect", *("(NONE)", "[d]") * 3, "(OTHER)", "[d]")
    await world.say("P-003", f"{product} burnt")
    await world.fill_in(world.phone("P-003"))
    await world.say("clinician", "/events", "/assess_event P-003 3", "today", "(YES)", "(1)")
    await world.say("clinician", "(NOT_SERIOUS)", "[d]", "(POSSIBLE)", "(EXPECTED)", "(NO_CHANGE)")
    await world.say("clinician", "(RECOVERING)", f"{product} burns", "[S]")
    await world.say("clinician", "/report_event P-003 OTHER", f"after {product}", "(PHONE)", "[S]")
    await world.say("clinician", "today", "(NO)", "(3)", "(HOSPITAL)", "[d]", "(PROBABLE)")
    await world.say("clinician", "(UNEXPECTED)", "(POSTPONED)", "(RECOVERED)", "today")
    await world.say("clinician", f"{product} oedema", f"{product} was given", "[S]")
    await world.say("pi", "/events", "/acknowledge_event P-003", "(AE-004)", "heard")
    await world.say("pi", "/event_report P-003 4", "(fa)", "/events")
    await world.say("clinician", "/follow_up_event P-003 4", "(RECOVERED)", "today", "(NO)")
    await world.say("clinician", f"{product} again", "[S]", "/event_report P-003 4", "(en)")
    await world.say("clinician", "/close_event P-003 4", "[S]", "/show_event P-003 4")
    await world.say("clinician", "/report_event P-003 OTHER", f"{product} again", "(IN_PERSON)")
    await world.say("clinician", "[S]", "/cancel", "/link_event P-003 5 3", "[S]")
    await world.say("clinician", "/show_event P-003 3")
    await _a_correction(world)


async def _a_correction(world: Watched) -> None:
    """What was reported in words, and why it should be corrected, names the product."""
    product = world.product(3)
    await world.say("P-003", "/correct", "1", "(OTHER.what)", f"{product} cooled")
    await world.say("P-003", f"it was {product}", "[S]")
    await world.say("clinician", "/show_correction P-003 1", "/decide_correction P-003", "(AGREE)")
    await world.say("clinician", "[s]", "[S]")
    await world.say("P-003", "/confirm_correction 1 YES")


async def _first_month(world: Watched) -> None:
    day = (world.study.today(world.now) + timedelta(days=24)).isoformat()
    for code in ("P-001", "P-002", "P-003"):
        await world.say("coordinator", f"/book {code} month_1 {day} 10:00")
        if world.phone("coordinator").is_asked("BOOK"):
            await world.say("coordinator", "(BOOK)")
        await world.say("coordinator", "[S]", f"/card {code}")
    await world.phone("P-003").tap_data(f"r:another_time:month_1:{day}")
    await world.say("P-003", "a Sunday, please")
    await world.say("coordinator", "[r:rebook]", f"/book P-003 month_1 {day} 11:00", "[S]")
    await world.pass_time(timedelta(days=23))
    await world.phone("P-001").tap_data(f"r:coming:month_1:{day}:YES")
    await world.phone("P-002").tap_data(f"r:coming:month_1:{day}:NO")
    await world.pass_time(timedelta(days=1))
    await world.say("coordinator", "/today", "/worklist UNBOOKED", "/called P-003 NO_ANSWER")
    await world.say("coordinator", "/attended P-001 month_1 today", "[S]")
    await world.say("coordinator", "/missed P-002 month_1 today", "[s]", "[S]")
    await world.photograph("P-001", "month_1")
    await world.say("clinician", "/card P-001", "/pictures P-001 month_1", "[r]")
    await world.phone("clinician").send_file("", pictures.reference("sharp picture"))
    await world.session(1, "month_1")
    await world.session(3, "month_1")
    await _correct(world)
    await _rate(world)


async def _correct(world: Watched) -> None:
    """A coordinator corrects what was entered."""
    await world.say("coordinator", "/correct_entry P-002")
    await world.phone("coordinator").tap("1.")
    await world.say("coordinator", "(NOT_SO)", "tapped by mistake", "[S]", "/history P-002")


async def _rate(world: Watched) -> None:
    await world.pass_time(timedelta(days=2))
    rater = world.phone("rater")
    await world.say("rater", "/help", "/ratings", "[r]")
    await world.fill_in(rater)
    await world.say("rater", "/correct_rating")
    while not any(data.startswith("a:") for _, data in rater.shown[-1].buttons[0]):
        await rater.send("/correct_rating")
    await rater.press("a")
    await rater.tap_data(_last_choice(rater))
    await world.say("rater", "looked again", "[S]", "/rate", "[a]", "/learnt_arm P-003", "[S]")
    await world.say("rater", "/ratings")


def _last_choice(phone: Phone) -> str:
    chosen = [data for row in phone.shown[-1].buttons for _, data in row if data.startswith("a:")]
    return chosen[-1]


async def _to_the_end(world: Watched) -> None:
    await world.say("clinician", "/discontinue P-003 today", "[s]", "[S]")
    await world.say("clinician", "/report_pregnancy P-003 today", "[S]")
    await world.say("pi", "/events", "/acknowledge_event P-003", "(PR-001)", "heard")
    await world.say("clinician", "/pregnancy P-003 LIVE_BIRTH today", "[S]")
    await world.pass_time(timedelta(days=95))
    await _enter_for(world)
    for _ in range(2):
        await world.say("P-001", "/open", "[r]")
        await world.fill_in(world.phone("P-001"))
    await world.say(
        "coordinator", "/withdraw P-002 today", "[s]", "[S]", "/lost P-003 today", "[s]"
    )
    await world.say("coordinator", "[S]", "/mail", "/card P-001", "/card P-002")
    await world.say(
        "clinician", "/died P-003 today", "[s]", "[S]", "/randomize P-001", "/arm P-001"
    )
    await world.say("allocator", "/help", "/randomize P-001", "/card P-001")
    await world.say("pi", "/summary", "/help", "/language", "(fa)", "/summary")
    await world.pass_time(timedelta(days=14))


async def _guess(world: Watched) -> None:
    """Rated or not: whoever is done with a participant guesses, and so does nobody else."""
    await world.say("rater", "/ratings", "[r]", "[a]", "/guess", "/ratings")


async def _paper_where_there_is_none(world: Watched) -> None:
    methodologist = await world.add_staff("methodologist", Role.METHODOLOGIST)
    await methodologist.send("/balance")
    for name in ("coordinator", "allocator", "pi"):
        await world.say(name, "/witness P-001", "/envelope_incident 1", "/balance")


async def _query(world: Watched) -> None:
    """What is asked about the record, and what went otherwise, by whoever may and may not."""
    await world.say("clinician", "/raise_query P-001 other", "the date, please", "[S]")
    await world.say("coordinator", "/queries_of P-001", "[r:answer_query]", "it is right", "[S]")
    for name in ("pi", "clinician", "coordinator"):
        await world.say(name, "/queries")
    await world.say(
        "pi", "/queries_of P-001", "[r:close_query]", "/deviation P-001 today", "read twice", "[S]"
    )
    for name in ("pi", "rater", "allocator"):
        await world.say(name, "/deviations", "/queries_of P-001", "/cancel")


async def _enter_for(world: Watched) -> None:
    """Staff enter what one participant wrote on paper, and what another says on the phone."""
    coordinator, clinician = world.phone("coordinator"), world.phone("clinician")
    await world.say(
        "coordinator", "/answer_for P-001", "[a]", "(PAPER)", "today", "no phone", "[S]"
    )
    await world.fill_in(coordinator)
    await world.say("clinician", "/answer_for P-003", "(NEW)", "(TELEPHONE)", "no phone", "[S]")
    await world.fill_in(clinician)
    await world.say("coordinator", "/retract_answers P-001", "[a]", "(NOT_SO)", "a slip", "[S]")
    await world.say("clinician", "/retract_answers P-003", "2", "(ANSWERS)", "a slip", "[S]")


async def _unblind_one(world: Watched) -> None:
    """The clinician is shown an arm that they know; the PI agrees to it unseen."""
    await world.say("clinician", "/unblind P-001", "she is in hospital", PIN, "[S]")
    await world.say("pi", "[r]", PIN, "[S]")
    await world.say("clinician", "[r]")


async def _end_the_trial(world: Watched) -> None:
    await world.say("pi", "/trial_end", "/lock", "(YES)", "it ends here", PIN, "[S]")
    await world.say("pi", "/sign_off", "(YES)", PIN, "[S]", "/unblind_trial", "(YES)", PIN, "[S]")
    await world.say("clinician", "[r]", PIN, "[S]", "/alerts")


async def _look_back(world: Watched) -> None:
    """What staff can read of a participant, by whoever may."""
    for name in ("coordinator", "clinician", "rater", "allocator"):
        await world.say(name, "/find sara", "P-001", "/card_page P-001 treatment")
        await world.say(name, "/history P-001", "/history_page P-001 2", "/cancel")
        await world.say(name, "/why P-001", "/why_page P-001 1", "/cancel")


async def _put_right(world: Watched) -> None:
    await world.say("coordinator", "/correct_identity P-001 name", "Sara Ahmadi", "a typo", "[S]")
    await world.say("coordinator", "/wrong_link P-001", "her sister has it", "[S]", "/mail")
    await world.say("P-001", "hello", "/side_effect")


async def _staff_changes(world: Watched) -> None:
    await world.say("administrator", "/start", "/help", "/staff", "/invite_staff Ali clinician")
    await world.say("administrator", "[S]", "/give_role", "(6)", "(clinician)", "[S]")
    await world.say("administrator", "/end_role", "(6)", "(clinician)", "[S]")
    await world.say("administrator", "/reset_pin", "(4)", "111111", PIN, "[S]")
    await world.say("rater", "/pin", "123456", "864202", "864202", "[S]")
    await world.say("administrator", "/cut_off", "(4)", "[S]")
    await world.say("administrator", "/staff", "/ended_staff")
    await world.say("pi", "/alert_number 0912 111 2233")
    await world.say("stranger", "hello", "/start guessed", "/arm P-001")


@dataclass
class Run:
    """What one playing of the trial left behind."""

    chats: dict[str, Any]
    bodies: list[str]
    tables: dict[str, list[dict[str, Any]]]
    logs: str
    given: set[str]
    telling_a_digest: set[int]
    views: str


async def run(folder: Path, permuted: Mapping[str, str], capfd: pytest.CaptureFixture[str]) -> Run:
    world = await Watched.begin(folder, "en")
    await play(world, permuted)
    views = "".join([await _view(world, person) for person in await _everybody(world)])
    digests = await world.database.read(_digests)
    sent = await world.database.read(_sent, world)
    bodies = [_without(digests, body) for body in sent.values()]
    chats = {
        phone.name: (
            [
                (_without(digests, _seen(phone.name, it.words)), it.buttons, it.kind)
                for it in phone.shown
            ],
            phone.silent_taps,
        )
        for phone in world.phones.values()
    }
    others = {
        phone.name: phone.popups
        for phone in world.phones.values()
        if phone.name not in ("allocator", "clinician")
    }
    await world.end()
    return Run(
        {"chats": chats, "pop-ups": others},
        bodies,
        _dump(folder / "hamrah.sqlite3"),
        "".join(capfd.readouterr()),
        world.given,
        {message for message, body in sent.items() if _without(digests, body) != body},
        _without(digests, views),
    )


async def _everybody(world: World) -> list[int]:
    everybody = select(tables.person.c.id).order_by(tables.person.c.id)
    return await world.database.read(lambda connection: list(connection.scalars(everybody)))


async def _view(world: World, person: int) -> str:
    """What the audit trail shows of a person, as a file."""
    settings = read_settings({}, Path("no .env"))
    view = await world.at_desk(view_of, None, person, None)
    assert view is not None
    return csv_of(Operator(settings, world.study, "en"), view).decode()


def _seen(name: str, words: str) -> str:
    """What stood on a phone, but for what its owner may know: participants what they wrote
    themselves, and their clinician what was written of their events."""
    return _without_products(words) if name == "clinician" or name.startswith("P-") else words


def _without_products(words: str) -> str:
    for product in PLANTED.values():
        words = words.replace(product, "(product)")
    return words


def _digests(connection: Connection) -> list[str]:
    """As far as they are told: sixteen digits, or all."""
    found = [digest.hex() for digest in connection.scalars(select(tables.audit.c.digest))]
    return [*found, *(digits[:16] for digits in found)]


def _without(digests: Sequence[str], words: str) -> str:
    for digits in digests:
        words = words.replace(digits, "(digest)")
    return words


def _sent(connection: Connection, world: World) -> dict[int, str]:
    """Every message as it is kept. What a participant wrote is shown to them again."""
    rows = connection.execute(select(tables.outbox).order_by(tables.outbox.c.id)).all()
    enrolled = participants.everyone(connection)
    bodies = {
        row.id: (row.person_id, world.keys.of(connection, row.person_id).open(row.body))
        for row in rows
    }
    return {
        message: _without_products(body) if to in enrolled else body
        for message, (to, body) in bodies.items()
    }


def _dump(path: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        names = [
            row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: [dict(row) for row in file.execute(f"SELECT * FROM {name} ORDER BY rowid")]
            for name in names
        }


def _blinded(run: Run, name: str) -> list[dict[str, Any]]:
    hidden = UNBLINDED.get(name, set())
    enrolled = {row["person_id"] for row in run.tables["participant"]}
    return [
        {column: row[column] for column in row.keys() - hidden - _own(run, name, row, enrolled)}
        for row in run.tables[name]
    ]


def _own(run: Run, name: str, row: dict[str, Any], enrolled: Collection[int]) -> set[str]:
    """A message to a participant is sealed with what they wrote, and one to the investigator with
    a digest; `_sent` compares the rest of them. What is signed off is a digest too."""
    match name:
        case "outbox" if row["person_id"] in enrolled or row["id"] in run.telling_a_digest:
            return {"body"}
        case "audit" if row["verb"] == "sign_off":
            return {"detail"}
    return set()


@pytest.mark.slow
async def test_whoever_is_blinded_sees_the_same_whatever_the_arms_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    runs = []
    for name, permuted in (
        ("first", {"A": "A", "B": "B", "C": "C"}),
        ("second", {"A": "B", "B": "C", "C": "A"}),
    ):
        monkeypatch.setattr(secrets, "token_bytes", random.Random(7).randbytes)
        runs.append(await run(tmp_path / name, permuted, capfd))
    first, second = runs
    _every_command_was_given(first)
    _the_clinician_read_it(first)
    _nothing_seen_differs(first, second)
    _no_stored_row_differs(first, second)
    _no_message_names_an_arm(first)
    _no_message_names_an_arm(second)


def _every_command_was_given(run: Run) -> None:
    assert run.given >= {command.name for command in commands.COMMANDS} - NOT_GIVEN_HERE


def _the_clinician_read_it(run: Run) -> None:
    """What was planted is there to be seen, by whoever may see it."""
    shown, _ = run.chats["chats"]["clinician"]
    seen = "\n".join(words for words, _, _ in shown)
    assert all(f"(product) {it}" in seen for it in ("was given", "burnt", "oedema"))
    assert all(f"(product) {it}" in seen for it in ("again", "burns", "cooled"))


def _nothing_seen_differs(first: Run, second: Run) -> None:
    assert first.logs == second.logs
    assert first.bodies == second.bodies
    assert first.views == second.views
    for name, chat in first.chats["chats"].items():
        assert chat == second.chats["chats"][name], name
    assert first.chats["pop-ups"] == second.chats["pop-ups"]


def _no_stored_row_differs(first: Run, second: Run) -> None:
    assert first.tables["sealed_arm"] != second.tables["sealed_arm"]
    assert first.tables["arm_guess"]
    for name in first.tables:
        assert _blinded(first, name) == _blinded(second, name), name


def _no_message_names_an_arm(run: Run) -> None:
    """By keys and parameters, as they are stored; the trial's own title is a key there. No view of
    the audit trail names one either."""
    for body in run.bodies:
        assert not re.search(r"(?<![\w.])[ABC](?![\w])", body)
    for body in (*run.bodies, run.views):
        assert not any(name in body.lower() for name in NAMES)
        assert not any(product in body for product in PLANTED.values())
