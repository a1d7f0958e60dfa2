"""Mail of participants: taken in hand by one person, answered through the bot, or closed.

What was written after the randomization can name the arm: the treating clinician reads it, and may
hand it on to the coordinators, who know no more than that it waits.
"""

from flows.commands.about_participant import CLINICIAN, STAFF_OF_PARTICIPANT
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice, pick, words
from flows.commands.timeline import page_buttons, page_items
from flows.effects import Decision, Refused
from flows.effects.following import RunNext
from flows.effects.mail import AnswerMail, ClaimMail, CloseMail, HandOn, ShowAttachment, ShowLetter
from flows.effects.speaking import Say
from flows.facts.mail import Letter, LetterFacts, MailFacts
from flows.forms import Answers, Item, Review
from flows.messages import Button, run_button, say
from flows.text import Text, text

# Longer lists do not fit a message; the next ones move up when these are done.
MOST_LETTERS = 5
MOST_ELSEWHERE = 20
WITHOUT_ANSWER = ("PHONED", "NEEDS_NONE", "TWICE")


def _mail(facts: MailFacts, _answers: Answers, given: Circumstances) -> Decision:
    elsewhere = _elsewhere(facts)
    if not facts.letters:
        return (Say(say(text("mail.none"), *elsewhere)),)
    title = Say(say(text("mail.title", count=len(facts.letters)), *elsewhere))
    shown = (_shown(letter, given.actor) for letter in facts.letters[:MOST_LETTERS])
    return (title, *shown)


def _elsewhere(facts: MailFacts) -> tuple[Text, ...]:
    """What coordinators are told of letters that they cannot read."""
    if not facts.elsewhere:
        return ()
    lines = tuple(
        text("mail.elsewhere.line", code=it.code, at=it.received_at, name=it.clinician)
        if it.clinician
        else text("mail.elsewhere.nobody", code=it.code, at=it.received_at)
        for it in facts.elsewhere[:MOST_ELSEWHERE]
    )
    return (text("mail.elsewhere", count=len(facts.elsewhere), lines=lines),)


def _shown(letter: Letter, actor: int) -> Say | ShowLetter:
    head, buttons = _label(letter), _buttons(letter)
    is_anothers = letter.claimed_by not in (None, actor)
    taken = (text("mail.taken", name=letter.claimed_name),) if is_anothers else ()
    if letter.is_withheld:
        return ShowLetter(letter.id, say(head, *taken, buttons=buttons))
    body = text("mail.words", words=letter.words) if letter.words else text("mail.no_words")
    return Say(say(head, body, *taken, buttons=buttons))


def _buttons(letter: Letter) -> tuple[tuple[Button, ...], ...]:
    answer = run_button(text("mail.answer.button"), "take_mail", letter.id)
    close = run_button(text("mail.close.button"), "close_mail", letter.id)
    card = run_button(text("command.card.button"), "card", letter.code)
    picture = run_button(text("mail.attachment.button"), "attachment", letter.id)
    hand = run_button(text("command.hand_on_mail.button"), "hand_on_mail", letter.id)
    rows = [(answer, close), (card, picture) if letter.has_attachment else (card,)]
    return (*rows, (hand,)) if letter.is_withheld else tuple(rows)


def _label(letter: Letter) -> Text:
    return text("mail.head", code=letter.code, at=letter.received_at)


def _letter_item(facts: MailFacts) -> Item:
    return pick("letter_id", {str(letter.id): _label(letter) for letter in facts.letters})


def _chosen(facts: MailFacts, answers: Answers) -> Letter | None:
    chosen = str(answers.get("letter_id"))
    return next((letter for letter in facts.letters if str(letter.id) == chosen), None)


def _check(facts: MailFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.letters else text("mail.none")


def _take_items(facts: MailFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    """Whoever takes a letter from somebody else's hand is asked once whether they mean it."""
    letter = _chosen(facts, answers)
    if letter is None or letter.claimed_by in (None, given.actor):
        return (_letter_item(facts),)
    question = text("ask.take_over", name=letter.claimed_name)
    return (_letter_item(facts), choice("take_over", "YES", "NO", question=question))


def _take(facts: MailFacts, answers: Answers, given: Circumstances) -> Decision:
    letter = _chosen(facts, answers)
    if letter is None:
        return Refused(text("mail.answered_before"))
    if answers.get("take_over") == "NO":
        return Refused(text("mail.left_to", name=letter.claimed_name))
    return (ClaimMail(letter.id), RunNext("answer", (str(letter.id),)))


def _answer_items(facts: MailFacts, answers: Answers, _g: Circumstances) -> tuple[Item, ...]:
    letter = _chosen(facts, answers)
    veiled = letter is not None and letter.is_withheld
    return (_letter_item(facts), words("reply", 2000, veiled=veiled))


def _check_answer(facts: MailFacts, answers: Answers, given: Circumstances) -> Text | None:
    letter = _chosen(facts, answers)
    if letter is not None and letter.claimed_by not in (None, given.actor):
        return text("mail.taken_by_another", name=letter.claimed_name)
    return _check(facts, answers, given)


def _answer(facts: MailFacts, answers: Answers, given: Circumstances) -> Decision:
    letter = _chosen(facts, answers)
    if letter is None:
        return Refused(text("mail.answered_before"))
    answered = AnswerMail(letter.id, str(answers["reply"]))
    return (answered, Say(say(text("mail.answered", code=letter.code))))


def _close_items(facts: MailFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (_letter_item(facts), choice("without_answer", *WITHOUT_ANSWER))


def _close(facts: MailFacts, answers: Answers, given: Circumstances) -> Decision:
    letter = _chosen(facts, answers)
    if letter is None:
        return Refused(text("mail.answered_before"))
    closed = CloseMail(letter.id, str(answers["without_answer"]))
    return (closed, Say(say(text("mail.closed", code=letter.code))))


def _withheld(facts: MailFacts) -> dict[str, Letter]:
    return {str(letter.id): letter for letter in facts.letters if letter.is_withheld}


def _hand_on_items(facts: MailFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    labels = {number: _label(letter) for number, letter in _withheld(facts).items()}
    return (pick("letter_id", labels), choice("tells_treatment", "NOTHING", "SOMETHING"))


def _check_hand_on(facts: MailFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if _withheld(facts) else text("mail.none")


def _hand_on(facts: MailFacts, answers: Answers, given: Circumstances) -> Decision:
    letter = _chosen(facts, answers)
    if letter is None:
        return Refused(text("mail.answered_before"))
    if answers["tells_treatment"] == "SOMETHING":
        return Refused(text("mail.not_handed_on", code=letter.code))
    return (HandOn(letter.id), Say(say(text("mail.handed_on", code=letter.code))))


def _letters_items(_f: LetterFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT,)


def _check_letters(facts: LetterFacts, _answers: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if chart.clinician != given.actor:
        return text("refused.not_your_participant", code=chart.code)
    return None if facts.letters else text("letters.none", code=chart.code)


def _letters(facts: LetterFacts, answers: Answers, _given: Circumstances) -> Decision:
    """The page asked for, 1 being the newest; within it, older ones stand first."""
    assert facts.chart is not None
    code, pages = facts.chart.code, -(-len(facts.letters) // MOST_LETTERS)
    asked = answers.get("page")
    page = min(asked, pages) if isinstance(asked, int) else 1
    end = len(facts.letters) - (page - 1) * MOST_LETTERS
    shown = facts.letters[max(0, end - MOST_LETTERS) : end]
    buttons = page_buttons("letters", code, page, pages)
    title = text("letters.title", code=code, page=page, pages=pages)
    heads = (text("mail.head", code=code, at=it.received_at) for it in shown)
    letters = (ShowLetter(it.id, say(head)) for it, head in zip(shown, heads, strict=True))
    return (*letters, Say(say(title, buttons=buttons)))


def _attachment_items(facts: MailFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    labels = {str(letter.id): _label(letter) for letter in facts.letters if letter.has_attachment}
    return (pick("letter_id", labels),)


def _check_attachments(facts: MailFacts, _answers: Answers, given: Circumstances) -> Text | None:
    attached = any(letter.has_attachment for letter in facts.letters)
    return None if attached else text("mail.no_attachment")


def _attachment(facts: MailFacts, answers: Answers, given: Circumstances) -> Decision:
    return (ShowAttachment(int(str(answers["letter_id"]))),)


COMMANDS = (
    Command("mail", STAFF_OF_PARTICIPANT, MailFacts, _mail, "view_mail"),
    Command(
        "letters",
        CLINICIAN,
        LetterFacts,
        _letters,
        "show_letter",
        items=_letters_items,
        check=_check_letters,
        reach=Reach.CARD,
    ),
    Command(
        "letters_page",
        CLINICIAN,
        LetterFacts,
        _letters,
        "show_letter",
        items=page_items,
        check=_check_letters,
        reach=Reach.BUTTON,
    ),
    Command(
        "hand_on_mail",
        CLINICIAN,
        MailFacts,
        _hand_on,
        "hand_on_mail",
        items=_hand_on_items,
        check=_check_hand_on,
        reach=Reach.BUTTON,
    ),
    Command(
        "take_mail",
        STAFF_OF_PARTICIPANT,
        MailFacts,
        _take,
        "take_mail",
        items=_take_items,
        check=_check,
        reach=Reach.BUTTON,
    ),
    Command(
        "answer",
        STAFF_OF_PARTICIPANT,
        MailFacts,
        _answer,
        "answer_mail",
        items=_answer_items,
        check=_check_answer,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "close_mail",
        STAFF_OF_PARTICIPANT,
        MailFacts,
        _close,
        "close_mail",
        items=_close_items,
        check=_check_answer,
        reach=Reach.BUTTON,
    ),
    Command(
        "attachment",
        STAFF_OF_PARTICIPANT,
        MailFacts,
        _attachment,
        "view_attachment",
        items=_attachment_items,
        check=_check_attachments,
        reach=Reach.BUTTON,
    ),
)
