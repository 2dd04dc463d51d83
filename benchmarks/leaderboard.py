"""The shipped styles' figures: saved_models/leaderboard.json, tables and cards of it.

    python benchmarks/leaderboard.py REPORT.json
    python benchmarks/leaderboard.py

With a report of `evaluate --out` on all shipped styles it keeps their figures in
saved_models/leaderboard.json, and measures a subset that needs no photos: what each
style makes of four drawn pictures. Then, and without a report, it writes the table in
saved_models/README.md and the figures in each style's card. A test draws the subset
again, and fails when a style's figures, or its file, are no longer those.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.evaluation import measures
from cartoongan_tf.pictures import paths
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "saved_models"
KEPT = HOME / "leaderboard.json"
STYLES = ("pepper", "paprika", "hayao", "hosoda", "shinkai")
MARKS = "<!-- leaderboard -->\n", "<!-- leaderboard ends -->\n"
COLUMNS = (
    ("together", "style × content"),
    ("kid_cartoons", "to the comic"),
    ("structure", "structure kept"),
    ("outlines_kept", "outlines kept"),
    ("outline_strength", "dark outlines"),
    ("flatness", "flat paint"),
    ("checkerboard", "grid, dB"),
)
ROWS = (
    "the photos",
    "the photos in the cartoons' palette",
    "the photos, blurred",
    "the cartoons",
)
SUBSET = tuple((seed, 96, 128) for seed in range(4))  # seed, height, width


def main(argv):
    """Reads a report where one is given; writes the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", type=Path, nargs="?")
    args = parser.parse_args(argv)
    if args.report:
        kept = keep(json.loads(args.report.read_text()))
        with paths.replacing(KEPT) as temporary:
            temporary.write_text(json.dumps(kept, indent=1) + "\n")
    kept = json.loads(KEPT.read_text())
    put(HOME / "README.md", table(kept))
    for style in STYLES:
        put(HOME / style / "card.md", card(kept, style), before="## sha256")
    print(table(kept))


def keep(report) -> dict:
    """What is kept of a report: no photo's own figures, no pictures."""
    styles = [m["name"] for m in report["methods"] if m["kind"] == "style"]
    if sorted(styles) != sorted(STYLES):
        raise ValueError(
            f"A report must be on the styles {', '.join(STYLES)}. Received: {styles}"
        )
    for method in report["methods"]:
        shipped = HOME / method["name"] / "light.keras"
        if method["kind"] == "style" and method["sha256"] != digest(shipped):
            raise ValueError(
                f"A report must be on the shipped file. Received: {shipped}"
            )
    names = ("made", "seed", "versions", "machine", "extractor", "drawing", "anchors")
    kept = {name: report[name] for name in names}
    kept["photos"], kept["cartoons"] = report["photos"]["n"], report["cartoons"]["n"]
    kept["methods"] = [
        {k: m[k] for k in ("name", "kind", "sha256", "figures", "costs") if k in m}
        for m in report["methods"]
    ]
    kept["subset"] = {style: subset(style) for style in STYLES}
    return kept


def digest(path) -> str:
    """A file's sha256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def subset(style) -> dict:
    """Figures of a shipped style that need no photos, no TensorFlow and few seconds."""
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    draw = Cartoonizer(HOME / style / "light.onnx", draw_size="full", color="style")
    rows = []
    for size in SUBSET:
        photo = samples.draw_photo(*size)
        rows.append(measures.of_picture(draw(photo), photo))
    return {key: round(float(np.mean([r[key] for r in rows])), 4) for key in rows[0]}


def faults(kept) -> list[str]:
    """What of the kept figures no longer holds, in words."""
    found = []
    methods = {method["name"]: method for method in kept["methods"]}
    for style in STYLES:
        if methods[style]["sha256"] != digest(HOME / style / "light.keras"):
            found.append(f"{style}: light.keras is another than the one measured")
        now = subset(style)
        for key, value in kept["subset"][style].items():
            # Another processor rounds otherwise: a hundredth, and a little.
            if abs(now[key] - value) > 0.01 * abs(value) + 0.005:
                found.append(f"{style}: {key} is {now[key]:g}, and was {value:g}")
    for page, text in pages(kept).items():
        if text not in page.read_text():
            found.append(f"{page.relative_to(ROOT)}: not what leaderboard.json says")
    return found


def pages(kept) -> dict:
    """Every page that holds figures, and what must stand there."""
    found = {HOME / style / "card.md": card(kept, style) for style in STYLES}
    return {HOME / "README.md": table(kept), **found}


def table(kept) -> str:
    """The leaderboard, best first, anchors below."""
    methods = {method["name"]: method for method in kept["methods"]}
    order = sorted(STYLES, key=lambda s: methods[s]["figures"]["together"]["value"])
    titles = ["", *(title for _, title in COLUMNS), "GMACs at 256", "MB"]
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for name in (*order, *ROWS):
        figures = methods[name]["figures"]
        cells = [told(figures.get(key)) for key, _ in COLUMNS]
        cost = methods[name].get("costs")
        cells += (
            [f"{cost['gmacs_256']:.1f}", f"{cost['bytes'] / 1e6:.2f}"]
            if cost
            else ["", ""]
        )
        shown = f"[{name}]({name}/card.md)" if name in STYLES else f"*{name}*"
        lines.append(f"| {shown} | {' | '.join(cells)} |")
    anchors = "; ".join(
        f"{a['what']} {a['value']:.3f} ± {a['error']:.3f}" for a in kept["anchors"]
    )
    said = (
        f"\n{kept['photos']} photos, {kept['cartoons']} panels; *to the comic*: kernel "
        f"distance by {kept['extractor']['name']}, ± its standard error. Anchors: "
        f"{anchors}."
    )
    return "\n".join(lines) + "\n" + said + "\n"


def card(kept, style) -> str:
    """A card's figures."""
    methods = {method["name"]: method for method in kept["methods"]}
    figures = methods[style]["figures"]
    lines = [
        f"## Figures\n\nOn {kept['photos']} photos, by "
        f"`python -m cartoongan_tf.evaluate --out report` "
        f"([what they say](../../docs/evaluation.md#measures)):\n",
        "| measure | mean | standard error |",
        "|---|---|---|",
    ]
    for measure in measures.MEASURES:
        figure = figures.get(measure.key)
        # Four styles never saw the comic that the report is on.
        if figure and (measure.group != "style" or style == "pepper"):
            name = measure.title
            if measure.key.startswith("kid"):
                name += f", {kept['extractor']['name']}"
            error = "" if figure["error"] is None else f"{figure['error']:.3g}"
            lines.append(f"| {name} | {figure['value']:.3g} | {error} |")
    return "\n".join(lines) + "\n"


def told(figure) -> str:
    """A figure as a table has it."""
    if figure is None:
        return ""
    error = f" ± {figure['error']:.2g}" if figure["error"] else ""
    return f"{figure['value']:.3g}{error}"


def put(page, text, before=None) -> None:
    """Writes a text between a page's marks; sets them where they are missing."""
    whole = page.read_text()
    begin, end = MARKS
    if begin not in whole:
        head, found, tail = whole.partition(before or "\0")
        if not found:
            raise ValueError(f"A page must have the mark {begin.strip()}: {page}")
        whole = f"{head}{begin}{end}\n{found}{tail}"
    head, rest = whole.split(begin, 1)
    tail = rest.split(end, 1)[1]
    page.write_text(f"{head}{begin}{text}{end}{tail}")


if __name__ == "__main__":
    terminal.run(main, sys.argv[1:])
