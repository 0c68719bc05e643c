"""Requests as these views get them: the middleware lets nobody in who is not signed in (T2)."""

from django.http import HttpRequest

from accounts.models import User


class SignedIn(HttpRequest):
    user: User
