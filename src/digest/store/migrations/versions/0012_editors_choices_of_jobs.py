"""editors' choices of jobs, and one job under another key"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("job", sa.String(length=60), nullable=True))
    # to readers a model that guards and a service that does are one job
    op.execute("UPDATE tool SET job = 'guardrails' WHERE job = 'guard-model'")
    op.execute("UPDATE tool SET job_runner_up = 'guardrails' WHERE job_runner_up = 'guard-model'")


def downgrade() -> None:
    op.execute("UPDATE tool SET job = 'guard-model' WHERE job = 'guardrails'")
    op.execute("UPDATE tool SET job_runner_up = 'guard-model' WHERE job_runner_up = 'guardrails'")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("job")
