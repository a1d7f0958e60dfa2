"""What goes by SMS is looked over before anybody gets it."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, select

from bot.rehearsal.transcript import play
from bot.rehearsal.world import World
from bot.setting_values import Price
from bot.sms.inspecting import health_words_in, sms_problems, sms_table
from bot.sms.plain import bare, in_plain
from bot.sms.texts import texts
from bot.trial.definition_files import read_toml
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.trial.publishing import publication_problems, publish
from bot.turn.bodies import body_of, message_from_json
from flows.messages import Message
from storage import tables
from storage.outbox import Urgency
from tests.bot.spoiling import spoil
from tests.scenes import given

STUDY = load_study(DEFAULT_TRIAL)
CHATS = Path(__file__).parent.parent / "chats"
SAFETY_CHECK = "locales/fa/safety_check.po"
BOTH = {"Exosome and mesotherapy"}
RECALL = 'msgid "safety_check.1.emergency.sms"\nmsgstr "آیا {recall} '


def problems(folder: Path) -> list[str]:
    return sms_problems(load_study(folder))


def test_every_message_is_listed_with_what_it_takes_in_both_languages() -> None:
    rows = sms_table(STUDY, Price(Decimal("1.5"), "toman")).splitlines()[2:]
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]
    found = {(name, language): rest for name, language, *rest in cells}
    assert {name for name, language in found if language == "fa"} == {
        name for name, language in found if language == "en"
    }
    letters, *rest = found["pgais.1.overall", "fa"]
    assert 4 * 67 < int(letters) <= 5 * 67
    assert rest == ["UCS-2", "1", "5", "7.5 toman"]
    assert found["sms.code", "en"][1:] == ["GSM-7", "1", "1", "1.5 toman"]


def test_a_text_over_the_limit_is_named_with_how_to_mend_it(folder: Path) -> None:
    spoil(folder, "most_parts = 6", "most_parts = 5")
    said = (
        "takes 6 parts of SMS where 5 are allowed; write a shorter text for it "
        "(safety_check.1.warning.sms) in both languages, or raise most_parts below [sms] in "
        "trial.toml"
    )
    found = problems(folder)
    assert f"safety_check.1.warning: fa: {said}" in found
    assert all(": fa: takes 6 parts" in it for it in found)


def test_the_longest_text_is_measured_and_not_what_stands_in_the_catalogue() -> None:
    """The placeholders are filled with what is longest in the definition and the calendars."""
    found = {(it.name, it.language): it.words for it in texts(STUDY)}
    assert "چهارشنبه ۲۵ شهریور ۱۴۰۵" in found["reminder.visit", "fa"]
    assert "{" not in "".join(found.values())


def test_no_health_word_comes_unasked() -> None:
    """The reminders as they arrive, in both languages, beside the words that they must not hold."""
    unasked = [it for it in texts(STUDY) if it.unasked]
    assert {"reminder.visit", "reminder.forms", "book.yours", "sms.code", "unlinked.chat"} <= {
        it.name for it in unasked
    }
    assert {it.name: health_words_in(STUDY, it.words) for it in unasked} == {
        it.name: [] for it in unasked
    }


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("یادآوری جلسهٔ شما", {"جلسه"}),
        ("موهایتان", {"موهایتان"}),
        ("با شما موافقیم", set()),
        ("Your Treatment, at our clinic", {"treatment", "clinic"}),
        ("پیام مزوتراپی", {"مزوتراپی"}),
        ("Exosome and mesotherapy", {"exosome", "mesotherapy", "Exosome", "Mesotherapy"} | BOTH),
    ],
)
def test_a_health_word_is_found_however_it_is_written(words: str, named: set[str]) -> None:
    assert set(health_words_in(STUDY, words)) == named


def test_a_reminder_that_names_a_session_is_refused(folder: Path) -> None:
    spoil(folder, "چند پرسش کوتاه", "چند پرسش دربارهٔ جلسه", SAFETY_CHECK)
    found = problems(folder)
    assert [it.split("”")[0] for it in found] == [
        "reminder.forms: fa: comes unasked and holds “جلسه",
        "reminder.forms_again: fa: comes unasked and holds “جلسه",
    ]


def test_a_shorter_text_for_nothing_is_refused(folder: Path) -> None:
    for language in ("fa", "en"):
        name = f"locales/{language}/safety_check.po"
        spoil(folder, "safety_check.1.emergency.sms", "safety_check.1.emergncy.sms", name)
    key = "safety_check.1.emergncy"
    said = f"{key}.sms: is a shorter text for {key}, which there is not; correct the key"
    assert problems(folder) == [said]


def test_a_shorter_question_about_another_period_is_refused(folder: Path) -> None:
    spoil(folder, RECALL, RECALL.replace("{recall}", "امروز"), SAFETY_CHECK)
    key = "safety_check.1.emergency"
    said = f"{key}.sms: fa: differs from {key} in {{recall}}; it must say the same"
    assert problems(folder) == [said]


def test_shorter_options_that_read_the_same_are_refused(folder: Path) -> None:
    for language, words in (("fa", "زیاد"), ("en", "much")):
        file = folder / f"locales/{language}/pgais.po"
        variants = "".join(
            f'\nmsgid "pgais.1.scale.gais.{code}.sms"\nmsgstr "{words}"\n' for code in ("VMI", "MI")
        )
        file.write_text(file.read_text(encoding="utf-8") + variants, encoding="utf-8")
    assert problems(folder) == [
        f"pgais.1.overall: {language}: two options read the same by SMS; tell them apart"
        for language in ("fa", "en")
    ]


ADDED = '\nmsgid "pgais.1.overall.sms"\nmsgstr "{}"\n'


def test_a_shorter_text_can_be_added_to_a_published_version_and_is_held_then(folder: Path) -> None:
    """The version's own items and words stay as they were published."""
    before = read_toml(folder / "published.toml", dict[str, dict[str, str]])
    for language, words in (("fa", "موهایتان حالا چطور است؟"), ("en", "How is your hair now?")):
        file = folder / f"locales/{language}/pgais.po"
        file.write_text(file.read_text(encoding="utf-8") + ADDED.format(words), encoding="utf-8")
    study = load_study(folder)
    when = "is not published; when it is approved, run: hamrah publish"
    assert [it.detail for it in publication_problems(study)] == [f"en_sms {when}", f"fa_sms {when}"]
    assert publish(study) == ["pgais.1"]
    assert publication_problems(study) == []
    after = read_toml(folder / "published.toml", dict[str, dict[str, str]])
    assert {name: set(after[name].items()) - set(before[name].items()) for name in after} == {
        name: {(part, after[name][part]) for part in ("en_sms", "fa_sms") if name == "pgais.1"}
        for name in before
    }
    spoil(folder, "How is your hair now?", "How is it now?", "locales/en/pgais.po")
    (changed,) = publication_problems(load_study(folder))
    assert changed.detail.startswith("en_sms was changed after it was published")


def test_a_published_shorter_text_is_not_taken_away(folder: Path) -> None:
    for language in ("fa", "en"):
        name = f"locales/{language}/safety_check.po"
        for item in ("title", "emergency", "warning"):
            spoil(folder, f'"safety_check.1.{item}.sms"', f'"other.{item}"', name)
    details = [it.detail for it in publication_problems(load_study(folder))]
    assert [it.split()[0] for it in details] == ["en_sms", "fa_sms"]
    assert all("was changed after it was published" in it for it in details)


@pytest.mark.slow
@pytest.mark.parametrize("chat", sorted((CHATS / "fa").glob("sms_*.txt")), ids=lambda it: it.stem)
async def test_what_arrives_by_sms_is_listed(chat: Path, tmp_path: Path) -> None:
    """No message of the chats is missing in the list; and what came unasked tells nothing."""
    listed = {it.name for it in texts(STUDY)} | {"review.title"}
    world = await World.begin(tmp_path, "fa")
    await play(world, chat.read_text(encoding="utf-8"), given)
    try:
        sent = await world.database.read(_sent_by_sms, world)
    finally:
        await world.end()
    keys = [[part.key for part in message.paragraphs] for _, message in sent]
    assert [it for it in keys if listed.isdisjoint(it)] == []
    unasked = [shown(message) for urgency, message in sent if urgency in UNASKED]
    assert [it for it in unasked if health_words_in(STUDY, it)] == []


UNASKED = {Urgency.NOTICE, Urgency.REMINDER}


def shown(message: Message) -> str:
    paragraphs = in_plain(message, STUDY.wording).paragraphs
    return bare("\n\n".join(STUDY.render(it, "fa") for it in paragraphs))


def _sent_by_sms(connection: Connection, world: World) -> list[tuple[Urgency, Message]]:
    of = tables.outbox
    rows = connection.execute(select(of).where(of.c.channel == "sms", of.c.kind == "message"))
    return [
        (Urgency(row.urgency), message_from_json(body_of(_opened(connection, world, row))))
        for row in rows
    ]


def _opened(connection: Connection, world: World, row: Row[Any]) -> str:
    return world.keys.of(connection, row.person_id).open(row.body)


@pytest.mark.slow
async def test_the_wording_kept_with_an_answer_is_the_one_that_was_shown(tmp_path: Path) -> None:
    """A shorter text for SMS is the same item in other words, and the answer tells in which."""
    world = await World.begin(tmp_path, "fa")
    await given(world, "a treated woman P-001")
    await given(world, "P-001 reached by SMS")
    phone = world.phone("P-001-sms")
    await phone.send("مشکل")
    shown = phone.last
    await phone.send("4")
    try:
        kept = await world.database.read(_digests)
    finally:
        await world.end()
    question, options, *_ = shown.split("\n\n")
    labels = [line.partition(". ")[2] for line in options.split("\n")]
    assert question == "آیا در چند روز اخیر هیچ‌کدام از این مشکل‌ها را داشته‌اید؟"
    assert kept["emergency"] == hashlib.sha256("\n".join((question, *labels)).encode()).hexdigest()


def _digests(connection: Connection) -> dict[str, str]:
    of = tables.response
    return {row.item: row.wording_digest for row in connection.execute(select(of))}
