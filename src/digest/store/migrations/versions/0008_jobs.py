"""editors' choices of jobs"""

import sqlalchemy as sa
from alembic import op

revision = "0008_jobs"
down_revision = "0008_llm"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("job", sa.String(length=60), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("job")
