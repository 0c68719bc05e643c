import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail
from django.core.mail import EmailMessage

from messaging.actions import Letter, queue_letters
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


def test_when_time_runs_out_what_has_gone_out_does_not_go_out_again(monkeypatch):
    """T11: a slow mail server."""
    for name in "abc":
        OutgoingMail.objects.create(to=f"{name}@example.org", subject="New", body="Text")
    send = EmailMessage.send

    def slow(message, *args, **kwargs):
        if message.to == ["b@example.org"]:
            raise SoftTimeLimitExceeded
        return send(message, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", slow)
        assert send_waiting_mail() == 1
    assert send_waiting_mail() == 2
    assert [message.to[0][0] for message in mail.outbox] == ["a", "b", "c"]


def test_a_calendar_file_goes_along_and_says_what_to_do_with_it():
    """J3: mail programs look for the method in the type of the part."""
    calendar = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"
    queue_letters([Letter("a@example.org", "Møde\r\naflyst", "Tekst", calendar, "CANCEL")])
    assert send_waiting_mail() == 1
    [sent] = mail.outbox
    assert sent.subject == "Møde aflyst"
    [part] = [part for part in sent.message().walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "CANCEL"
    assert part.get_filename() == "meeting.ics"
    assert part.get_payload(decode=True).decode() == calendar
