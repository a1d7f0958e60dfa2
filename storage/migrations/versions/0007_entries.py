"""Entries of staff are corrected beside what was entered."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Sealed

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    name = "milestone_correction"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("reason", Sealed(), nullable=False),
        sa.Column("corrected_by", sa.Integer(), nullable=False),
        sa.Column("corrected_at", UTC(length=27), nullable=False),
        _key(name, "milestone_id", "milestone.id"),
        _key(name, "participant_id", "participant.person_id"),
        _key(name, "corrected_by", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    for column in ("milestone_id", "participant_id", "corrected_by"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column], unique=False)
    for trigger in append_only(name):
        op.execute(trigger)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
