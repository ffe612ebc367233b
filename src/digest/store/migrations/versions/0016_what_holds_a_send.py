"""sends that can be paused, slowed, tried on a few first, and told from those of a restored backup"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issue_order",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("because", sa.String(length=300), nullable=True),
        sa.Column("was", sa.String(length=20), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_order")),
    )
    op.create_index(op.f("ix_issue_order_week"), "issue_order", ["week"])
    op.create_table(
        "sending",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("canary", sa.Integer(), nullable=False),
        sa.Column("canary_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("canary_passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_sending")),
    )
    op.create_table(
        "throttle",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("limit", sa.Float(), nullable=True),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lowered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_throttle")),
    )
    epochs = op.create_table(
        "send_epoch",
        sa.Column("database", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("database", name=op.f("pk_send_epoch")),
    )
    # made here, so that every backup from now on is known for a copy of this database
    op.bulk_insert(epochs, [{"database": uuid4().hex, "count": 0}])
    with op.batch_alter_table("approval") as table:
        table.add_column(sa.Column("audience", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("approval") as table:
        table.drop_column("audience")
    for name in ("send_epoch", "throttle", "sending", "issue_order"):
        op.drop_table(name)
