"""Draws the icons for home screens from favicon.svg. Run from this folder: `python draw.py`; needs Pillow."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
GROUND = "#f3f4f0"
FINER = 4
# (name, pixels, share of the side that the mark takes): a mask leaves the middle four fifths at least
ICONS = [("icon-192", 192, 0.78), ("icon-512", 512, 0.78), ("icon-512-maskable", 512, 0.5), ("icon-180", 180, 0.62)]


def draw(pixels: int, share: float) -> Image.Image:
    """The bars of the mark in the middle of the ground."""
    # Our own file, no stranger's.
    mark = ElementTree.parse(HERE.parent / "favicon.svg").getroot()  # noqa: S314
    side = float(mark.attrib["viewBox"].split()[2])
    whole = pixels * FINER
    unit, edge = whole * share / side, whole * (1 - share) / 2
    image = Image.new("RGB", (whole, whole), GROUND)
    for bar in mark:
        x, y, width, height, round_ = (float(bar.attrib[name]) for name in ("x", "y", "width", "height", "rx"))
        mask = Image.new("L", (whole, whole), 0)
        box = [edge + x * unit, edge + y * unit, edge + (x + width) * unit, edge + (y + height) * unit]
        ImageDraw.Draw(mask).rounded_rectangle(box, round_ * unit, fill=round(255 * float(bar.get("opacity", 1))))
        image.paste(Image.new("RGB", image.size, mark.attrib["fill"]), mask=mask)
    return image.resize((pixels, pixels), Image.Resampling.LANCZOS)


for name, pixels, share in ICONS:
    draw(pixels, share).save(HERE / f"{name}.png", optimize=True)
