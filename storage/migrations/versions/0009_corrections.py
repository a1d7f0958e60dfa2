"""Corrections: old and new stand side by side."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Sealed

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _of_answers()


def _of_answers() -> None:
    op.create_table(
        "correction_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("asked", Sealed(), nullable=False),
        sa.Column("reason", Sealed(), nullable=True),
        sa.Column("asked_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form.id"], name=op.f("fk_correction_request_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f("fk_correction_request_participant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_request")),
    )
    op.create_index(op.f("ix_correction_request_form_id"), "correction_request", ["form_id"])
    op.create_index(
        op.f("ix_correction_request_participant_id"), "correction_request", ["participant_id"]
    )
    op.create_table(
        "correction_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("words", Sealed(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["correction_request.id"],
            name=op.f("fk_correction_decision_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_correction_decision_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_decision")),
        sa.UniqueConstraint("request_id", name=op.f("uq_correction_decision_request_id")),
    )
    op.create_index(
        op.f("ix_correction_decision_decided_by"), "correction_decision", ["decided_by"]
    )
    op.create_table(
        "correction_confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["correction_request.id"],
            name=op.f("fk_correction_confirmation_request_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_confirmation")),
        sa.UniqueConstraint("request_id", name=op.f("uq_correction_confirmation_request_id")),
    )
    for name in ("correction_request", "correction_decision", "correction_confirmation"):
        for trigger in append_only(name):
            op.execute(trigger)
