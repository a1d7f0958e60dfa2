"""Readings of several raters, their guesses of the arm, and the ledger of paper envelopes."""

import sqlalchemy as sa
from alembic import op

from storage.guards import append_only
from storage.types import UTC, Sealed

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("form") as form:
        form.add_column(sa.Column("reading", sa.Integer(), nullable=False, server_default="1"))
        form.add_column(sa.Column("veil", sa.String(), nullable=True))
        form.drop_constraint(op.f("uq_form_participant_id_instrument_visit"), type_="unique")
        form.create_unique_constraint(
            op.f("uq_form_participant_id_instrument_visit_reading"),
            ["participant_id", "instrument", "visit", "reading"],
        )
    _envelope_witness()
    _envelope_incident()
    _envelope_replacement()
    _arm_guess()
    for table in (
        "arm_guess",
        "envelope_incident",
        "envelope_replacement",
        "envelope_witness",
        "incident_words",
    ):
        for trigger in append_only(table):
            op.execute(trigger)


def _envelope_witness() -> None:
    name = "envelope_witness"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("witness_id", sa.Integer(), nullable=False),
        sa.Column("intact", sa.Boolean(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        _key(name, "envelope", "envelope.number"),
        _key(name, "participant_id", "participant.person_id"),
        _key(name, "witness_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("envelope", name=op.f(f"uq_{name}_envelope")),
    )
    _index(name, "participant_id", "witness_id")


def _envelope_incident() -> None:
    name = "envelope_incident"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reported_by", sa.Integer(), nullable=False),
        sa.Column("reported_at", UTC(length=27), nullable=False),
        _key(name, "envelope", "envelope.number"),
        _key(name, "reported_by", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("envelope", name=op.f(f"uq_{name}_envelope")),
    )
    _index(name, "reported_by")
    op.create_table(
        "incident_words",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("words", Sealed(), nullable=False),
        _key("incident_words", "incident_id", "envelope_incident.id"),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_words")),
    )


def _envelope_replacement() -> None:
    name = "envelope_replacement"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.Integer(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=False),
        sa.Column("replaced_at", UTC(length=27), nullable=False),
        _key(name, "participant_id", "participant.person_id"),
        _key(name, "retired", "envelope.number"),
        _key(name, "envelope", "envelope.number"),
        _key(name, "replaced_by", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("retired", name=op.f(f"uq_{name}_retired")),
        sa.UniqueConstraint("envelope", name=op.f(f"uq_{name}_envelope")),
    )
    _index(name, "participant_id", "replaced_by")


def _arm_guess() -> None:
    name = "arm_guess"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("guess", Sealed(), nullable=False),
        sa.Column("at", UTC(length=27), nullable=False),
        _key(name, "rater_id", "person.id"),
        _key(name, "participant_id", "participant.person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "rater_id", "participant_id", name=op.f(f"uq_{name}_rater_id_participant_id")
        ),
    )
    _index(name, "rater_id", "participant_id")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
