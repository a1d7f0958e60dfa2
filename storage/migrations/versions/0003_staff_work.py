"""What staff do from their phones."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Json, Sealed

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _mail()
    _pins()
    _unblinding()
    _closing()
    _safety()
    _photographs()


def _photographs() -> None:
    op.create_table(
        "photograph",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("file", Sealed(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UTC(length=27), nullable=False),
        sa.Column("settled_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f("fk_photograph_participant_id"),
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_photograph_sent_by")),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_photograph_address_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photograph")),
        sa.UniqueConstraint("key", name=op.f("uq_photograph_key")),
    )
    op.create_index(
        op.f("ix_photograph_participant_id"), "photograph", ["participant_id"], unique=False
    )
    op.create_index(op.f("ix_photograph_sent_by"), "photograph", ["sent_by"], unique=False)
    op.create_index(
        "ix_photograph_received",
        "photograph",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "photograph_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photograph_id", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sharpness", sa.Integer(), nullable=False),
        sa.Column("content", Sealed(), nullable=False),
        sa.Column("kept_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["photograph_id"], ["photograph.id"], name=op.f("fk_photograph_file_photograph_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photograph_file")),
        sa.UniqueConstraint("photograph_id", name=op.f("uq_photograph_file_photograph_id")),
    )
    for trigger in append_only("photograph_file"):
        op.execute(trigger)
    op.add_column("outbox", sa.Column("sent_as", sa.String(), nullable=True))


def _mail() -> None:
    with op.batch_alter_table("mail") as mail:
        mail.add_column(sa.Column("claimed_by", sa.Integer(), nullable=True))
        mail.add_column(sa.Column("claimed_at", UTC(length=27), nullable=True))
        mail.add_column(sa.Column("closed", sa.String(), nullable=True))
        mail.add_column(sa.Column("closed_by", sa.Integer(), nullable=True))
        mail.add_column(sa.Column("closed_at", UTC(length=27), nullable=True))
        for column in ("claimed_by", "closed_by"):
            mail.create_foreign_key(op.f(f"fk_mail_{column}"), "person", [column], ["id"])
    for column in ("claimed_by", "closed_by"):
        op.create_index(op.f(f"ix_mail_{column}"), "mail", [column], unique=False)


def _pins() -> None:
    op.create_table(
        "pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hash", Sealed(), nullable=False),
        sa.Column("set_at", UTC(length=27), nullable=False),
        sa.Column("ended_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pin_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
    )
    op.create_index(op.f("ix_pin_person_id"), "pin", ["person_id"], unique=False)
    op.create_table(
        "pin_miss",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pin_miss_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_miss")),
    )
    op.create_index(op.f("ix_pin_miss_person_id"), "pin_miss", ["person_id"], unique=False)
    for trigger in append_only("pin_miss"):
        op.execute(trigger)


def _safety() -> None:
    op.create_table(
        "pregnancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("learnt_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_pregnancy_opened_by")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_pregnancy_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pregnancy")),
        sa.UniqueConstraint("number", name=op.f("uq_pregnancy_number")),
    )
    op.create_index(op.f("ix_pregnancy_opened_by"), "pregnancy", ["opened_by"], unique=False)
    op.create_index(
        op.f("ix_pregnancy_participant_id"), "pregnancy", ["participant_id"], unique=False
    )
    op.create_table(
        "safety_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("words", Sealed(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f("fk_safety_note_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_safety_note_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_note")),
        sa.UniqueConstraint("about", "about_id", name=op.f("uq_safety_note_about_about_id")),
    )
    op.create_index(
        op.f("ix_safety_note_participant_id"), "safety_note", ["participant_id"], unique=False
    )
    op.create_index(
        op.f("ix_safety_note_recorded_by"), "safety_note", ["recorded_by"], unique=False
    )
    op.create_table(
        "adverse_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_adverse_event_form_id")),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["person.id"], name=op.f("fk_adverse_event_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f("fk_adverse_event_participant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
        sa.UniqueConstraint(
            "form_id", "item", "term", name=op.f("uq_adverse_event_form_id_item_term")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_adverse_event_number")),
    )
    op.create_index(
        op.f("ix_adverse_event_opened_by"), "adverse_event", ["opened_by"], unique=False
    )
    op.create_index(
        op.f("ix_adverse_event_participant_id"), "adverse_event", ["participant_id"], unique=False
    )
    op.create_table(
        "pregnancy_follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pregnancy_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["pregnancy_id"], ["pregnancy.id"], name=op.f("fk_pregnancy_follow_up_pregnancy_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_pregnancy_follow_up_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pregnancy_follow_up")),
    )
    op.create_index(
        op.f("ix_pregnancy_follow_up_pregnancy_id"),
        "pregnancy_follow_up",
        ["pregnancy_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pregnancy_follow_up_recorded_by"),
        "pregnancy_follow_up",
        ["recorded_by"],
        unique=False,
    )
    op.create_table(
        "pregnancy_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pregnancy_id", sa.Integer(), nullable=False),
        sa.Column("received_by", sa.Integer(), nullable=False),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["pregnancy_id"], ["pregnancy.id"], name=op.f("fk_pregnancy_receipt_pregnancy_id")
        ),
        sa.ForeignKeyConstraint(
            ["received_by"], ["person.id"], name=op.f("fk_pregnancy_receipt_received_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pregnancy_receipt")),
        sa.UniqueConstraint("pregnancy_id", name=op.f("uq_pregnancy_receipt_pregnancy_id")),
    )
    op.create_index(
        op.f("ix_pregnancy_receipt_received_by"), "pregnancy_receipt", ["received_by"], unique=False
    )
    op.create_table(
        "alert_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_told_alert_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alert_told_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_told")),
    )
    op.create_index(op.f("ix_alert_told_alert_id"), "alert_told", ["alert_id"], unique=False)
    op.create_index(op.f("ix_alert_told_person_id"), "alert_told", ["person_id"], unique=False)
    op.create_table(
        "event_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("onset_on", sa.Date(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("criteria", Json(), nullable=False),
        sa.Column("relatedness", sa.String(), nullable=False),
        sa.Column("expectedness", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("assessed_by", sa.Integer(), nullable=False),
        sa.Column("assessed_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessed_by"], ["person.id"], name=op.f("fk_event_assessment_assessed_by")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["adverse_event.id"], name=op.f("fk_event_assessment_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_assessment")),
        sa.UniqueConstraint(
            "event_id", "version", name=op.f("uq_event_assessment_event_id_version")
        ),
    )
    op.create_index(
        op.f("ix_event_assessment_assessed_by"), "event_assessment", ["assessed_by"], unique=False
    )
    op.create_table(
        "event_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("part_of", sa.Integer(), nullable=False),
        sa.Column("linked_by", sa.Integer(), nullable=False),
        sa.Column("linked_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["adverse_event.id"], name=op.f("fk_event_link_event_id")
        ),
        sa.ForeignKeyConstraint(["linked_by"], ["person.id"], name=op.f("fk_event_link_linked_by")),
        sa.ForeignKeyConstraint(
            ["part_of"], ["adverse_event.id"], name=op.f("fk_event_link_part_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_link")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_link_event_id")),
    )
    op.create_index(op.f("ix_event_link_linked_by"), "event_link", ["linked_by"], unique=False)
    op.create_table(
        "event_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["adverse_event.id"], name=op.f("fk_event_mark_event_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_event_mark_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_mark")),
    )
    op.create_index(op.f("ix_event_mark_event_id"), "event_mark", ["event_id"], unique=False)
    op.create_index(op.f("ix_event_mark_made_by"), "event_mark", ["made_by"], unique=False)
    _move_what_was_done()
    for name in (
        "adverse_event",
        "alert_told",
        "event_assessment",
        "event_link",
        "event_mark",
        "pregnancy",
        "pregnancy_follow_up",
        "pregnancy_receipt",
        "safety_note",
    ):
        for trigger in append_only(name):
            op.execute(trigger)


def _move_what_was_done() -> None:
    """What was done about an alert goes to where words are kept; it stays sealed as it is."""
    op.execute(
        "INSERT INTO safety_note (participant_id, about, about_id, words, recorded_by, recorded_at)"
        " SELECT participant_id, 'alert', id, done, acknowledged_by, acknowledged_at"
        " FROM alert WHERE done IS NOT NULL"
    )
    op.drop_column("alert", "done")


def _unblinding() -> None:
    op.create_table(
        "unblinding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("reason", Sealed(), nullable=False),
        sa.Column("asked_at", UTC(length=27), nullable=False),
        sa.Column("expires_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_unblinding_participant_id")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_unblinding_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unblinding")),
    )
    op.create_index(
        op.f("ix_unblinding_participant_id"), "unblinding", ["participant_id"], unique=False
    )
    op.create_index(op.f("ix_unblinding_asked_by"), "unblinding", ["asked_by"], unique=False)
    for trigger in append_only("unblinding"):
        op.execute(trigger)
    op.create_table(
        "unblinding_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unblinding_id", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("answered_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["unblinding_id"], ["unblinding.id"], name=op.f("fk_unblinding_answer_unblinding_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_unblinding_answer_answered_by")
        ),
        sa.UniqueConstraint("unblinding_id", name=op.f("uq_unblinding_answer_unblinding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unblinding_answer")),
    )
    op.create_index(
        op.f("ix_unblinding_answer_answered_by"), "unblinding_answer", ["answered_by"], unique=False
    )
    for trigger in append_only("unblinding_answer"):
        op.execute(trigger)


def _closing() -> None:
    op.create_table(
        "data_lock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("locked_by", sa.Integer(), nullable=False),
        sa.Column("reason", Sealed(), nullable=False),
        sa.Column("locked_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["locked_by"], ["person.id"], name=op.f("fk_data_lock_locked_by")),
        sa.CheckConstraint("id = 1", name=op.f("ck_data_lock_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_lock")),
    )
    op.create_index(op.f("ix_data_lock_locked_by"), "data_lock", ["locked_by"], unique=False)
    for trigger in append_only("data_lock"):
        op.execute(trigger)
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("locked", sa.Integer(), nullable=False),
        sa.Column("signed_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["signed_by"], ["person.id"], name=op.f("fk_sign_off_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
    )
    op.create_index(op.f("ix_sign_off_signed_by"), "sign_off", ["signed_by"], unique=False)
    for trigger in append_only("sign_off"):
        op.execute(trigger)
