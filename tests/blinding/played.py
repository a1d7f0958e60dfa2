"""A trial with sealed digital envelopes from its first day to the end.

Products are named wherever somebody can name them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.rehearsal import pictures
from bot.rehearsal.phones import Phone
from bot.rehearsal.stage import PIN
from flows.roles import Role
from tests.blinding.watched import Watched


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
    await world.unblind_one("P-001")
    world.copy()
    await world.end_the_trial()
    await world.say("clinician", "/alerts")
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
    await _letters(world)
    await world.say("P-001", "/side_effect")
    await world.fill_in(world.phone("P-001"))
    await world.say("P-002", "/language", "(fa)", "/language", "(en)", "/stop")
    await world.say("coordinator", "/renew_messages P-002 today", "[S]")
    await world.say("P-003", "stop", "/start")
    await _events(world)


async def _letters(world: Watched) -> None:
    """Participants name the product, and so does who answers them; coordinators try to read it."""
    await world.say("P-002", f"{world.product(2)} itches, is that normal?", "/visits", "/help")
    await world.phone("P-003").send_file(f"is this {world.product(3)}?")
    await world.say("P-001", "When are you open?")
    for name in ("coordinator", "clinician"):
        await world.say(name, "/mail", "/letters P-002", "/cancel")
        await world.phone(name).tap_data("r:attachment:2")
        await world.say(name, "/take_mail 1", "/cancel", "/answer 1", f"{world.product(2)} may")
        await world.say(name, "[S]" if name == "clinician" else "/cancel")
        await world.say(name, "/close_mail 2", "(PHONED)" if name == "clinician" else "/cancel")
    await world.say("clinician", "/hand_on_mail 3", "(NOTHING)", "/letters P-003")
    await world.say("clinician", "/letters_page P-003 1")
    await world.say("coordinator", "/mail", "/take_mail 3", "until six", "[S]", "/mail")


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
