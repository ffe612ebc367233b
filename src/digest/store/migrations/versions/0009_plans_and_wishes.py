"""plans of a week on their own, and what editors ask of them"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_plan")),
    )
    op.create_table(
        "wish",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("pairs", sa.Text(), nullable=False),
        sa.Column("is_forced", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=120), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    op.create_index(op.f("ix_wish_week"), "wish", ["week"])
    # plans that were stored with their issue are plans of their week
    op.execute(
        "INSERT INTO plan (week, document, wishes, made_at) "
        "SELECT week, plan, '[]', changed_at FROM issue"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_wish_week"), table_name="wish")
    op.drop_table("wish")
    op.drop_table("plan")
