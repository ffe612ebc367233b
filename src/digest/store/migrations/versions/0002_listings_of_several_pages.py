"""listings of several pages"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("capture") as batch_op:
        batch_op.add_column(
            sa.Column("listing", sa.String(length=80), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("page", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    with op.batch_alter_table("capture") as batch_op:
        batch_op.drop_column("page")
        batch_op.drop_column("listing")
