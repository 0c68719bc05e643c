"""What every view of attendance is given: a request of somebody who has signed in (T2)."""

from django.http import HttpRequest

from accounts.models import User


class SignedIn(HttpRequest):
    user: User
