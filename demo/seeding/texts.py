"""Filling the placeholders of the everyday texts."""

from citizens.models import Citizen, Gender
from demo.seeding.world import content

PRONOUNS = {
    Gender.FEMALE.value: {"he": "hun", "him": "hende", "his": "hendes"},
    Gender.MALE.value: {"he": "han", "him": "ham", "his": "hans"},
    Gender.OTHER.value: {"he": "hen", "him": "hen", "his": "hens"},
}


def words_for(citizen: Citizen) -> dict[str, str]:
    """Name and pronouns; a protected name is `borgeren` in running text."""
    pronouns = PRONOUNS[citizen.gender]
    name = "borgeren" if citizen.is_protected else citizen.first_name
    return {"name": name, "He": pronouns["he"].capitalize(), **pronouns}


def fill(text: str, citizen: Citizen, **more: object) -> str:
    """The text about this citizen, beginning with a capital letter."""
    filled = text.format(**words_for(citizen), **more)
    return filled[:1].upper() + filled[1:]


def everyday(*path: str) -> list:
    """A list of texts from `everyday.yaml`."""
    found = content("everyday")
    for key in path:
        found = found[key]
    return found
