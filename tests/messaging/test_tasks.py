import pytest
from django.core import mail

from messaging.models import OutgoingMail
from messaging.tasks import send_waiting_mail

pytestmark = pytest.mark.django_db


def test_a_mail_that_cannot_be_sent_keeps_no_other_waiting():
    """T9, T11: a line end that came into a subject is no header, and no end of all mail."""
    broken = OutgoingMail.objects.create(to="a@example.org", subject="New\r\nBcc: all@example.org", body="Text")
    right = OutgoingMail.objects.create(to="b@example.org", subject="New", body="Text")
    assert send_waiting_mail() == 1
    assert [message.to for message in mail.outbox] == [["b@example.org"]]
    broken.refresh_from_db()
    right.refresh_from_db()
    assert (broken.sent_at, broken.attempts) == (None, 1)
    assert broken.error.startswith("BadHeaderError")
    assert right.sent_at


def test_running_twice_sends_once():
    """T11"""
    OutgoingMail.objects.create(to="a@example.org", subject="New", body="Text")
    assert (send_waiting_mail(), send_waiting_mail()) == (1, 0)
    assert len(mail.outbox) == 1
