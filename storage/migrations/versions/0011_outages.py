"""Several ways to a person: what is down, what they prefer, what stands in the place of what, and
where a question was asked last."""

import sqlalchemy as sa
from alembic import op

from storage.types import UTC

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "channel_outage",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("failing_since", UTC(length=27), nullable=False),
        sa.Column("failed_at", UTC(length=27), nullable=False),
        sa.Column("is_down", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_outage")),
    )
    op.add_column("person", sa.Column("preferred_channel", sa.String(), nullable=True))
    op.add_column("conversation", sa.Column("channel", sa.String(), nullable=True))
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("instead_of", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_outbox_instead_of"), "outbox", ["instead_of"], ["id"])
        batch.create_unique_constraint(op.f("uq_outbox_instead_of"), ["instead_of"])
