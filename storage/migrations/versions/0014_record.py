"""A record of every study row as it was written, to which the audit trail is tied."""

import sqlalchemy as sa
from alembic import op

from storage import recording
from storage.guards import append_only
from storage.tables import RECORDED

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
    )
    op.create_index(
        op.f("ix_record_table_name_row_id"), "record", ["table_name", "row_id"], unique=False
    )
    for trigger in append_only("record"):
        op.execute(trigger)
    op.add_column("audit", sa.Column("recorded", sa.LargeBinary(), nullable=True))
    # A table of a later migration is recorded there.
    standing = set(sa.inspect(op.get_bind()).get_table_names())
    for name in RECORDED:
        if name in standing:
            recording.begin(op.get_bind(), name)
