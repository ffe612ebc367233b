"""hosts that all workers share, addresses that moved or are gone, pages that lead on"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "host",
        sa.Column("leased_by", sa.String(length=200), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host")),
    )
    with op.batch_alter_table("capture") as batch_op:
        batch_op.add_column(
            sa.Column("leads_on", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("source") as batch_op:
        batch_op.add_column(sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("moved_from", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("moved_to", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("moved_seen", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("source") as batch_op:
        for column in ("next_due_at", "moved_seen", "moved_to", "moved_from", "gone_at"):
            batch_op.drop_column(column)
    with op.batch_alter_table("capture") as batch_op:
        batch_op.drop_column("leads_on")
    op.drop_table("host")
