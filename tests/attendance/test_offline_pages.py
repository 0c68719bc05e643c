"""What a device needs to open the registers without a network and to install Trinvis (A3, experience 4)."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from attendance.register.offline import FILES
from core.static_files import build

pytestmark = pytest.mark.django_db


def test_the_worker_is_at_the_root_and_never_stored(client):
    """T2: it needs no sign-in and says nothing about anybody."""
    answer = client.get("/service-worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert (answer["Service-Worker-Allowed"], answer["Cache-Control"]) == ("/", "no-store")
    assert f'BUILD = "{build()}"' in answer.text
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert client.post("/service-worker.js").status_code == 405


def test_the_manifest_can_be_installed(client):
    """Icons as large as they say, one for a mask; colours that the browser understands."""
    answer = client.get("/app.webmanifest")
    assert answer["Content-Type"].startswith("application/manifest+json")
    manifest = json.loads(answer.content)
    assert (manifest["name"], manifest["start_url"], manifest["scope"]) == ("Trinvis", "/", "/")
    assert manifest["display"] == "standalone"
    assert all(re.fullmatch(r"#[0-9a-f]{6}", manifest[key]) for key in ("theme_color", "background_color"))
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        path = settings.BASE_DIR / "static" / icon["src"].removeprefix(settings.STATIC_URL)
        with Image.open(path) as picture:
            assert (f"{picture.width}x{picture.height}", picture.format) == (icon["sizes"], "PNG")
    assert '<link rel="manifest" href="/app.webmanifest">' in client.get("/accounts/login/").text


def test_every_script_of_the_register_is_kept():
    """What a kept page imports must be kept with it."""
    scripts = settings.BASE_DIR / "static"
    wanted, found = ["js/register.js", "js/offline.js"], set()
    while wanted:
        name = wanted.pop()
        found.add(name)
        for other in re.findall(r'(?:from|import) "(\..*?)";', (scripts / name).read_text()):
            path = (scripts / name).parent / other
            wanted.append(path.resolve().relative_to(Path(scripts).resolve()).as_posix())
    assert found <= set(FILES)
    assert all((scripts / name).is_file() for name in FILES)
