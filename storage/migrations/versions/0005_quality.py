"""Deviations from the protocol, and queries with what became of them."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Json, Sealed

revision = "0005"
down_revision = "0004"

_INDEXED = (
    ("deviation", "participant_id"),
    ("deviation", "recorded_by"),
    ("query", "participant_id"),
    ("query", "raised_by"),
    ("query_turn", "query_id"),
    ("query_turn", "by"),
)


def upgrade() -> None:
    op.create_table(
        "deviation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("visit", sa.String(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("detail", Json(), nullable=False),
        sa.Column("reason", Sealed(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UTC(length=27), nullable=False),
        *_of_participant("deviation"),
        _by("deviation", "recorded_by"),
    )
    op.create_table(
        "query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", Json(), nullable=True),
        sa.Column("words", Sealed(), nullable=True),
        sa.Column("raised_by", sa.Integer(), nullable=True),
        sa.Column("raised_at", UTC(length=27), nullable=False),
        *_of_participant("query"),
        _by("query", "raised_by"),
    )
    op.create_table(
        "query_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("query_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("words", Sealed(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(["query_id"], ["query.id"], name=op.f("fk_query_turn_query_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_query_turn")),
        _by("query_turn", "by"),
    )
    for table, column in _INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for table in ("deviation", "query", "query_turn"):
        for trigger in append_only(table):
            op.execute(trigger)


def _of_participant(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.person_id"],
            name=op.f(f"fk_{table}_participant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("participant_id", "key", name=op.f(f"uq_{table}_participant_id_key")),
    )


def _by(table: str, column: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}"))
