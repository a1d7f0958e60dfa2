"""On which way somebody wants to be reached first. The others are taken when it fails."""

from flows.commands.about_participant import COORDINATOR
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick
from flows.effects import Decision
from flows.effects.accounts import PreferChannel
from flows.effects.speaking import Say
from flows.facts.ways import OwnWaysFacts, Ways, WaysFacts
from flows.forms import Answers, Item, Review
from flows.messages import say
from flows.roles import Role
from flows.text import Text, text

# No way in particular: the usual order.
USUAL = "USUAL"


def _channel_item(ways: Ways | None) -> Item:
    channels = () if ways is None else ways.channels
    labels = {it: text(f"channel.{it}") for it in channels}
    return pick("first_channel", {**labels, USUAL: text("option.first_channel.USUAL")})


def _own_items(facts: OwnWaysFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (_channel_item(facts.ways),)


def _check_own(facts: OwnWaysFacts, _a: Answers, given: Circumstances) -> Text | None:
    if len(facts.ways.channels) > 1:
        return None
    channel = text(f"channel.{facts.ways.channels[0]}")
    if Role.PARTICIPANT not in given.roles:
        return text("refused.one_channel_of_staff", channel=channel)
    return text("refused.one_channel", channel=channel, phone=given.trial.site.clinic_phone)


def _prefer_own(facts: OwnWaysFacts, answers: Answers, _given: Circumstances) -> Decision:
    return _prefer(facts.ways, answers)


def _items(facts: WaysFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, _channel_item(facts.ways))


def _check(facts: WaysFacts, _a: Answers, _g: Circumstances) -> Text | None:
    if facts.chart is None or facts.ways is None or len(facts.ways.channels) > 1:
        return None
    return text("refused.no_other_channel", code=facts.chart.code)


def _prefer_theirs(facts: WaysFacts, answers: Answers, _given: Circumstances) -> Decision:
    assert facts.ways is not None
    return _prefer(facts.ways, answers)


def _prefer(ways: Ways, answers: Answers) -> Decision:
    chosen = str(answers["first_channel"])
    channel = None if chosen == USUAL else chosen
    told = (
        text("channels.usual")
        if channel is None
        else text("channels.first", channel=text(f"channel.{channel}"))
    )
    return (PreferChannel(ways.person, channel), Say(say(told)))


COMMANDS = (
    Command(
        "channels",
        frozenset(Role),
        OwnWaysFacts,
        _prefer_own,
        "prefer_channel",
        items=_own_items,
        check=_check_own,
    ),
    Command(
        "first_channel",
        COORDINATOR,
        WaysFacts,
        _prefer_theirs,
        "prefer_channel",
        items=_items,
        check=_check,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
)
