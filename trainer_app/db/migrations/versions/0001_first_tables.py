"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


SQLITE_TRIGGER = """
create trigger answer_is_append_only before update on answer
begin select raise(abort, 'answers are append-only'); end
"""
POSTGRESQL_TRIGGER = """
create function answer_is_append_only() returns trigger language plpgsql as
$$ begin raise exception 'answers are append-only'; end $$;
create trigger answer_is_append_only before update on answer for each row execute function answer_is_append_only()
"""


def upgrade() -> None:
    """One step on."""
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("replications", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Double(), nullable=False),
        sa.Column("reached", sa.Double(), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=64), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index(op.f("ix_job_state"), "job", ["state"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("known_as", sa.String(length=240), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("known_as", name=op.f("uq_person_known_as")),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("cell", sa.String(length=60), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rules_version", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Integer(), nullable=True),
        sa.Column("response", sa.String(length=60), nullable=True),
        sa.Column("deadline", sa.String(length=60), nullable=True),
        sa.Column("right_path", sa.Boolean(), nullable=False),
        sa.Column("right_response", sa.Boolean(), nullable=False),
        sa.Column("right_deadline", sa.Boolean(), nullable=False),
        sa.Column("hints", sa.Integer(), nullable=False),
        sa.Column("ambiguous", sa.Boolean(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("person_id", "cell", "seed", "number", name=op.f("uq_answer_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_answer_person_id_id", "answer", ["person_id", "id"], unique=False)
    op.create_table(
        "open_card",
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("cell", sa.String(length=60), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("path", sa.Integer(), nullable=True),
        sa.Column("response", sa.String(length=60), nullable=True),
        sa.Column("hints", sa.Integer(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_open_card_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_open_card")),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("situation", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_study_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
    )
    op.create_index(op.f("ix_study_person_id"), "study", ["person_id"], unique=False)
    op.create_table(
        "asker",
        sa.Column("job_id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("study_id", sa.String(length=22), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_asker_job_id_job"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_asker_person_id_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_asker_study_id_study"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("job_id", "person_id", name=op.f("pk_asker")),
    )
    op.create_index(op.f("ix_asker_person_id"), "asker", ["person_id"], unique=False)
    op.create_index(op.f("ix_asker_study_id"), "asker", ["study_id"], unique=False)
    op.create_table(
        "view",
        sa.Column("job_id", sa.String(length=22), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_view_job_id_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "part", name=op.f("pk_view")),
    )
    wished = sa.text("version = 0")
    op.create_index("ix_view_wished", "view", ["job_id"], unique=False, sqlite_where=wished, postgresql_where=wished)
    op.create_table(
        "worker",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )
    op.create_table(
        "variant",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("study_id", sa.String(length=22), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("levers", sa.JSON(), nullable=False),
        sa.CheckConstraint("place between 1 and 4", name=op.f("ck_variant_place")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_variant_study_id_study"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("study_id", "place", name=op.f("uq_variant_study_id")),
    )
    op.execute(POSTGRESQL_TRIGGER if op.get_bind().dialect.name == "postgresql" else SQLITE_TRIGGER)


def downgrade() -> None:
    """One step back."""
    op.drop_table("variant")
    op.drop_table("worker")
    op.drop_index("ix_view_wished", table_name="view")
    op.drop_table("view")
    op.drop_index(op.f("ix_asker_study_id"), table_name="asker")
    op.drop_index(op.f("ix_asker_person_id"), table_name="asker")
    op.drop_table("asker")
    op.drop_index(op.f("ix_study_person_id"), table_name="study")
    op.drop_table("study")
    op.drop_table("open_card")
    op.drop_index("ix_answer_person_id_id", table_name="answer")
    op.drop_table("answer")
    op.drop_table("person")
    op.drop_index(op.f("ix_job_state"), table_name="job")
    op.drop_table("job")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function answer_is_append_only")
