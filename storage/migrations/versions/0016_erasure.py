"""The digests of whoever was erased may be taken out of `identity`."""

from alembic import op

from storage.guards import Refusal

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    guard = Refusal("identity", "UPDATE")
    op.execute(f"DROP TRIGGER {guard.name}")
    op.execute(guard)
