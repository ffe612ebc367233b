"""domains of recipients; what waits has its time; small indexes of what waits and what is held"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# what stands after the last @, in words that both databases know
DOMAIN = "lower(substr(address, length(rtrim(address, replace(address, '@', ''))) + 1))"
WAITS = sa.text("next_attempt_at IS NOT NULL")
IS_HELD = sa.text("leased_by IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_delivery_week_state_next_attempt_at", table_name="delivery")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("domain", sa.String(length=255), nullable=False, server_default="")
        )
    op.execute(f"UPDATE delivery SET domain = {DOMAIN}")  # noqa: S608 # our own words
    op.execute(
        "UPDATE delivery SET next_attempt_at = CASE WHEN state IN ('queued', 'deferred')"
        " THEN COALESCE(next_attempt_at, changed_at) END"
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.alter_column("domain", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_delivery_waits"),
            "(state IN ('queued', 'deferred')) = (next_attempt_at IS NOT NULL)",
        )
        batch_op.create_index(
            "ix_delivery_waiting",
            ["week", "next_attempt_at", "id"],
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        )
        batch_op.create_index(
            "ix_delivery_held",
            ["week", "leased_by"],
            sqlite_where=IS_HELD,
            postgresql_where=IS_HELD,
        )
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("taken_over", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.drop_column("taken_over")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_held")
        batch_op.drop_index("ix_delivery_waiting")
        batch_op.drop_constraint(op.f("ck_delivery_waits"), type_="check")
        batch_op.drop_column("domain")
        batch_op.create_index(
            op.f("ix_delivery_week_state_next_attempt_at"),
            ["week", "state", "next_attempt_at"],
            unique=False,
        )
