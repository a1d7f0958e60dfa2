"""Over SMS some questionnaires are not asked: a link to the person's own page takes their place.

Rules that hold here:
- The page asks for a code as well, and the SMS must not hold both: whoever has the phone for a
  moment would have the page. So the coordinators get the code, and tell it by phone.
- Who has entered their page needs neither again: they get its address alone, which opens nothing.
- A new link ends the one before it, so a second wish on the same day makes none.
- What somebody reports at any time is asked at once, for it may be urgent.
"""

from bot.turn import staffing
from bot.turn.bodies import message_body
from bot.turn.desk import LASTS
from bot.turn.speaking import Voice
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import text
from storage import conversations, participants, personal_links
from storage.audit import Act
from storage.outbox import NewMessage, ToPerson, Urgency
from storage.responses import FormRow


def sent_instead(voice: Voice, row: FormRow) -> bool:
    """Whether a link was sent in place of the question; the questionnaire waits on the page."""
    desk = voice.desk
    named = row.instrument in desk.study.trial.sms.by_link and row.visit is not None
    if not named or voice.speaker.channel != "sms" or desk.links.personal is None:
        return False
    conversations.leave_for_later(desk.connection, person_id=voice.person, at=desk.now)
    phone = desk.study.trial.site.clinic_phone
    if personal_links.is_entered(desk.connection, person_id=voice.person, at=desk.now):
        page = desk.links.personal("").rstrip("#")
        voice.tell(text("sms.page", link=page, phone=phone))
    elif not _send_link(voice, desk.links.personal(desk.secret)):
        voice.tell(text("sms.page_sent_before", phone=phone))
    return True


def _send_link(voice: Voice, link: str) -> bool:
    """Make a link, and send it on one way and its code on another; False when it was sent today."""
    desk, person = voice.desk, voice.person
    words = text("sms.page_link", link=link, phone=desk.study.trial.site.clinic_phone)
    new = NewMessage(
        f"page_link:{person}:{desk.today.isoformat()}",
        "message",
        Urgency.REPLY,
        ToPerson(person, voice.speaker.address_id),
        message_body(say(words)),
        desk.now + LASTS[Urgency.REPLY],
    )
    if not desk.put(new):
        return False
    staffing.make_personal_link(desk, person)
    desk.record(Act("make_personal_link", "system", None, person))
    code = participants.code_of(desk.connection, person)
    card = run_button(text("command.card.button"), "card", code)
    told = say(text("staff.page_code", code=code, digits=desk.digits), buttons=((card,),))
    desk.notify_role(Role.COORDINATOR, told)
    return True
