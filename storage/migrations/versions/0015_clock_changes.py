"""When our clock turned out wrong or right again, and what was written before that."""

import sqlalchemy as sa
from alembic import op

from storage import recording
from storage.guards import append_only
from storage.types import UTC, Json

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "clock_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("off_by", sa.Integer(), nullable=False),
        sa.Column("reached", Json(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_change")),
    )
    for guard in append_only("clock_change"):
        op.execute(guard)
    recording.begin(op.get_bind(), "clock_change")
