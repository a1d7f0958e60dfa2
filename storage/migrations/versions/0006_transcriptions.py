"""Answers that staff enter for a participant: how, which day and why."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Sealed

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "transcription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("reason", Sealed(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_transcription_form_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f("fk_transcription_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["person.id"], name=op.f("fk_transcription_entered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcription")),
    )
    for column in ("form_id", "participant_id", "entered_by"):
        op.create_index(op.f(f"ix_transcription_{column}"), "transcription", [column], unique=False)
    for trigger in append_only("transcription"):
        op.execute(trigger)
