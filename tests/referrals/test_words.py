"""A button says what it does, the timeline what was done."""

from django.utils import translation
from django.utils.translation import gettext

from journal.wording import WORDING


def test_the_waiting_lists_button_and_its_timeline_entry_are_two_texts():
    for language, button in (("da", "Sæt på venteliste"), ("sv", "Sätt i kö")):
        with translation.override(language):
            assert gettext("Put on the waiting list") == button
            assert gettext(WORDING["waiting_list"].text) != button
