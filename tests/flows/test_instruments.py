"""An instrument's file becomes a form: scales shared, follow-ups written out, wording by key."""

from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.forms import AlertLevel, Choice, Choices, Number, When
from flows.instruments import FilledBy, Instrument, ItemKind, ItemSpec, form, numeric_map

STUDY = load_study(DEFAULT_TRIAL)


def real(name: str) -> Instrument:
    return STUDY.latest(name)


def test_ids_are_unique_and_conditions_look_back() -> None:
    for instrument in STUDY.instruments.values():
        seen = {"sex"}
        for item in form(instrument).items:
            assert item.id not in seen
            assert {when.item for when in item.when} <= seen
            seen.add(item.id)


def test_each_picked_option_is_followed_up_and_none_of_these_is_not() -> None:
    items = {item.id: item for item in form(real("side_effects")).items}
    assert items["PAIN.severity"].when == (When("site", frozenset({"PAIN"})),)
    assert not any(item_id.startswith("NONE.") for item_id in items)


def test_a_follow_up_can_be_for_one_option_only() -> None:
    what = [it.id for it in form(real("side_effects")).items if it.id.endswith(".what")]
    assert what == ["OTHER.what"]


def test_a_follow_ups_condition_speaks_of_the_same_option() -> None:
    days = form(real("side_effects")).item("PAIN.days")
    assert days is not None
    assert days.when == (
        When("site", frozenset({"PAIN"})),
        When("PAIN.duration", frozenset({"OVER"})),
    )
    assert days.kind == Number(0, 150)


def test_a_follow_ups_question_names_its_option() -> None:
    severity = form(real("side_effects")).item("PAIN.severity")
    assert severity is not None
    assert severity.question.key == "side_effects.1.each.severity"
    assert (
        dict(severity.question.params)["term"]
        == form(real("side_effects")).items[2].options[0].label
    )


def test_a_scale_is_worded_once_and_an_items_own_options_by_item() -> None:
    severity = form(real("side_effects")).item("PAIN.severity")
    emergency = form(real("side_effects")).item("emergency")
    assert severity is not None
    assert emergency is not None
    assert isinstance(severity.kind, Choice)
    assert isinstance(emergency.kind, Choices)
    assert severity.options[0].label.key == "side_effects.1.scale.severity.MILD"
    assert severity.options[0].number == 1
    assert emergency.options[0].label.key == "side_effects.1.emergency.BREATHING"
    assert emergency.options[0].alert is AlertLevel.AT_ONCE
    assert emergency.options[-1].exclusive


def test_a_report_at_any_time_asks_about_its_own_period() -> None:
    scheduled, any_time = form(real("side_effects")), form(real("side_effects"), any_time=True)
    asked = [dict(it.items[0].question.params)["recall"] for it in (scheduled, any_time)]
    assert [getattr(it, "key", None) for it in asked] == [
        "side_effects.1.recall.start",
        "side_effects.1.recall.recent",
    ]
    assert [it.id for it in scheduled.items] == [it.id for it in any_time.items]


def test_criteria_that_exclude_are_marked() -> None:
    eligibility = real("eligibility")
    assert eligibility.excludes("healthy", "NO")
    assert not eligibility.excludes("healthy", "YES")
    assert eligibility.excludes("history", "NONE")
    assert not eligibility.excludes("no_such_item", "NO")


def test_the_numeric_map_holds_what_has_a_number() -> None:
    numbers = {"VMI": 1, "MI": 2, "I": 3, "NC": 4, "W": 5}
    assert numeric_map(real("igais")) == numbers
    plain = Instrument(
        "x", "1", FilledBy.RATER, "", "", validated=False, items=(ItemSpec("a", ItemKind.DAY),)
    )
    assert numeric_map(plain) == {}
