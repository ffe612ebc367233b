"""reviews kept with what changed, and comparisons judged anew"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FORMER = "uq_review_tool_reviewer_evidence_sha256_panel_version"
KEY = ["tool", "reviewer", "evidence_sha256", "panel_version"]


def upgrade() -> None:
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("outcome", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("reason", sa.String(), server_default="", nullable=False))
        batch_op.drop_constraint(batch_op.f(FORMER), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_review_snapshot"), [*KEY, "reviewed_at"])

    op.create_table(
        "revision",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("comparison_week", sa.String(length=8), nullable=False),
        sa.Column("slug", sa.String(length=250), nullable=False),
        sa.Column("tool_a", sa.String(length=120), nullable=False),
        sa.Column("tool_b", sa.String(length=120), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("week", "position", name=op.f("pk_revision")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_slug"), ["slug"], unique=False)
        batch_op.create_index(batch_op.f("ix_revision_tool_a"), ["tool_a"], unique=False)
        batch_op.create_index(batch_op.f("ix_revision_tool_b"), ["tool_b"], unique=False)


def downgrade() -> None:
    op.drop_table("revision")
    # What a review came to more than once is kept once: the older rule knew no second time.
    twice = sa.text(
        "DELETE FROM review WHERE id NOT IN (SELECT MAX(id) FROM review GROUP BY "
        "tool, reviewer, evidence_sha256, panel_version)"
    )
    op.execute(twice)
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_review_snapshot"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f(FORMER), KEY)
        batch_op.drop_column("reason")
        batch_op.drop_column("outcome")
