"""health"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COUNTS = ("rejected", "folded", "passed_over", "held", "days", "same_day", "body_bytes")
TEXTS = {"body_sha256": 64, "parser_version": 40, "accepted_by": 80}


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_bad_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspects", sa.Integer(), nullable=False),
        sa.Column("items_before", sa.Integer(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=True),
        sa.Column("capture_before", sa.String(length=80), nullable=False),
        sa.Column("capture_during", sa.String(length=80), nullable=False),
        sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("end", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("source", "opened_at", name=op.f("uq_incident_source_opened_at")),
    )
    with op.batch_alter_table("reading") as batch_op:
        batch_op.add_column(sa.Column("fault", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("expected", sa.Float(), nullable=True))
        # readings from before were counted less closely: None and 0 say so, and judge nothing
        batch_op.add_column(sa.Column("dated", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("body_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("fills", sa.Text(), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column("is_baseline", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        for name in COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for name, length in TEXTS.items():
            batch_op.add_column(
                sa.Column(name, sa.String(length=length), nullable=False, server_default="")
            )
    with op.batch_alter_table("source") as batch_op:
        batch_op.add_column(sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("muted_by", sa.String(length=80), nullable=False, server_default="")
        )


def downgrade() -> None:
    with op.batch_alter_table("source") as batch_op:
        batch_op.drop_column("muted_by")
        batch_op.drop_column("muted_until")
    with op.batch_alter_table("reading") as batch_op:
        for name in (*TEXTS, *COUNTS):
            batch_op.drop_column(name)
        for name in ("is_baseline", "fills", "body_since", "minutes", "dated", "expected", "fault"):
            batch_op.drop_column(name)
    op.drop_table("incident")
