"""The access log is written outside the view's transaction, so that a refusal is kept when the view rolls back (T5)."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.models import Access


class AccessLogMiddleware:
    """Writes what the page showed or refused; without the log the page is not shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        looks = getattr(request, "looks", [])
        if response.status_code in (403, 404):
            looks = self.refusal(request)
        if not looks:
            return response
        try:
            write(looks)
        except DatabaseError:
            return render(request, "503.html", status=503)
        return response

    @staticmethod
    def refusal(request: HttpRequest) -> list[Access]:
        """A signed-in user asked for something by name and did not get it."""
        match = request.resolver_match
        if not request.user.is_authenticated or match is None or not match.kwargs:
            return []
        asked = f"{match.view_name} {' '.join(map(str, match.kwargs.values()))}"
        return [Access(user_id=request.user.pk, user_name=request.user.name, kind=Access.Kind.DENIED, what=asked[:200])]


def write(looks: list[Access]) -> None:
    """All or nothing. Most pages look at one thing: a row by itself needs no transaction around it."""
    if len(looks) == 1:
        looks[0].save(force_insert=True)
    else:
        Access.objects.bulk_create(looks)
