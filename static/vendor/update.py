"""Fetches the vendored front-end files from npm, by package name and version, and writes README.md with checksums.

Run from this folder: `python update.py`. It needs npm on the path and whatever registry npm is set up with. The
result is committed, so that neither a build nor a browser ever fetches anything from elsewhere.
"""

import hashlib
import io
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = {
    "bootstrap": "5.3.9",
    "bootstrap-icons": "1.13.2",
    "@fontsource/ibm-plex-sans": "5.3.0",
    "htmx.org": "2.0.11",
}
FONTS = [f"ibm-plex-sans-{subset}-{weight}-normal.woff2" for subset in ("latin", "latin-ext") for weight in (400, 600)]
# (package, path inside it, our name)
FILES = [
    ("bootstrap", "dist/css/bootstrap.min.css", "bootstrap.min.css"),
    ("bootstrap", "LICENSE", "LICENSE-bootstrap.txt"),
    ("bootstrap-icons", "LICENSE", "LICENSE-bootstrap-icons.txt"),
    ("htmx.org", "dist/htmx.min.js", "htmx.min.js"),
    ("htmx.org", "LICENSE", "LICENSE-htmx.txt"),
    ("@fontsource/ibm-plex-sans", "LICENSE", "LICENSE-ibm-plex-sans.txt"),
    *(("@fontsource/ibm-plex-sans", f"files/{name}", f"fonts/{name}") for name in FONTS),
]
LICENCES = {
    "bootstrap": "MIT",
    "bootstrap-icons": "MIT",
    "@fontsource/ibm-plex-sans": "OFL-1.1",
    "htmx.org": "0BSD",
}
SOURCE_MAP = re.compile(rb"\n?(/\*|//)# sourceMappingURL=[^\n]*")


def packed(name: str, version: str, folder: str) -> tarfile.TarFile:
    """The package's archive as npm gives it."""
    answer = subprocess.run(  # noqa: S603
        ["npm", "pack", f"{name}@{version}", "--silent", "--pack-destination", folder],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    )
    return tarfile.open(fileobj=io.BytesIO(Path(folder, answer.stdout.strip().splitlines()[-1]).read_bytes()))


def content(archive: tarfile.TarFile, path: str) -> bytes:
    member = archive.extractfile(f"package/{path}")
    if member is None:
        raise FileNotFoundError(path)
    return member.read()


def sprite(archive: tarfile.TarFile) -> bytes:
    """One `<symbol id="i-name">` for each name in icons.txt."""
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">']
    for name in (HERE / "icons.txt").read_text().split():
        drawing = content(archive, f"icons/{name}.svg").decode()
        inside = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
        inside = re.sub(r"\s*\n\s*", "", inside).strip()
        lines.append(f'<symbol id="i-{name}" viewBox="0 0 16 16">{inside}</symbol>')
    return "\n".join([*lines, "</svg>", ""]).encode()


def main() -> None:
    written = {}
    with tempfile.TemporaryDirectory() as folder:
        archives = {name: packed(name, version, folder) for name, version in PACKAGES.items()}
        for package, path, name in FILES:
            # A source map is not shipped, so the pointer to it goes too.
            written[name] = SOURCE_MAP.sub(b"", content(archives[package], path))
        written["../icons.svg"] = sprite(archives["bootstrap-icons"])
    lines = ["# Vendored files", "", "Written by `update.py`; change versions there.", ""]
    lines += ["| package | version | licence |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {version} | {LICENCES[name]} |" for name, version in PACKAGES.items()]
    lines += ["", "| file | bytes | sha256 |", "| --- | --- | --- |"]
    for name, data in written.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_bytes(data)
        lines.append(f"| `{name}` | {len(data)} | `{hashlib.sha256(data).hexdigest()}` |")
    (HERE / "README.md").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
