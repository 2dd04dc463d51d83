"""The look's thresholds stand in Python; the ports' are the same numbers."""

import re
from pathlib import Path

import pytest

from cartoongan_tf.pictures import colors, draw_sizes, faces, joining

MOBILE = Path(__file__).resolve().parents[2] / "mobile"
CORE = MOBILE / "core" / "src" / "main" / "kotlin" / "org" / "cartoongan" / "core"
PAGE = MOBILE / "web" / "src"
SIZES = ("USUAL", "FACE", "SMALLEST", "LARGEST", "TINY")
FOUND = ("SIDE", "SURE", "OVERLAP", "SMALLEST", "EYES")
COLORS = ("WINDOW", "MAX_GAIN", "SHARPNESS", "STEPS")
JOINED = ("SMOOTHNESS", "SHARPENING", "EACH")
PLACES = [
    (CORE / "Look.kt", draw_sizes, SIZES),
    (CORE / "Faces.kt", faces, FOUND),
    (CORE / "Faces.kt", draw_sizes, ("REACH", "CORE")),
    (
        CORE / "Coloring.kt",
        colors,
        (*COLORS, "TINT", "LIGHT", "FACE_TINT", "FACE_LIGHT"),
    ),
    (CORE / "Joining.kt", joining, JOINED),
    (PAGE / "sizes.js", draw_sizes, (*SIZES, "REACH", "CORE")),
    (PAGE / "faces.js", faces, FOUND),
    (PAGE / "colors.js", colors, COLORS),
    (PAGE / "joining.js", joining, JOINED),
]


@pytest.mark.parametrize(
    ("file", "module", "name"),
    [(file, module, name) for file, module, names in PLACES for name in names],
    ids=lambda part: getattr(part, "name", None),
)
def test_a_ports_threshold_is_pythons(file, module, name):
    said = re.findall(
        rf"const (?:val )?{name} = (\d[\d.]*(?: / \d[\d.]*)?)", file.read_text()
    )
    values = []
    for text in said:
        over, _, under = text.partition("/")
        values.append(float(over) / float(under or 1))
    assert values == [pytest.approx(getattr(module, name))]


def test_the_pages_bounds_of_colour_are_pythons():
    text = (PAGE / "colors.js").read_text()
    for name in ("TINT", "LIGHT"):
        away, face = re.search(
            rf"{name} = {{ away: (\d+), face: (\d+) }}", text
        ).groups()
        wanted = getattr(colors, name), getattr(colors, f"FACE_{name}")
        assert (float(away), float(face)) == wanted
