"""what comes back after a mail was sent"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=True),
        sa.Column("subscriber", sa.String(length=32), nullable=True),
        sa.Column("recipient", sa.String(length=320), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("diagnostic", sa.String(length=500), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_feedback_source_key")),
    )
    op.create_index(op.f("ix_feedback_subscriber"), "feedback", ["subscriber"])
    op.create_index(op.f("ix_feedback_week_kind"), "feedback", ["week", "kind"])
    op.create_index(op.f("ix_feedback_received_at"), "feedback", ["received_at"])
    op.create_table(
        "refusal_reading",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_refusal_reading")),
    )
    op.create_table(
        "suppression",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("secret_mark", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_suppression")),
    )
    op.create_table(
        "mail_try",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=500), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mail_try")),
    )
    op.create_table(
        "mailbox",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox")),
    )


def downgrade() -> None:
    for table in ("mailbox", "mail_try", "suppression", "refusal_reading", "feedback"):
        op.drop_table(table)
