"""Runs the migrations over the connection that `Database.upgrade` opened."""

from typing import Any, Literal

from alembic import context

from trainer_app.db.tables import Base, Moment


def _render(kind: str, found: Any, _context: Any) -> str | Literal[False]:
    """Migrations outlive the code: they name types of SQLAlchemy only."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(found, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_item=_render,
    compare_type=True,
)
context.run_migrations()
