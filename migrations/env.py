"""Alembic's environment: one connection, one transaction per migration, short patience.

A migration imports no application code, so that it does the same in ten years whatever the rules do then.
"""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, text

# A migration that waits for a lock makes everybody behind it wait: better to fail and be run again.
LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "10min"


def migrate(connection: Connection) -> None:
    """Bring the database of `connection` to the wanted revision; the caller owns the connection."""
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("RESET lock_timeout"))
    connection.execute(text("RESET statement_timeout"))
    connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    address = os.environ["DATABASE_URL"]
    with create_engine(address.replace("postgresql://", "postgresql+psycopg://")).connect() as opened:
        migrate(opened)
