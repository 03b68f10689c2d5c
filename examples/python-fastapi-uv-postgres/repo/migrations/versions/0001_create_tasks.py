"""create tasks"""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE tasks (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            team text NOT NULL,
            title text NOT NULL,
            done boolean NOT NULL DEFAULT false
        )
        """
    )
    op.execute("CREATE INDEX tasks_team ON tasks (team) WHERE NOT done")


def downgrade() -> None:
    op.execute("DROP TABLE tasks")
