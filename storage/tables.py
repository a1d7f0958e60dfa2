"""The tables. Identity stands apart from study data; arms stand apart from both.

APPEND_ONLY names the tables whose rows are never changed or deleted: triggers refuse it. RECORDED
names those of which each row, as it was written, stands in the record.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from storage.types import UTC, Json, Sealed

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _person(name: str = "person_id", *, nullable: bool = False) -> Column[int]:
    return Column(name, ForeignKey("person.id"), nullable=nullable, index=True)


def _participant(*, nullable: bool = False) -> Column[int]:
    return Column(
        "participant_id", ForeignKey("participant.person_id"), nullable=nullable, index=True
    )


# Keys: of each person, and the named ones ("lookup", "envelopes", "quarantine"), wrapped under the
# master key. To erase a person is to delete their key.
key = Table(
    "key",
    metadata,
    _id(),
    Column("owner", String, nullable=False, unique=True),
    Column("wrapped", LargeBinary, nullable=False),
)

# Identity -----------------------------------------------------------------------------------------

person = Table(
    "person",
    metadata,
    _id(),
    Column("language", String, nullable=False),
    Column("created_at", UTC, nullable=False),
    # The way on which they want to be reached first; none if they said nothing.
    Column("preferred_channel", String),
)

identity = Table(
    "identity",
    metadata,
    _id(),
    _person(),
    Column("kind", String, nullable=False),
    Column("sealed", Sealed, nullable=False),
    Column("digest", LargeBinary, index=True),
    Column("recorded_at", UTC, nullable=False),
)

address = Table(
    "address",
    metadata,
    _id(),
    _person(),
    Column("channel", String, nullable=False),
    Column("sealed", Sealed, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("since", UTC, nullable=False),
)
Index("ix_address_channel_digest", address.c.channel, address.c.digest)
# Several people may have one phone, but nobody has another's chat.
SHARED_CHANNEL = "sms"
Index(
    "uq_address_open",
    address.c.channel,
    address.c.digest,
    unique=True,
    sqlite_where=text("state <> 'closed' AND channel <> 'sms'"),
    postgresql_where=text("state <> 'closed' AND channel <> 'sms'"),
)

staff_role = Table(
    "staff_role",
    metadata,
    _id(),
    _person(),
    Column("role", String, nullable=False),
    Column("began_at", UTC, nullable=False),
    Column("ended_at", UTC),
)

# The PIN of a member of staff, as argon2 of a keyed digest of it; and each wrong one.
pin = Table(
    "pin",
    metadata,
    _id(),
    _person(),
    Column("hash", Sealed, nullable=False),
    Column("set_at", UTC, nullable=False),
    Column("ended_at", UTC),
)

pin_miss = Table(
    "pin_miss",
    metadata,
    _id(),
    _person(),
    Column("at", UTC, nullable=False),
)

invitation = Table(
    "invitation",
    metadata,
    _id(),
    _person(),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("made_at", UTC, nullable=False),
    Column("expires_at", UTC, nullable=False),
    Column("used_at", UTC),
    Column("replaced_at", UTC),
)

# A wrong code, by the digest of the address that tried it, so that guessing can be slowed down.
wrong_code = Table(
    "wrong_code",
    metadata,
    _id(),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("at", UTC, nullable=False),
)

# The trial ----------------------------------------------------------------------------------------

confirmation = Table(
    "confirmation",
    metadata,
    _id(),
    Column("definition_hash", String, nullable=False),
    _person("confirmed_by"),
    Column("confirmed_at", UTC, nullable=False),
)

screening_failure = Table(
    "screening_failure",
    metadata,
    _id(),
    Column("sex", String, nullable=False),
    Column("age", Integer, nullable=False),
    Column("reason", String, nullable=False),
    _person("recorded_by"),
    Column("recorded_at", UTC, nullable=False),
)

participant = Table(
    "participant",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("code", String, nullable=False, unique=True),
    Column("sex", String, nullable=False),
    Column("age", Integer, nullable=False),
    Column("enrolled_at", UTC, nullable=False),
    CheckConstraint("sex in ('F', 'M')", name="sex"),
)

milestone = Table(
    "milestone",
    metadata,
    _id(),
    _participant(),
    Column("milestone", String, nullable=False),
    Column("on", Date, nullable=False),
    Column("visit", String),
    Column("at", UTC),
    Column("detail", Json, nullable=False),
    Column("reason", Sealed),
    _person("recorded_by"),
    Column("recorded_at", UTC, nullable=False),
)

# An entry of staff that was wrong: not so at all, or on another day. The newest correction of a
# milestone counts, and the milestone itself stands beside it.
milestone_correction = Table(
    "milestone_correction",
    metadata,
    _id(),
    Column("milestone_id", ForeignKey("milestone.id"), nullable=False, index=True),
    _participant(),
    Column("retracted", Boolean, nullable=False),
    Column("on", Date),
    Column("reason", Sealed, nullable=False),
    _person("corrected_by"),
    Column("corrected_at", UTC, nullable=False),
)

form = Table(
    "form",
    metadata,
    _id(),
    _participant(),
    Column("instrument", String, nullable=False),
    Column("version", String, nullable=False),
    Column("visit", String),
    # A visit that two raters rate has a form for each reading.
    Column("reading", Integer, nullable=False, server_default="1"),
    # Random: what stands for the visit's name is drawn from it, where raters may not know the name.
    Column("veil", String),
    Column("opens_on", Date, nullable=False),
    Column("closes_on", Date),
    Column("opened_at", UTC, nullable=False),
    Column("submitted_at", UTC),
    _person("submitted_by", nullable=True),
    Column("closed_at", UTC),
    UniqueConstraint("participant_id", "instrument", "visit", "reading"),
)

response = Table(
    "response",
    metadata,
    _id(),
    Column("form_id", ForeignKey("form.id"), nullable=False),
    _participant(),
    Column("item", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("codes", Json),
    Column("number", Integer),
    Column("day", Date),
    Column("words", Sealed),
    _person("originator"),
    Column("role", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    Column("wording_digest", String, nullable=False),
    Column("reason", Sealed),
    Column("answered_at", UTC, nullable=False),
    Column("saved_at", UTC, nullable=False),
    UniqueConstraint("form_id", "item", "revision"),
)

# Answers that staff enter for a participant: how the participant gave them, on which day at the
# clinic, and why they did not enter them themselves.
transcription = Table(
    "transcription",
    metadata,
    _id(),
    Column("form_id", ForeignKey("form.id"), nullable=False, index=True),
    _participant(),
    Column("way", String, nullable=False),
    Column("answered_on", Date, nullable=False),
    Column("reason", Sealed, nullable=False),
    _person("entered_by"),
    Column("entered_at", UTC, nullable=False),
)

# Each file with which a running trial was taken over: its SHA-256, and how much it held.
take_over = Table(
    "take_over",
    metadata,
    _id(),
    Column("digest", String, nullable=False, unique=True),
    Column("counts", Json, nullable=False),
    _person("loaded_by"),
    Column("loaded_at", UTC, nullable=False),
)

conversation = Table(
    "conversation",
    metadata,
    _id(),
    _person(),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("version", String, nullable=False),
    Column("form_id", ForeignKey("form.id")),
    Column("state", Sealed),
    Column("standing", String, nullable=False),
    # Where its question was asked last.
    Column("channel", String),
    Column("begun_at", UTC, nullable=False),
    Column("changed_at", UTC, nullable=False),
)
Index(
    "uq_conversation_foreground",
    conversation.c.person_id,
    unique=True,
    sqlite_where=text("standing = 'foreground'"),
    postgresql_where=text("standing = 'foreground'"),
)

alert = Table(
    "alert",
    metadata,
    _id(),
    _participant(),
    Column("form_id", ForeignKey("form.id"), nullable=False),
    Column("item", String, nullable=False),
    Column("option", String, nullable=False),
    Column("level", String, nullable=False),
    Column("raised_at", UTC, nullable=False),
    Column("acknowledged_at", UTC),
    _person("acknowledged_by", nullable=True),
    Column("escalated_at", UTC),
    UniqueConstraint("form_id", "item", "option"),
)

# Who was told of an alert, and when: each telling is a row.
alert_told = Table(
    "alert_told",
    metadata,
    _id(),
    Column("alert_id", ForeignKey("alert.id"), nullable=False, index=True),
    _person(),
    Column("at", UTC, nullable=False),
)

# Safety events: codes alone. What is said of them in words can name a product: `safety_note`.
adverse_event = Table(
    "adverse_event",
    metadata,
    _id(),
    Column("number", Integer, nullable=False, unique=True),
    _participant(),
    Column("source", String, nullable=False),
    Column("form_id", ForeignKey("form.id")),
    Column("terms", String, nullable=False),
    Column("item", String, nullable=False),
    Column("term", String, nullable=False),
    _person("opened_by", nullable=True),
    Column("opened_at", UTC, nullable=False),
    UniqueConstraint("form_id", "item", "term"),
)

event_assessment = Table(
    "event_assessment",
    metadata,
    _id(),
    Column("event_id", ForeignKey("adverse_event.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("onset_on", Date, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("criteria", Json, nullable=False),
    Column("relatedness", String, nullable=False),
    Column("expectedness", String, nullable=False),
    Column("action", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("resolved_on", Date),
    _person("assessed_by"),
    Column("assessed_at", UTC, nullable=False),
    UniqueConstraint("event_id", "version"),
)

# What was done with an assessment: a report was made, the PI received it, it closed the event.
event_mark = Table(
    "event_mark",
    metadata,
    _id(),
    Column("event_id", ForeignKey("adverse_event.id"), nullable=False, index=True),
    Column("mark", String, nullable=False),
    Column("version", Integer, nullable=False),
    _person("made_by"),
    Column("made_at", UTC, nullable=False),
)

# An event that turned out to be the same as an earlier one.
event_link = Table(
    "event_link",
    metadata,
    _id(),
    Column("event_id", ForeignKey("adverse_event.id"), nullable=False, unique=True),
    Column("part_of", ForeignKey("adverse_event.id"), nullable=False),
    _person("linked_by"),
    Column("linked_at", UTC, nullable=False),
)

pregnancy = Table(
    "pregnancy",
    metadata,
    _id(),
    Column("number", Integer, nullable=False, unique=True),
    _participant(),
    Column("learnt_on", Date, nullable=False),
    _person("opened_by"),
    Column("opened_at", UTC, nullable=False),
)

pregnancy_follow_up = Table(
    "pregnancy_follow_up",
    metadata,
    _id(),
    Column("pregnancy_id", ForeignKey("pregnancy.id"), nullable=False, index=True),
    Column("outcome", String, nullable=False),
    Column("on", Date, nullable=False),
    _person("recorded_by"),
    Column("recorded_at", UTC, nullable=False),
)

pregnancy_receipt = Table(
    "pregnancy_receipt",
    metadata,
    _id(),
    Column("pregnancy_id", ForeignKey("pregnancy.id"), nullable=False, unique=True),
    _person("received_by"),
    Column("received_at", UTC, nullable=False),
)

mail = Table(
    "mail",
    metadata,
    _id(),
    _person(),
    Column("words", Sealed, nullable=False),
    Column("attachment", Sealed),
    Column("received_at", UTC, nullable=False),
    Column("answer", Sealed),
    _person("answered_by", nullable=True),
    Column("answered_at", UTC),
    # Who has taken it in hand, so that two do not write the same answer.
    _person("claimed_by", nullable=True),
    Column("claimed_at", UTC),
    # Why it was closed without an answer, as a code.
    Column("closed", String),
    _person("closed_by", nullable=True),
    Column("closed_at", UTC),
)

# A letter that was written after the randomization, so that it can name the treatment. Kept as it
# comes, for clocks can be set back.
mail_withheld = Table(
    "mail_withheld",
    metadata,
    _id(),
    Column("mail_id", ForeignKey("mail.id"), nullable=False, unique=True),
)

# A letter that the treating clinician found to name no treatment, and handed to the coordinators.
mail_handed = Table(
    "mail_handed",
    metadata,
    _id(),
    Column("mail_id", ForeignKey("mail.id"), nullable=False, unique=True),
    _person("handed_by"),
    Column("handed_at", UTC, nullable=False),
)

# A picture of one view at one visit, or that the view was skipped. `state` is "received", then
# "kept" or "refused" with a reason; or "skipped" from the beginning; "set_aside" where it was sent
# for somebody else. `file` is the channel's
# reference, there until the file was fetched; `key` makes a message that comes again the same
# picture.
photograph = Table(
    "photograph",
    metadata,
    _id(),
    _participant(),
    Column("visit", String, nullable=False),
    Column("view", String, nullable=False),
    Column("taken_on", Date, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("key", String, nullable=False, unique=True),
    Column("file", Sealed),
    Column("message", String),
    _person("sent_by"),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("received_at", UTC, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UTC, nullable=False),
    Column("settled_at", UTC),
)
Index(
    "ix_photograph_received",
    photograph.c.next_at,
    sqlite_where=text("state = 'received'"),
    postgresql_where=text("state = 'received'"),
)

# The pictures themselves, under the participant's key. A retaken one stands beside the old one.
photograph_file = Table(
    "photograph_file",
    metadata,
    _id(),
    Column("photograph_id", ForeignKey("photograph.id"), nullable=False, unique=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("sharpness", Integer, nullable=False),
    Column("content", Sealed, nullable=False),
    Column("kept_at", UTC, nullable=False),
)

# What did not go as the definition says; `key` names the fact, so that it is recorded once. Nobody
# recorded those that the software found. `detail` holds codes alone.
deviation = Table(
    "deviation",
    metadata,
    _id(),
    _participant(),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("visit", String),
    Column("on", Date, nullable=False),
    Column("detail", Json, nullable=False),
    Column("reason", Sealed),
    _person("recorded_by", nullable=True),
    Column("recorded_at", UTC, nullable=False),
    UniqueConstraint("participant_id", "key"),
)

# A question about what is recorded. The software's has a key and a subject, which is wording by its
# key; a person's has words. Its state is what its turns have made of it.
query = Table(
    "query",
    metadata,
    _id(),
    _participant(),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", Json),
    Column("words", Sealed),
    _person("raised_by", nullable=True),
    Column("raised_at", UTC, nullable=False),
    UniqueConstraint("participant_id", "key"),
)

query_turn = Table(
    "query_turn",
    metadata,
    _id(),
    Column("query_id", ForeignKey("query.id"), nullable=False, index=True),
    Column("act", String, nullable=False),
    Column("words", Sealed),
    _person("by", nullable=True),
    Column("at", UTC, nullable=False),
)

# Who no longer rates whom, because they learnt the arm. It does not hold which.
rating_exclusion = Table(
    "rating_exclusion",
    metadata,
    _id(),
    _person("rater_id"),
    _participant(),
    Column("at", UTC, nullable=False),
    UniqueConstraint("rater_id", "participant_id"),
)

# A participant asks that answers of a submitted form be corrected: those before and after, and why,
# in words that can name a product. Their clinician decides, and they confirm.
correction_request = Table(
    "correction_request",
    metadata,
    _id(),
    Column("form_id", ForeignKey("form.id"), nullable=False, index=True),
    _participant(),
    Column("asked", Sealed, nullable=False),
    Column("reason", Sealed),
    Column("asked_at", UTC, nullable=False),
)

correction_decision = Table(
    "correction_decision",
    metadata,
    _id(),
    Column("request_id", ForeignKey("correction_request.id"), nullable=False, unique=True),
    Column("agreed", Integer, nullable=False),
    Column("words", Sealed),
    _person("decided_by"),
    Column("decided_at", UTC, nullable=False),
)

correction_confirmation = Table(
    "correction_confirmation",
    metadata,
    _id(),
    Column("request_id", ForeignKey("correction_request.id"), nullable=False, unique=True),
    Column("confirmed", Integer, nullable=False),
    Column("at", UTC, nullable=False),
)

# Allocation: numbers here, arms in `sealed_arm`, which storage/arms.py alone may read -------------

envelope = Table(
    "envelope",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("block", Integer, nullable=False),
    Column("commitment", LargeBinary),
    Column("sealed_at", UTC, nullable=False),
)

allocation = Table(
    "allocation",
    metadata,
    _id(),
    Column("participant_id", ForeignKey("participant.person_id"), nullable=False, unique=True),
    Column("envelope", ForeignKey("envelope.number"), nullable=False, unique=True),
    _person("allocated_by"),
    Column("allocated_at", UTC, nullable=False),
)

# A second person saw the envelope before it was opened, and whether it was intact.
envelope_witness = Table(
    "envelope_witness",
    metadata,
    _id(),
    Column("envelope", ForeignKey("envelope.number"), nullable=False, unique=True),
    _participant(),
    _person("witness_id"),
    Column("intact", Boolean, nullable=False),
    Column("at", UTC, nullable=False),
)

# What befell a paper envelope; its number is retired for good.
envelope_incident = Table(
    "envelope_incident",
    metadata,
    _id(),
    Column("envelope", ForeignKey("envelope.number"), nullable=False, unique=True),
    Column("kind", String, nullable=False),
    _person("reported_by"),
    Column("reported_at", UTC, nullable=False),
)

# The envelope that took the place of a retired one; the allocation itself stays as it was made.
envelope_replacement = Table(
    "envelope_replacement",
    metadata,
    _id(),
    _participant(),
    Column("retired", ForeignKey("envelope.number"), nullable=False, unique=True),
    Column("envelope", ForeignKey("envelope.number"), nullable=False, unique=True),
    _person("replaced_by"),
    Column("replaced_at", UTC, nullable=False),
)

sealed_arm = Table(
    "sealed_arm",
    metadata,
    Column("envelope", ForeignKey("envelope.number"), primary_key=True),
    Column("arm", Sealed, nullable=False),
    Column("salt", Sealed, nullable=False),
)

# Who asked to see an arm, of one participant or, at the end, of all; and who agreed or not. Neither
# holds an arm.
unblinding = Table(
    "unblinding",
    metadata,
    _id(),
    _participant(nullable=True),
    _person("asked_by"),
    Column("reason", Sealed, nullable=False),
    Column("asked_at", UTC, nullable=False),
    Column("expires_at", UTC, nullable=False),
)

unblinding_answer = Table(
    "unblinding_answer",
    metadata,
    _id(),
    Column("unblinding_id", ForeignKey("unblinding.id"), nullable=False, unique=True),
    _person("answered_by"),
    Column("agreed", Integer, nullable=False),
    Column("answered_at", UTC, nullable=False),
)

# The end: the data are locked once; what the PI has looked at is signed off with the record's head.
data_lock = Table(
    "data_lock",
    metadata,
    _id(),
    _person("locked_by"),
    Column("reason", Sealed, nullable=False),
    Column("locked_at", UTC, nullable=False),
    CheckConstraint("id = 1", name="one"),
)

sign_off = Table(
    "sign_off",
    metadata,
    _id(),
    _person("signed_by"),
    Column("entry", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("locked", Integer, nullable=False),
    Column("signed_at", UTC, nullable=False),
)

session_note = Table(
    "session_note",
    metadata,
    _id(),
    _participant(),
    Column("visit", String, nullable=False),
    Column("batch", Sealed, nullable=False),
    Column("notes", Sealed, nullable=False),
    _person("recorded_by"),
    Column("recorded_at", UTC, nullable=False),
)

# What is said of an alert, an event or an assessment in words.
safety_note = Table(
    "safety_note",
    metadata,
    _id(),
    _participant(),
    Column("about", String, nullable=False),
    Column("about_id", Integer, nullable=False),
    Column("words", Sealed, nullable=False),
    _person("recorded_by"),
    Column("recorded_at", UTC, nullable=False),
    UniqueConstraint("about", "about_id"),
)

arm_told = Table(
    "arm_told",
    metadata,
    _id(),
    _person(),
    _participant(),
    Column("at", UTC, nullable=False),
)

# What was said of an incident can name an arm.
incident_words = Table(
    "incident_words",
    metadata,
    Column("incident_id", ForeignKey("envelope_incident.id"), primary_key=True),
    Column("words", Sealed, nullable=False),
)

# Which arm a rater believes a participant to be in; shown to nobody before unblinding.
arm_guess = Table(
    "arm_guess",
    metadata,
    _id(),
    _person("rater_id"),
    _participant(),
    Column("guess", Sealed, nullable=False),
    Column("at", UTC, nullable=False),
    UniqueConstraint("rater_id", "participant_id"),
)

# The web chat: what a phone of a messenger would hold, kept here ----------------------------------

web_chat = Table(
    "web_chat",
    metadata,
    _id(),
    Column("made_at", UTC, nullable=False),
)

# A line of a chat, by whoever wrote it. `changed` counts up over all chats, so that a page can ask
# for what it has not seen; `key` makes a line that is written again the same line.
web_line = Table(
    "web_line",
    metadata,
    _id(),
    Column("chat_id", ForeignKey("web_chat.id"), nullable=False),
    _person(nullable=True),
    Column("key", String, nullable=False),
    Column("author", String, nullable=False),
    Column("sealed", Sealed, nullable=False),
    Column("changed", Integer, nullable=False, unique=True),
    Column("at", UTC, nullable=False),
    UniqueConstraint("chat_id", "key"),
)

web_file = Table(
    "web_file",
    metadata,
    _id(),
    _person(nullable=True),
    Column("type", String, nullable=False),
    Column("name", Sealed, nullable=False),
    Column("content", Sealed, nullable=False),
    Column("received_at", UTC, nullable=False),
)

# A personal link to the web chat, with its second factor; only digests are kept.
personal_link = Table(
    "personal_link",
    metadata,
    _id(),
    _person(),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("code_digest", LargeBinary, nullable=False),
    Column("made_at", UTC, nullable=False),
    Column("ended_at", UTC),
)

web_session = Table(
    "web_session",
    metadata,
    _id(),
    Column("link_id", ForeignKey("personal_link.id"), nullable=False),
    Column("chat_id", ForeignKey("web_chat.id"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("begun_at", UTC, nullable=False),
    Column("expires_at", UTC, nullable=False),
    Column("ended_at", UTC),
)

# Stands only in the database of a rehearsal: which one it is, and how far its clock is ahead.
rehearsal = Table(
    "rehearsal",
    metadata,
    _id(),
    Column("epoch", String, nullable=False),
    Column("seconds_ahead", Integer, nullable=False),
    CheckConstraint("id = 1", name="one"),
)

# Time and messages --------------------------------------------------------------------------------

planned = Table(
    "planned",
    metadata,
    _id(),
    Column("key", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    _participant(nullable=True),
    Column("subject", Json, nullable=False),
    Column("due_at", UTC, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("decided_at", UTC),
)
Index(
    "ix_planned_due",
    planned.c.due_at,
    sqlite_where=text("state = 'planned'"),
    postgresql_where=text("state = 'planned'"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("key", String, nullable=False, unique=True),
    # Messages of one line leave in their order: "person:12", "person:12:34" for one address of
    # theirs, or "stranger:" and a digest.
    # Messages of one line leave in their order: "person:12", or "stranger:" and a digest; what is
    # held back has a line of its own, so that nothing waits behind it.
    Column("line", String, nullable=False),
    _person(nullable=True),
    Column("address_id", ForeignKey("address.id")),
    Column("stranger", Sealed),
    Column("channel", String),
    Column("urgency", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("body", Sealed, nullable=False),
    Column("made_at", UTC, nullable=False),
    Column("expires_at", UTC),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UTC, nullable=False),
    Column("attempted_at", UTC),
    Column("settled_at", UTC),
    Column("reason", String),
    # What the channel calls it, where it is to leave the chat again.
    Column("sent_as", String),
    # The message that did not arrive, in whose place this one leaves on another way.
    Column("instead_of", ForeignKey("outbox.id"), unique=True),
)
Index(
    "ix_outbox_waiting",
    outbox.c.line,
    outbox.c.id,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

# Each SMS of a message, as it is handed to the operator; `reference` is what the gateway calls it.
sms = Table(
    "sms",
    metadata,
    _id(),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False),
    Column("piece", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("gateway", String, nullable=False),
    Column("reference", String),
    Column("begun_at", UTC, nullable=False, index=True),
    Column("accepted_at", UTC),
    UniqueConstraint("outbox_id", "piece"),
    Index(None, "gateway", "reference"),
)

# What the operator says became of an SMS: "delivered", "failed" or "expired". It may come twice,
# in any order, and before the SMS is known by its reference.
sms_report = Table(
    "sms_report",
    metadata,
    _id(),
    Column("gateway", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("received_at", UTC, nullable=False),
    UniqueConstraint("gateway", "reference", "state"),
)

# Who writes from a phone that several share: the one who said so (`address_id`), or those who are
# asked for, in their order. `heard_at` is when it was said or asked, or something came since.
shared_number = Table(
    "shared_number",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("address_id", ForeignKey("address.id")),
    Column("offered", Json),
    Column("heard_at", UTC, nullable=False),
)

# What came from such a phone before it was said by whom.
held_sms = Table(
    "held_sms",
    metadata,
    _id(),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("words", Sealed, nullable=False),
    Column("received_at", UTC, nullable=False),
)

update_seen = Table(
    "update_seen",
    metadata,
    Column("channel", String, primary_key=True),
    Column("update_id", Integer, primary_key=True, autoincrement=False),
    Column("received_at", UTC, nullable=False, index=True),
)

quarantine = Table(
    "quarantine",
    metadata,
    _id(),
    Column("channel", String, nullable=False),
    Column("update_id", Integer),
    Column("failure", String, nullable=False),
    Column("sealed", Sealed, nullable=False),
    Column("received_at", UTC, nullable=False),
)

# A channel that nothing could be sent on since then; gone as soon as something is.
channel_outage = Table(
    "channel_outage",
    metadata,
    Column("channel", String, primary_key=True),
    Column("failing_since", UTC, nullable=False),
    Column("failed_at", UTC, nullable=False),
    Column("is_down", Boolean, nullable=False),
)

# From here on our clock was wrong by so many seconds, ahead of the messengers' above 0, or right
# again at 0. `reached` is the last row before it of the audit trail, and of each recorded table
# that counts its rows.
clock_change = Table(
    "clock_change",
    metadata,
    _id(),
    Column("off_by", Integer, nullable=False),
    Column("reached", Json, nullable=False),
    Column("at", UTC, nullable=False),
)

# The record ---------------------------------------------------------------------------------------

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", UTC, nullable=False),
    Column("answered_at", UTC),
    _person("actor_id", nullable=True),
    Column("role", String, nullable=False),
    Column("verb", String, nullable=False),
    _person("subject_id", nullable=True),
    Column("detail", Sealed, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    # The end of the record at that moment; empty in entries from before there was one.
    Column("recorded", LargeBinary),
)

audit_head = Table(
    "audit_head",
    metadata,
    _id(),
    Column("entry", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="one"),
)

# What each row of RECORDED held when it was written, chained; see `recording`.
record = Table(
    "record",
    metadata,
    _id(),
    Column("table_name", String, nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Index(None, "table_name", "row_id"),
)


APPEND_ONLY = (
    "adverse_event",
    "alert_told",
    "allocation",
    "arm_guess",
    "arm_told",
    "audit",
    "clock_change",
    "confirmation",
    "deviation",
    "correction_confirmation",
    "correction_decision",
    "correction_request",
    "envelope",
    "envelope_incident",
    "envelope_replacement",
    "envelope_witness",
    "event_assessment",
    "event_link",
    "event_mark",
    "identity",
    "incident_words",
    "mail_handed",
    "mail_withheld",
    "milestone",
    "milestone_correction",
    "participant",
    "photograph_file",
    "pin_miss",
    "pregnancy",
    "pregnancy_follow_up",
    "pregnancy_receipt",
    "query",
    "query_turn",
    "rating_exclusion",
    "record",
    "response",
    "safety_note",
    "screening_failure",
    "sealed_arm",
    "session_note",
    "data_lock",
    "sign_off",
    "take_over",
    "transcription",
    "unblinding",
    "unblinding_answer",
    "web_chat",
)

# Beside what is append-only, what is changed in the open: each state of a row is recorded. The
# audit trail is a chain of its own.
RECORDED = tuple(
    sorted(
        {*APPEND_ONLY, "alert", "form", "mail", "photograph", "staff_role"} - {"audit", "record"}
    )
)
