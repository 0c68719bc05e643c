"""What the log says, and what it never says (T10)."""

import json
import logging
import logging.config

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from audit.acting import System, acting
from citizens.models import Citizen
from core import logs
from core.request_log import RequestMiddleware


def written(capsys, log) -> dict:
    logging.config.dictConfig(logs.LOGGING)
    logs.configure()
    log()
    return json.loads(capsys.readouterr().err.strip().splitlines()[-1])


def test_an_entry_is_one_json_line_with_what_the_request_bound(capsys):
    with structlog.contextvars.bound_contextvars(request_id="r-1", user_id=7):
        line = written(capsys, lambda: structlog.get_logger("trinvis").info("referral_accepted"))
    assert (line["event"], line["level"], line["request_id"], line["user_id"]) == (
        "referral_accepted",
        "info",
        "r-1",
        7,
    )


def test_a_library_s_own_entry_is_told_alike(capsys):
    line = written(capsys, lambda: logging.getLogger("celery").warning("lost %s", "broker"))
    assert (line["event"], line["level"], line["logger"]) == ("lost broker", "warning", "celery")


def test_a_traceback_holds_no_values_of_variables(capsys):
    def fail() -> None:
        number = "740389-" + "0001"
        try:
            raise ValueError("no detail")
        except ValueError:
            logging.getLogger("trinvis").exception("failed with %s characters", len(number))

    line = written(capsys, fail)
    assert "ValueError" in line["exception"]
    assert "740389-0001" not in json.dumps(line)


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/search/?q=Anne-Mette", "GET /search/"),
        ("/accounts/password/reset/key/3-secret/", "GET /accounts/password/reset/key/..."),
    ],
)
def test_a_request_is_logged_without_what_was_searched_or_a_link_s_secret(path, logged):
    middleware = RequestMiddleware(lambda request: HttpResponse())
    assert middleware.format_request(RequestFactory().get(path)) == logged


@pytest.mark.django_db
def test_a_refused_row_is_told_by_its_constraint_and_not_by_what_stood_in_it(capsys):
    """T10: the database repeats the whole row, and the worker's log says the error once more in one line."""

    row = {"first_name": "Øjvind\nTorben", "birth_date": "1989-03-14", "gender": "m"}

    def fail() -> None:
        try:
            with transaction.atomic(), acting(System("test")):
                Citizen.objects.create(**row)
        except IntegrityError as error:
            logging.getLogger("trinvis").exception("failed: %r", error)

    line = written(capsys, fail)
    assert "IntegrityError" in line["exception"]
    assert "citizens_number_or_reason" in line["exception"]
    assert "direct cause" in line["exception"]
    assert "Øjvind" not in json.dumps(line, ensure_ascii=False)
    assert "Torben" not in json.dumps(line, ensure_ascii=False)
    assert "1989" not in json.dumps(line)
