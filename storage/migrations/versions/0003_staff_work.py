"""What staff do from their phones."""

import sqlalchemy as sa
from alembic import op

from storage.types import UTC

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _mail()


def _mail() -> None:
    with op.batch_alter_table("mail") as mail:
        mail.add_column(sa.Column("claimed_by", sa.Integer(), nullable=True))
        mail.add_column(sa.Column("claimed_at", UTC(length=27), nullable=True))
        mail.add_column(sa.Column("closed", sa.String(), nullable=True))
        mail.add_column(sa.Column("closed_by", sa.Integer(), nullable=True))
        mail.add_column(sa.Column("closed_at", UTC(length=27), nullable=True))
        for column in ("claimed_by", "closed_by"):
            mail.create_foreign_key(op.f(f"fk_mail_{column}"), "person", [column], ["id"])
    for column in ("claimed_by", "closed_by"):
        op.create_index(op.f(f"ix_mail_{column}"), "mail", [column], unique=False)
