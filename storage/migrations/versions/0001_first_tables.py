"""The first tables."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Json, Sealed

revision = "0001"
down_revision = None

_APPEND_ONLY = (
    "allocation",
    "arm_told",
    "audit",
    "confirmation",
    "envelope",
    "identity",
    "milestone",
    "participant",
    "rating_exclusion",
    "response",
    "screening_failure",
    "sealed_arm",
    "session_note",
)


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "envelope",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_envelope")),
    )
    op.create_table(
        "key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key")),
        sa.UniqueConstraint("owner", name=op.f("uq_key_owner")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("sealed", Sealed(), nullable=False),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "update_seen",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("update_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("channel", "update_id", name=op.f("pk_update_seen")),
    )
    op.create_index(
        op.f("ix_update_seen_received_at"), "update_seen", ["received_at"], unique=False
    )
    op.create_table(
        "wrong_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    op.create_index(op.f("ix_wrong_code_digest"), "wrong_code", ["digest"], unique=False)
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("sealed", Sealed(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )
    op.create_index(op.f("ix_address_person_id"), "address", ["person_id"], unique=False)
    op.create_index(
        "uq_address_open",
        "address",
        ["channel", "digest"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.Column("answered_at", UTC(length=27), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("detail", Sealed(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_audit_actor_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_audit_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_digest")),
    )
    op.create_index(op.f("ix_audit_actor_id"), "audit", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_subject_id"), "audit", ["subject_id"], unique=False)
    op.create_table(
        "confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_hash", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["person.id"], name=op.f("fk_confirmation_confirmed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
    )
    op.create_index(
        op.f("ix_confirmation_confirmed_by"), "confirmation", ["confirmed_by"], unique=False
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed", Sealed(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_digest"), "identity", ["digest"], unique=False)
    op.create_index(op.f("ix_identity_person_id"), "identity", ["person_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UTC(length=27), nullable=False),
        sa.Column("expires_at", UTC(length=27), nullable=False),
        sa.Column("used_at", UTC(length=27), nullable=True),
        sa.Column("replaced_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest")),
    )
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", Sealed(), nullable=False),
        sa.Column("attachment", Sealed(), nullable=True),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.Column("answer", Sealed(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_mail_answered_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index(op.f("ix_mail_answered_by"), "mail", ["answered_by"], unique=False)
    op.create_index(op.f("ix_mail_person_id"), "mail", ["person_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", UTC(length=27), nullable=False),
        sa.CheckConstraint("sex in ('F', 'M')", name=op.f("ck_participant_sex")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_participant_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_participant")),
        sa.UniqueConstraint("code", name=op.f("uq_participant_code")),
    )
    op.create_table(
        "screening_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_screening_failure_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_failure")),
    )
    op.create_index(
        op.f("ix_screening_failure_recorded_by"), "screening_failure", ["recorded_by"], unique=False
    )
    op.create_table(
        "sealed_arm",
        sa.Column("envelope", sa.Integer(), nullable=False),
        sa.Column("arm", Sealed(), nullable=False),
        sa.Column("salt", Sealed(), nullable=False),
        sa.ForeignKeyConstraint(
            ["envelope"], ["envelope.number"], name=op.f("fk_sealed_arm_envelope")
        ),
        sa.PrimaryKeyConstraint("envelope", name=op.f("pk_sealed_arm")),
    )
    op.create_table(
        "staff_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("began_at", UTC(length=27), nullable=False),
        sa.Column("ended_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_role_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
    )
    op.create_index(op.f("ix_staff_role_person_id"), "staff_role", ["person_id"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.Integer(), nullable=False),
        sa.Column("allocated_by", sa.Integer(), nullable=False),
        sa.Column("allocated_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["allocated_by"], ["person.id"], name=op.f("fk_allocation_allocated_by")
        ),
        sa.ForeignKeyConstraint(
            ["envelope"], ["envelope.number"], name=op.f("fk_allocation_envelope")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_allocation_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("envelope", name=op.f("uq_allocation_envelope")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_allocation_participant_id")),
    )
    op.create_index(
        op.f("ix_allocation_allocated_by"), "allocation", ["allocated_by"], unique=False
    )
    op.create_table(
        "arm_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_arm_told_participant_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_arm_told_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arm_told")),
    )
    op.create_index(
        op.f("ix_arm_told_participant_id"), "arm_told", ["participant_id"], unique=False
    )
    op.create_index(op.f("ix_arm_told_person_id"), "arm_told", ["person_id"], unique=False)
    op.create_table(
        "form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("visit", sa.String(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("opened_at", UTC(length=27), nullable=False),
        sa.Column("submitted_at", UTC(length=27), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_form_participant_id")
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"], name=op.f("fk_form_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
        sa.UniqueConstraint(
            "participant_id",
            "instrument",
            "visit",
            name=op.f("uq_form_participant_id_instrument_visit"),
        ),
    )
    op.create_index(op.f("ix_form_participant_id"), "form", ["participant_id"], unique=False)
    op.create_index(op.f("ix_form_submitted_by"), "form", ["submitted_by"], unique=False)
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("milestone", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("visit", sa.String(), nullable=True),
        sa.Column("at", UTC(length=27), nullable=True),
        sa.Column("detail", Json(), nullable=False),
        sa.Column("reason", Sealed(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_milestone_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_milestone_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    op.create_index(
        op.f("ix_milestone_participant_id"), "milestone", ["participant_id"], unique=False
    )
    op.create_index(op.f("ix_milestone_recorded_by"), "milestone", ["recorded_by"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("stranger", Sealed(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", Sealed(), nullable=False),
        sa.Column("made_at", UTC(length=27), nullable=False),
        sa.Column("expires_at", UTC(length=27), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UTC(length=27), nullable=False),
        sa.Column("attempted_at", UTC(length=27), nullable=True),
        sa.Column("settled_at", UTC(length=27), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_outbox_address_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outbox_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(op.f("ix_outbox_person_id"), "outbox", ["person_id"], unique=False)
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["line", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "planned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("subject", Json(), nullable=False),
        sa.Column("due_at", UTC(length=27), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_planned_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned")),
        sa.UniqueConstraint("key", name=op.f("uq_planned_key")),
    )
    op.create_index(
        "ix_planned_due",
        "planned",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(op.f("ix_planned_participant_id"), "planned", ["participant_id"], unique=False)
    op.create_table(
        "rating_exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f("fk_rating_exclusion_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["person.id"], name=op.f("fk_rating_exclusion_rater_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_exclusion")),
        sa.UniqueConstraint(
            "rater_id", "participant_id", name=op.f("uq_rating_exclusion_rater_id_participant_id")
        ),
    )
    op.create_index(
        op.f("ix_rating_exclusion_participant_id"),
        "rating_exclusion",
        ["participant_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rating_exclusion_rater_id"), "rating_exclusion", ["rater_id"], unique=False
    )
    op.create_table(
        "session_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.String(), nullable=False),
        sa.Column("batch", Sealed(), nullable=False),
        sa.Column("notes", Sealed(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f("fk_session_note_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_session_note_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_note")),
    )
    op.create_index(
        op.f("ix_session_note_participant_id"), "session_note", ["participant_id"], unique=False
    )
    op.create_index(
        op.f("ix_session_note_recorded_by"), "session_note", ["recorded_by"], unique=False
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("option", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("raised_at", UTC(length=27), nullable=False),
        sa.Column("acknowledged_at", UTC(length=27), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("done", Sealed(), nullable=True),
        sa.Column("escalated_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["person.id"], name=op.f("fk_alert_acknowledged_by")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_alert_form_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_alert_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("form_id", "item", "option", name=op.f("uq_alert_form_id_item_option")),
    )
    op.create_index(op.f("ix_alert_acknowledged_by"), "alert", ["acknowledged_by"], unique=False)
    op.create_index(op.f("ix_alert_participant_id"), "alert", ["participant_id"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("state", Sealed(), nullable=True),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("begun_at", UTC(length=27), nullable=False),
        sa.Column("changed_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_conversation_form_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_conversation_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
    )
    op.create_index(op.f("ix_conversation_person_id"), "conversation", ["person_id"], unique=False)
    op.create_index(
        "uq_conversation_foreground",
        "conversation",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("standing = 'foreground'"),
        postgresql_where=sa.text("standing = 'foreground'"),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("codes", Json(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("words", Sealed(), nullable=True),
        sa.Column("originator", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("wording_digest", sa.String(), nullable=False),
        sa.Column("reason", Sealed(), nullable=True),
        sa.Column("answered_at", UTC(length=27), nullable=False),
        sa.Column("saved_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_response_form_id")),
        sa.ForeignKeyConstraint(["originator"], ["person.id"], name=op.f("fk_response_originator")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.person_id"], name=op.f("fk_response_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint(
            "form_id", "item", "revision", name=op.f("uq_response_form_id_item_revision")
        ),
    )
    op.create_index(op.f("ix_response_originator"), "response", ["originator"], unique=False)
    op.create_index(
        op.f("ix_response_participant_id"), "response", ["participant_id"], unique=False
    )
    for table in _APPEND_ONLY:
        for trigger in append_only(table):
            op.execute(trigger)
