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
    _photographs()


def _photographs() -> None:
    op.create_table(
        "photograph",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("file", Sealed(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UTC(length=27), nullable=False),
        sa.Column("settled_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f("fk_photograph_participant_id"),
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_photograph_sent_by")),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_photograph_address_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photograph")),
        sa.UniqueConstraint("key", name=op.f("uq_photograph_key")),
    )
    op.create_index(
        op.f("ix_photograph_participant_id"), "photograph", ["participant_id"], unique=False
    )
    op.create_index(op.f("ix_photograph_sent_by"), "photograph", ["sent_by"], unique=False)
    op.create_index(
        "ix_photograph_received",
        "photograph",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "photograph_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photograph_id", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sharpness", sa.Integer(), nullable=False),
        sa.Column("content", Sealed(), nullable=False),
        sa.Column("kept_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["photograph_id"], ["photograph.id"], name=op.f("fk_photograph_file_photograph_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photograph_file")),
        sa.UniqueConstraint("photograph_id", name=op.f("uq_photograph_file_photograph_id")),
    )
    for trigger in append_only("photograph_file"):
        op.execute(trigger)
    op.add_column("outbox", sa.Column("sent_as", sa.String(), nullable=True))


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
