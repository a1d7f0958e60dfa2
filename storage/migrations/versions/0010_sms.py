"""SMS as they were handed to an operator, what it reports of each, and codes for one number."""

import sqlalchemy as sa
from alembic import op

from storage.types import UTC

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "sms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("piece", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("begun_at", UTC(length=27), nullable=False),
        sa.Column("accepted_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_sms_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms")),
        sa.UniqueConstraint("outbox_id", "piece", name=op.f("uq_sms_outbox_id_piece")),
    )
    op.create_index(op.f("ix_sms_gateway_reference"), "sms", ["gateway", "reference"])
    op.create_table(
        "sms_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_report")),
        sa.UniqueConstraint(
            "gateway", "reference", "state", name=op.f("uq_sms_report_gateway_reference_state")
        ),
    )
