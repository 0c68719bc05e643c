"""What lets the registers of the day be opened without a network, and Trinvis stand on a home screen (A3, ADR 26)."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.static_files import build

# What an overview and a register need besides their HTML; a browser test opens both without a network.
FILES = [
    "favicon.svg",
    "icons.svg",
    "css/trinvis.css",
    "vendor/bootstrap.min.css",
    *(f"vendor/fonts/ibm-plex-sans-{cut}-normal.woff2" for cut in ("latin-400", "latin-600")),
    *(f"vendor/fonts/ibm-plex-sans-{cut}-normal.woff2" for cut in ("latin-ext-400", "latin-ext-600")),
    *(f"js/{name}.js" for name in ("offline", "palette", "register", "session", "shell")),
    *(f"js/offline/{name}.js" for name in ("kept", "queue", "store")),
    *(f"js/register/{name}.js" for name in ("answers", "keys", "marking", "panels", "rows")),
]
ICONS = [("192", "any"), ("512", "any"), ("512", "maskable")]
# The accent and the ground of trinvis.css in light; a manifest has no dark.
THEME, GROUND = "#67295f", "#f3f4f0"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """static/js/worker.js with what it has to know, at the root of the site because a worker reaches no further up."""
    given = {"BUILD": build(), "FILES": [static(name) for name in FILES], "OVERVIEW": reverse("attendance:overview")}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in given.items()]
    script = "\n".join([*lines, f"importScripts({json.dumps(static('js/worker.js'))});", ""])
    return HttpResponse(
        script, content_type="text/javascript; charset=utf-8", headers={"Service-Worker-Allowed": reverse("desk:today")}
    )


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The web manifest; it says nothing about who asks."""
    icons = [
        {
            "src": static(f"app/icon-{size}{'-maskable' if purpose == 'maskable' else ''}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size, purpose in ICONS
    ]
    start = reverse("desk:today")
    return JsonResponse(
        {
            "id": start,
            "name": "Trinvis",
            "short_name": "Trinvis",
            "start_url": start,
            "scope": start,
            "display": "standalone",
            "theme_color": THEME,
            "background_color": GROUND,
            "icons": icons,
        },
        content_type="application/manifest+json",
    )
