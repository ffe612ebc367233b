"""marks of tools, and an index of the launches that are due"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IS_DUE = sa.text("researched_key != capture_key")


def upgrade() -> None:
    op.create_table(
        "tool_mark",
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("tool", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("mark", "tool", name=op.f("pk_tool_mark")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tool_mark_tool"), "tool_mark", ["tool"])
    with op.batch_alter_table("tool", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("marked_by", sa.String(length=20), server_default="", nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_tool_marked_by"), ["marked_by"], unique=False)
    op.create_index(
        "ix_launch_due",
        "launch",
        ["source", "native_id"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )


def downgrade() -> None:
    op.drop_index("ix_launch_due", table_name="launch")
    with op.batch_alter_table("tool", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tool_marked_by"))
        batch_op.drop_column("marked_by")
    op.drop_table("tool_mark")
