"""placements, lookalikes, editors' decisions, counts over time"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIERS = ("merge", "review", "distinct")
KINDS = ("merge", "split", "apart", "flag")
FLAGS = ("sponsored", "nsfw", "suspect", "spam")


def _enum(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, length=20, create_constraint=False)


def upgrade() -> None:
    op.create_table(
        "placement",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("native_id", sa.String(length=300), nullable=False),
        sa.Column("tool", sa.String(length=120), nullable=False),
        sa.Column("tier", _enum(*TIERS), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("vetoes", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.String(length=20), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "native_id", name="pk_placement"),
    )
    op.create_index("ix_placement_tool", "placement", ["tool"])
    op.create_table(
        "lookalike",
        sa.Column("tool", sa.String(length=120), nullable=False),
        sa.Column("other", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rule_version", sa.String(length=20), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tool", "other", name="pk_lookalike"),
    )
    op.create_index("ix_lookalike_other", "lookalike", ["other"])
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum(*KINDS), nullable=False),
        sa.Column("tool", sa.String(length=120), nullable=False),
        sa.Column("other", sa.String(length=120), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("flag", _enum(*FLAGS), nullable=True),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=120), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_tool", "decision", ["tool"])
    op.create_index("ix_decision_other", "decision", ["other"])
    op.create_table(
        "popularity",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("native_id", sa.String(length=300), nullable=False),
        sa.Column("metric", sa.String(length=20), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("list_length", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("source", "native_id", "metric", "first_at", name="pk_popularity"),
    )
    op.create_index("ix_popularity_source_last_at", "popularity", ["source", "last_at"])
    with op.batch_alter_table("tool") as batch_op:
        batch_op.add_column(sa.Column("part_of", sa.String(length=120), nullable=True))
        batch_op.create_index("ix_tool_part_of", ["part_of"])
    # What was placed before has no evidence written down; version 0 says so.
    op.execute(
        "INSERT INTO placement"
        " (source, native_id, tool, tier, keys, vetoes, rule_version, decided_at)"
        " SELECT source, native_id, tool, 'distinct', '[]', '[]', '0', seen_at"
        " FROM launch WHERE tool IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("tool") as batch_op:
        batch_op.drop_index("ix_tool_part_of")
        batch_op.drop_column("part_of")
    for table in ("popularity", "decision", "lookalike", "placement"):
        op.drop_table(table)
