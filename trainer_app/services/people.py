"""Who is there: people by a picked name. In local mode a name is no secret: whoever sits at this machine may pick it."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sim.errors import BadInput, msgid
from trainer_app.db.tables import LONGEST_NAME, Person


def tidy(text: str, field: str) -> str:
    """A name or title as it is kept: composed, without line breaks, control signs and signs of direction, single spaces between words.

    Raises BadInput for one without a letter or digit, and for one longer than LONGEST_NAME characters.
    """
    shown = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    shown = "".join(character for character in shown if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    shown = re.sub(" +", " ", shown).strip()
    if not any(character.isalnum() for character in shown):
        raise BadInput(msgid("has no letter or digit in it"), field=field, value=shown)
    if len(shown) > LONGEST_NAME:
        raise BadInput(msgid("is too long"), field=field, value=shown, allowed=msgid("at most {most} characters"), most=LONGEST_NAME)
    return shown


def enter(session: Session, name: str, at: datetime | None = None) -> Person:
    """The person of that name, who is made known if nobody is called so. Raises BadInput for what is no name."""
    shown = tidy(name, msgid("name"))
    known_as = _known_as(shown)
    found = session.scalar(select(Person).where(Person.known_as == known_as))
    if found is not None:
        return found
    made = Person(name=shown, known_as=known_as, made_at=at or datetime.now(UTC))
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody of that name came in at the same moment
        return session.scalars(select(Person).where(Person.known_as == known_as)).one()
    return made


def by_id(session: Session, person_id: str | None) -> Person | None:
    """The person of that id, or None."""
    return session.get(Person, person_id) if person_id else None


def everybody(session: Session, most: int = 200) -> Sequence[Person]:
    """Who was here, by name; at most `most`."""
    return session.scalars(select(Person).order_by(func.lower(Person.name), Person.id).limit(most)).all()


def forget(session: Session, person_id: str) -> None:
    """Delete a person with all that is theirs."""
    session.execute(delete(Person).where(Person.id == person_id))


def _known_as(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
