"""The web chat, and the mark of a rehearsal."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Sealed

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "web_chat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", UTC(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_chat")),
    )
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("seconds_ahead", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_rehearsal_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
    )
    op.create_table(
        "web_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("sealed", Sealed(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["web_chat.id"], name=op.f("fk_web_line_chat_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_line_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_line")),
        sa.UniqueConstraint("chat_id", "key", name=op.f("uq_web_line_chat_id_key")),
        sa.UniqueConstraint("changed", name=op.f("uq_web_line_changed")),
    )
    op.create_index(op.f("ix_web_line_person_id"), "web_line", ["person_id"], unique=False)
    op.create_table(
        "web_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("name", Sealed(), nullable=False),
        sa.Column("content", Sealed(), nullable=False),
        sa.Column("received_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_file_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_file")),
    )
    op.create_index(op.f("ix_web_file_person_id"), "web_file", ["person_id"], unique=False)
    op.create_table(
        "personal_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UTC(length=27), nullable=False),
        sa.Column("ended_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_personal_link_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_personal_link_digest")),
    )
    op.create_index(
        op.f("ix_personal_link_person_id"), "personal_link", ["person_id"], unique=False
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", UTC(length=27), nullable=False),
        sa.Column("expires_at", UTC(length=27), nullable=False),
        sa.Column("ended_at", UTC(length=27), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["web_chat.id"], name=op.f("fk_web_session_chat_id")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["personal_link.id"], name=op.f("fk_web_session_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_web_session_digest")),
    )
    for trigger in append_only("web_chat"):
        op.execute(trigger)
