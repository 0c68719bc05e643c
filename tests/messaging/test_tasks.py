import datetime

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from core.events import message_due
from messaging import gateways
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


def test_a_message_that_is_due_goes_out_and_its_text_is_not_kept():
    """U3, T10: it may hold a link or a code."""
    message_due.send(None, to="a@example.org", subject="Your\nlink", body="https://one.example/abc", channel="mail")
    assert send_waiting_mail() == 1
    assert (mail.outbox[0].subject, mail.outbox[0].body) == ("Your link", "https://one.example/abc")
    assert OutgoingMail.objects.get().body == ""


def test_a_text_message_leaves_by_the_gateway_of_the_settings(settings, capsys):
    settings.SMS_GATEWAY = "messaging.gateways.ConsoleGateway"
    message_due.send(None, to="00 12 34 56", subject="", body="Your code is 123456", channel="sms")
    assert send_waiting_mail() == 1
    assert "SMS 00 12 34 56: Your code is 123456" in capsys.readouterr().out
    assert not mail.outbox


def test_without_a_gateway_a_text_message_waits_and_mail_goes_on(settings):
    """T11"""
    settings.SMS_GATEWAY = "messaging.gateways.NoGateway"
    message_due.send(None, to="00 12 34 56", subject="", body="Your code is 123456", channel="sms")
    message_due.send(None, to="a@example.org", subject="Link", body="text", channel="mail")
    assert send_waiting_mail() == 1
    waiting = OutgoingMail.objects.get(channel="sms")
    assert (waiting.sent_at, waiting.body) == (None, "Your code is 123456")
    assert "SMS_GATEWAY" in waiting.error


def test_an_unknown_channel_is_refused_before_anything_is_written():
    with pytest.raises(ValueError, match="pigeon"):
        message_due.send(None, to="a", subject="", body="b", channel="pigeon")
    assert not OutgoingMail.objects.exists()


def test_a_mail_server_may_be_away_for_a_day(monkeypatch):
    """T11, U3: asked once a run however many mails wait, with growing pauses, and a text message passes by."""
    asked = []

    def away(backend):
        asked.append(1)
        raise ConnectionRefusedError("nobody there")

    sms = []
    monkeypatch.setattr(gateways.NoGateway, "send", lambda self, to, text: sms.append(to))
    monkeypatch.setattr("demo.mail.ReadableSmsGateway.send", lambda self, to, text: sms.append(to))
    monkeypatch.setattr(EmailBackend, "open", away)
    start = timezone.now()
    OutgoingMail.objects.create(to="a@example.org", subject="New", body="Text")
    OutgoingMail.objects.create(to="b@example.org", subject="New", body="Text")
    OutgoingMail.objects.create(to="00 12 34 56", subject="", body="Text", channel="sms")
    assert send_waiting_mail() == 1
    assert (len(asked), sms) == (1, ["00 12 34 56"])
    assert send_waiting_mail() == 0, "the pause has begun"
    assert len(asked) == 1
    for minutes in range(1, 24 * 60, 30):
        with time_machine.travel(start + datetime.timedelta(minutes=minutes), tick=False):
            send_waiting_mail()
    monkeypatch.undo()
    with time_machine.travel(start + datetime.timedelta(hours=25), tick=False):
        assert send_waiting_mail() == 2
    assert {message.to[0] for message in mail.outbox} == {"a@example.org", "b@example.org"}
