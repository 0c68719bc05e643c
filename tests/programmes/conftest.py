from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Refusals are read in English here, whatever language the request of an earlier test left behind."""
    with translation.override("en"):
        yield
