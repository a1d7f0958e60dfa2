"""SMS are counted by the moment at which they began, for a day's limit and a month's budget."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index(op.f("ix_sms_begun_at"), "sms", ["begun_at"])
