"""What staff do from their phones."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Sealed

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _mail()
    _pins()


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


def _pins() -> None:
    op.create_table(
        "pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hash", Sealed(), nullable=False),
        sa.Column("set_at", UTC(length=27), nullable=False),
        sa.Column("ended_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pin_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
    )
    op.create_index(op.f("ix_pin_person_id"), "pin", ["person_id"], unique=False)
    op.create_table(
        "pin_miss",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pin_miss_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_miss")),
    )
    op.create_index(op.f("ix_pin_miss_person_id"), "pin_miss", ["person_id"], unique=False)
    for trigger in append_only("pin_miss"):
        op.execute(trigger)
