from alembic import context
from sqlalchemy import create_engine

from app.config import Settings


def migrate() -> None:
    url = Settings.from_environment().database_url
    # SQLAlchemy picks psycopg 3 by this scheme; the rest of the address is the same.
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


migrate()
