"""What all tables share: naming of constraints, and rows whose fields may be set."""

from pydantic import ConfigDict
from sqlalchemy import MetaData
from sqlmodel import SQLModel

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """What all rows share: our metadata, and fields that may be set."""

    metadata = metadata
    model_config = ConfigDict(frozen=False, extra="ignore")  # type: ignore[assignment] # as in model.base
