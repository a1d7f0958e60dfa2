"""The files with which a running trial was taken over."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Json

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "take_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("counts", Json(), nullable=False),
        sa.Column("loaded_by", sa.Integer(), nullable=False),
        sa.Column("loaded_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["loaded_by"], ["person.id"], name=op.f("fk_take_over_loaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_take_over")),
        sa.UniqueConstraint("digest", name=op.f("uq_take_over_digest")),
    )
    op.create_index(op.f("ix_take_over_loaded_by"), "take_over", ["loaded_by"], unique=False)
    for trigger in append_only("take_over"):
        op.execute(trigger)
