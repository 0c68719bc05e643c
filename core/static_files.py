"""Static files under names that change with their content, in scripts as well, and the name of all that is served."""

import hashlib
from functools import cache

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """A script that imports another one asks for exactly the file that it was written with."""

    support_js_module_import_aggregation = True


@cache
def build() -> str:
    """Twelve characters that change with any static file and any template."""
    whole = hashlib.sha256(getattr(staticfiles_storage, "manifest_hash", "").encode())
    for file in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        whole.update(file.read_bytes())
    return whole.hexdigest()[:12]
