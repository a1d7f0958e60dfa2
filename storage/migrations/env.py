"""Runs migrations on the connection that storage.schema hands in, inside its transaction."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=False,
    transaction_per_migration=False,
)
context.run_migrations()
