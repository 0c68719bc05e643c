"""The everyday texts of a type, in its centre's language, and filling their placeholders."""

from typing import Any

from citizens.models import Citizen, Gender
from demo.seeding.world import World, content
from programmes.models import ProgrammeType

PRONOUNS = {
    "da": {
        Gender.FEMALE.value: {"he": "hun", "him": "hende", "his": "hendes"},
        Gender.MALE.value: {"he": "han", "him": "ham", "his": "hans"},
        Gender.OTHER.value: {"he": "hen", "him": "hen", "his": "hens"},
    },
    "sv": {
        Gender.FEMALE.value: {"he": "hon", "him": "henne", "his": "hennes"},
        Gender.MALE.value: {"he": "han", "him": "honom", "his": "hans"},
        Gender.OTHER.value: {"he": "hen", "him": "hen", "his": "hens"},
    },
}
NAMELESS = {"da": "borgeren", "sv": "deltagaren"}


def words_for(citizen: Citizen) -> dict[str, str]:
    """Name and pronouns; a protected name is `borgeren` in running text."""
    pronouns = PRONOUNS[citizen.language][citizen.gender]
    name = NAMELESS[citizen.language] if citizen.is_protected else citizen.first_name
    return {"name": name, "He": pronouns["he"].capitalize(), **pronouns}


def fill(text: str, citizen: Citizen, **more: object) -> str:
    """The text about this citizen, beginning with a capital letter."""
    filled = text.format(**words_for(citizen), **more)
    return filled[:1].upper() + filled[1:]


def everyday(world: World, type_: ProgrammeType, *path: str) -> Any:
    """Texts under `path` from the first file of the type that has them; KeyError where none does."""
    return find(world.texts_of(type_.key)["texts"], *path)


def find(files: list[str], *path: str) -> Any:
    for name in files:
        found = content(name)
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return found
    raise KeyError("/".join(path))
