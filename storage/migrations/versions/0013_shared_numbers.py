"""A phone may be of several people: who writes from it now, and what came before that was said."""

import sqlalchemy as sa
from alembic import op

from storage.types import UTC, Json, Sealed

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.drop_index("uq_address_open", table_name="address")
    op.create_index("ix_address_channel_digest", "address", ["channel", "digest"])
    op.create_index(
        "uq_address_open",
        "address",
        ["channel", "digest"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND channel <> 'sms'"),
        postgresql_where=sa.text("state <> 'closed' AND channel <> 'sms'"),
    )
    op.create_table(
        "shared_number",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("offered", Json(), nullable=True),
        sa.Column("heard_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_shared_number_address_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_shared_number")),
    )
    op.create_table(
        "held_sms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("words", Sealed(), nullable=False),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_sms")),
    )
    op.create_index(op.f("ix_held_sms_digest"), "held_sms", ["digest"])
