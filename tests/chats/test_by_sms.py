"""What a participant does in a bot, they do by SMS: the same is kept, to the last answer."""

from pathlib import Path

import pytest

from bot.rehearsal.transcript import play, read
from bot.rehearsal.world import World
from tests.chats.by_sms import WHO, given

CHATS = Path(__file__).parent

# Chats of a participant that mean something else by SMS, or nothing.
_ENTERS = "how somebody enters by SMS is in sms_entering"
_TICKS = "an option acts as soon as it is ticked; by SMS all that apply are sent together"
_FILES = "no picture, voice message or sticker comes by SMS"
_OLD = "a button of an old message is tapped; by SMS a number means what was sent last"
NOT_BY_SMS = {
    "a_new_link": _ENTERS,
    "entering": _ENTERS,
    "entering_refusing": _ENTERS,
    "links_that_do_not_open": _ENTERS,
    "alert": _TICKS,
    "alert_nobody": _TICKS,
    "event_linked": _TICKS,
    "red_flags": _TICKS,
    "attachment": _FILES,
    "mail": _FILES,
    "other_things_in_a_form": _FILES,
    "writing_to_the_clinic": _FILES,
    "another_time": _OLD,
    "old_buttons": _OLD,
    "questionnaire_reminders": _OLD,
    "rebook": _OLD,
    "rebook_too_late": _OLD,
    "participant_help": "“help” alone is a command by SMS, and a letter elsewhere",
    "across_channels": "SMS stand beside another channel in it",
    "first_channel": "SMS stand beside another channel in it",
    "alert_number": "the participant has SMS alone from the beginning",
}


def _speakers(path: Path) -> set[str]:
    return {step.who for step in read(path.read_text("utf-8")) if step.kind == "speech"}


def _chats(language: str) -> dict[str, set[str]]:
    """Who speaks in each chat in which the participant does."""
    chats = {path.stem: _speakers(path) for path in sorted((CHATS / language).glob("*.txt"))}
    return {name: speakers for name, speakers in chats.items() if WHO in speakers}


# What staff do in between is the same in any language.
PLAYED = [
    (language, name)
    for language in ("fa", "en")
    for name, speakers in _chats(language).items()
    if name not in NOT_BY_SMS and (language == "fa" or speakers == {WHO})
]


@pytest.mark.slow
@pytest.mark.parametrize(("language", "name"), PLAYED)
async def test_a_chat_keeps_the_same_by_sms(language: str, name: str, tmp_path: Path) -> None:
    """Whatever was tapped is sent as its number, or in its words."""
    chat = (CHATS / language / f"{name}.txt").read_text("utf-8")
    world = await World.begin(tmp_path, language)
    try:
        written = await play(world, chat, given)
        channel = world.phones[WHO].channel
    finally:
        await world.end()
    assert channel == "sms"
    assert _kept(written) == _kept(chat)


def _kept(chat: str) -> list[str]:
    """What is kept of whom; what is noted of each turn differs, as the turns do."""
    lines = (line for line in chat.splitlines() if line.startswith("= "))
    return sorted(line for line in lines if not line.startswith("= audit"))


def test_what_is_not_played_is_there() -> None:
    """A chat that is renamed, or in which no participant speaks, is taken from the list."""
    assert NOT_BY_SMS.keys() <= _chats("fa").keys()
