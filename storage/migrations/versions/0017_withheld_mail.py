"""What participants write once they are randomized is their clinician's to read, or to hand on."""

import sqlalchemy as sa
from alembic import op

from storage import recording
from storage.guards import append_only
from storage.types import UTC

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "mail_handed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("handed_by", sa.Integer(), nullable=False),
        sa.Column("handed_at", UTC(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["handed_by"], ["person.id"], name=op.f("fk_mail_handed_handed_by")
        ),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_mail_handed_mail_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_handed")),
        sa.UniqueConstraint("mail_id", name=op.f("uq_mail_handed_mail_id")),
    )
    op.create_index(op.f("ix_mail_handed_handed_by"), "mail_handed", ["handed_by"])
    op.create_table(
        "mail_withheld",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_mail_withheld_mail_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_withheld")),
        sa.UniqueConstraint("mail_id", name=op.f("uq_mail_withheld_mail_id")),
    )
    op.execute(
        "INSERT INTO mail_withheld (mail_id) SELECT mail.id FROM mail JOIN allocation "
        "ON allocation.participant_id = mail.person_id "
        "WHERE allocation.allocated_at <= mail.received_at ORDER BY mail.id"
    )
    for name in ("mail_handed", "mail_withheld"):
        for guard in append_only(name):
            op.execute(guard)
        recording.begin(op.get_bind(), name)
