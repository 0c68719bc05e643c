"""An event as large as a municipality's attendance, and who may look at it. Run by pretix's own shell.

1,000 paid orders of one ticket, 34 check-in lists of 30 tickets, 250,000 check-ins. A second run adds only a session.
"""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django_scopes import scopes_disabled
from pretix.base.models import Checkin, CheckinList, Event, Item, Order, OrderPayment, OrderPosition, Organizer, User

ORDERS, A_LIST, CHECK_INS = 1_000, 30, 250_000
PRICE = Decimal(10)
NAMES = ["Torben", "Aisha", "Mette", "Jonas", "Birgit", "Ali", "Karen", "Lars", "Inger", "Peter"]
SHOWN = 50  # rows of a list on one page, as with us
LISTS = ["event.orders", "event.orders.checkinlists.show"]


def seed(answer: str) -> None:
    """Write what the requests need to the file `answer`, as JSON."""
    with scopes_disabled():
        organizer = Organizer.objects.filter(slug="bench").first() or grow()
        checkin_list = CheckinList.objects.order_by("pk").first()
        tickets = OrderPosition.objects.filter(item__in=checkin_list.limit_products.all()).order_by("pk")
        found = {
            "session": session_of(User.objects.get(email="bench@example.org")),
            "device": organizer.devices.get().api_token,
            "list": checkin_list.pk,
            "secrets": [ticket.secret for ticket in tickets],
            "order": tickets[0].order.code,
            "tickets": OrderPosition.objects.count(),
            "lists": CheckinList.objects.count(),
            "check_ins": Checkin.objects.count(),
        }
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


def session_of(user: User) -> str:
    """A session as after a sign-in, without measuring the password's slow hash."""
    session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["pretix_auth_long_session"] = True
    for name in LISTS:
        session[f"stored_page_size_{name}"] = SHOWN
    session.create()
    return session.session_key


@transaction.atomic
def grow() -> Organizer:
    """All of it or nothing."""
    organizer = Organizer.objects.create(name="Bench", slug="bench")
    event = Event.objects.create(
        organizer=organizer, name="Workshop", slug="event", date_from=now(), currency="DKK",
        plugins="pretix.plugins.checkinlists,pretix.plugins.statistics",
    )  # fmt: skip
    user = User.objects.create(email="bench@example.org", fullname="Bench")
    team = organizer.teams.create(
        name="All", all_events=True, all_event_permissions=True, all_organizer_permissions=True
    )
    team.members.add(user)
    organizer.devices.create(name="Scanner", all_events=True, initialized=now(), api_token=get_random_string(40))
    for first in range(0, ORDERS, A_LIST):
        add_list(event, first)
    event.quotas.create(name="All", size=ORDERS).items.set(event.items.all())
    repeat_check_ins(CHECK_INS // ORDERS - 1)
    return organizer


def add_list(event: Event, first: int) -> None:
    """One product with its list, and up to 30 paid orders of it, checked in once, from the order `first` on."""
    item = event.items.create(name=f"Place {first // A_LIST}", default_price=PRICE, admission=True)
    checkin_list = event.checkin_lists.create(
        name=f"List {first // A_LIST}", all_products=False, allow_multiple_entries=True
    )
    checkin_list.limit_products.add(item)
    tickets = [add_ticket(event, item, number) for number in range(first, min(first + A_LIST, ORDERS))]
    Checkin.objects.bulk_create(Checkin(position=ticket, list=checkin_list) for ticket in tickets)


def add_ticket(event: Event, item: Item, number: int) -> OrderPosition:
    order = Order.objects.create(
        event=event, email=f"person{number}@example.org", status=Order.STATUS_PAID, datetime=now(), locale="en",
        expires=now() + timedelta(days=14), total=PRICE,
        sales_channel=event.organizer.sales_channels.get(identifier="web"),
    )  # fmt: skip
    name = f"{NAMES[number % len(NAMES)]} Bench{number}"
    position = OrderPosition.objects.create(
        order=order, item=item, price=PRICE, attendee_name_parts={"_scheme": "full", "full_name": name}
    )
    order.payments.create(
        provider="manual", amount=PRICE, state=OrderPayment.PAYMENT_STATE_CONFIRMED, payment_date=now()
    )
    order.create_transactions(is_new=True)
    return position


def repeat_check_ins(days: int) -> None:
    """Every check-in again on each of the days before it, in one statement."""
    names = [field.column for field in Checkin._meta.local_concrete_fields if field.column not in ("id", "datetime")]
    table, columns = Checkin._meta.db_table, ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (datetime, {columns})"  # noqa: S608  names of its own columns
            f" SELECT datetime - ago * interval '1 day', {columns} FROM {table}, generate_series(1, %s) AS ago",
            [days],
        )
