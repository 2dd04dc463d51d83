"""The report as one HTML page that needs no network, and its twin in JSON."""

import base64
import html
import io
import json
import math
from pathlib import Path

from PIL import Image

from cartoongan_tf.evaluation import measures
from cartoongan_tf.pictures import images
from cartoongan_tf.reports import jury

HERE = Path(__file__).parent
THUMB, QUALITY = 480, 80  # long side in pixels, WebP: 40 photos by 6 are about 6 MB
KINDS = {
    "style": "style",
    "weights": "file",
    "run": "run",
    "pictures": "pictures",
    "teacher": "teacher",
}
GROUPS = {
    "style": "How near to the cartoons",
    "content": "What of the photo is kept",
    "drawing": "How it is drawn",
    "teacher": "How near to the teacher",
}
COSTS = (
    ("bytes", "file, MB", 1e6),
    ("parameters", "parameters, millions", 1e6),
    ("gmacs_256", "GMACs at 256x256", 1),
    ("peak_memory", "peak memory of a process, MB", 1e6),
    ("core_seconds_per_megapixel", "core seconds a megapixel", 1),
    ("seconds_per_megapixel", "seconds a megapixel", 1),
)


def thumb(picture) -> bytes:
    """A uint8 picture as the small WebP that the page holds."""
    picture = images.fit(picture, THUMB, THUMB)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue()


def as_json(report: dict) -> str:
    """A report as strict JSON: what is not finite becomes null."""
    return json.dumps(_finite(report), indent=1, allow_nan=False) + "\n"


def choose_shown(report: dict, most: int) -> list[str]:
    """The photos whose pictures the page holds: evenly of all, at most so many.

    Args:
        report: With `pictures`, by photo.
        most: How many.
    """
    keys = list(report["pictures"])
    if len(keys) <= most:
        return keys
    return [keys[n * len(keys) // most] for n in range(most)]


def extremes(report: dict, count: int = 3) -> dict:
    """The worst and best photos of every contestant by every measure.

    Returns:
        By contestant, by measure: `worst` and `best`, lists of photos' names.
    """
    means = next(
        (m["figures"] for m in report["methods"] if m["name"] == jury.CARTOONS), {}
    )
    found = {}
    for method in report["methods"]:
        if method["kind"] == "anchor":
            continue
        name, by_measure = method["name"], {}
        for measure in measures.MEASURES:
            key = measure.key
            cartoons = means.get(key)
            order = []
            for photo, rows in report["pictures"].items():
                value = rows.get(name, {}).get(key)
                if value is None or not math.isfinite(value):
                    continue
                bad = measures.badness(key, value, cartoons and cartoons["value"])
                if bad is not None:
                    order.append((bad, photo))
            if len(order) > 1:
                order.sort()
                count_here = min(count, len(order) // 2)
                by_measure[key] = {
                    "best": [photo for _, photo in order[:count_here]],
                    "worst": [photo for _, photo in order[: -count_here - 1 : -1]],
                }
        found[name] = by_measure
    return found


def render(report: dict, thumbs: dict) -> str:
    """The page.

    Args:
        report: Of `evaluate`; what it holds is described in docs/evaluation.md.
        thumbs: By photo, by contestant (and `the photos`), what `thumb` gave.
    """
    title = f"Report on {_plural(len(report['contestants']), 'contestant')}"
    shown = {
        photo: {
            name: "data:image/webp;base64," + base64.b64encode(data).decode()
            for name, data in row.items()
        }
        for photo, row in thumbs.items()
    }
    data = {
        "photo": jury.PHOTOS,
        "contestants": report["contestants"],
        "shown": report["shown"],
        "pictures": shown,
        "values": report["pictures"],
        "extremes": report["extremes"],
        "measures": {
            m.key: {"title": m.title, "unit": m.unit} for m in measures.MEASURES
        },
    }
    parts = {
        "TITLE": html.escape(title),
        "STYLE": (HERE / "page.css").read_text(),
        "SCRIPT": (HERE / "page.js").read_text(),
        # Whatever a file is called, it does not end the script.
        "DATA": json.dumps(_finite(data)).replace("<", "\\u003c"),
        "FACTS": _facts(report),
        "DISTANCES": _distances(report),
        "TABLES": _tables(report),
        "COSTS": _costs(report),
        "ABLATIONS": _ablations(report),
        "ABOUT": _about(report),
    }
    page = (HERE / "page.html").read_text()
    for name, text in parts.items():
        page = page.replace(f"<!--{name}-->", text)
    return page


def _facts(report) -> str:
    count, cartoons = report["photos"]["n"], report["cartoons"]["n"]
    facts = [
        _plural(count, "photo"),
        _plural(cartoons, "cartoon") if cartoons else "no cartoons",
        f"features: {report['extractor']['name']}",
        f"seed {report['seed']}",
        report["made"],
    ]
    skipped = report["skipped"]
    text = " · ".join(html.escape(fact) for fact in facts)
    if skipped:
        text += f' · <a href="#about">{_plural(len(skipped), "photo")} left out</a>'
    return text


def _rows(report, key) -> list:
    """Methods that have a figure, best first."""
    rows = [m for m in report["methods"] if m["figures"].get(key)]
    return sorted(rows, key=lambda m: m["figures"][key]["value"])


def _distances(report) -> str:
    rows = _rows(report, "kid_cartoons")
    if not rows:
        return (
            "<p class=note>Without <code>--cartoons</code> nothing says how near the "
            "pictures are to a style.</p>"
        )
    extractor = html.escape(report["extractor"]["name"])
    bars = [(m["name"], m["figures"]["kid_cartoons"], m["kind"]) for m in rows]
    for anchor in report["anchors"]:
        if "half" in anchor["what"] or "JPEG" in anchor["what"]:
            bars.append((anchor["what"], anchor, "anchor"))
    bars.sort(key=lambda bar: bar[1]["value"])
    most = max(max(b["value"] + 2 * (b["error"] or 0) for _, b, _ in bars), 1e-9)
    lines = []
    for name, figure, kind in bars:
        value, error = figure["value"], figure["error"] or 0
        width = 100 * max(0.0, value) / most
        low, high = (max(0.0, value + sign * 2 * error) / most for sign in (-1, 1))
        lines.append(
            f'<div class="bar {kind}"><span class=name>{html.escape(name)}</span>'
            f'<span class=track><i style="width:{width:.2f}%"></i>'
            f'<b style="left:{100 * low:.2f}%;width:{100 * (high - low):.2f}%"></b>'
            f"</span><span class=number>{_number(value)} <small>± "
            f"{_number(error)}</small></span></div>"
        )
    return (
        f"<p>Kernel distance by <em>{extractor}</em>, not times 1000; the whisker is "
        "two standard errors each way. Grey bars are anchors that nobody drew: a style "
        "should come out well below the photos and their palette, and cannot do much "
        "better than the cartoons' own halves.</p>"
        f"<div class=bars>{''.join(lines)}</div>"
    )


def _tables(report) -> str:
    parts = []
    for group, title in GROUPS.items():
        columns = [
            m
            for m in measures.MEASURES
            if m.group == group
            and any(method["figures"].get(m.key) for method in report["methods"])
        ]
        if not columns:
            continue
        target = next(
            (m["figures"] for m in report["methods"] if m["name"] == jury.CARTOONS), {}
        )
        heads = [_head("who")] + [
            _head(
                _titled(m, report["extractor"]["name"]),
                hint=m.about,
                mark=_mark(m.better),
            )
            for m in columns
        ]
        best = {m.key: _best(report, m.key, target) for m in columns}
        lines = []
        for method in report["methods"]:
            cells = []
            for m in columns:
                figure = method["figures"].get(m.key)
                is_best = figure is not None and method["name"] == best[m.key]
                cells.append(_cell(figure, is_best))
            if any(method["figures"].get(m.key) for m in columns):
                lines.append(_row(method, cells))
        parts.append(f"<h3>{title}</h3>{_table(heads, lines)}")
    return "".join(parts)


def _best(report, key, target) -> str | None:
    """The contestant with the best figure, of at least two."""
    target = target.get(key)
    found = []
    for method in report["methods"]:
        figure = method["figures"].get(key)
        if method["kind"] in ("anchor", "teacher") or figure is None:
            continue
        bad = measures.badness(key, figure["value"], target and target["value"])
        if bad is not None:
            found.append((bad, method["name"]))
    return min(found)[1] if len(found) > 1 else None


def _costs(report) -> str:
    rows = [m for m in report["methods"] if m.get("costs")]
    if not rows:
        return "<p class=note>No network was run here: the pictures were given.</p>"
    heads = [_head("who")] + [_head(title) for _, title, _ in COSTS]
    lines = []
    for method in rows:
        cells = []
        for key, _, unit in COSTS:
            value = method["costs"].get(key)
            cells.append(_cell(None if value is None else {"value": value / unit}))
        lines.append(_row(method, cells))
    machine = html.escape(report["machine"])
    return (
        f"{_table(heads, lines)}<p class=note>On {machine}. Contestants drew in turn, "
        "photo by photo, so that other work fell on all alike; compare them with each "
        "other, not with another report's.</p>"
    )


def _ablations(report) -> str:
    runs = report.get("runs")
    if not runs:
        return ""
    keys = ("together", "kid_cartoons", "style_distance", "structure", "outlines_kept")
    keys += ("sharpness", "psnr", "teacher_f1")
    methods = {m["name"]: m for m in report["methods"]}
    keys = [k for k in keys if any(methods[n]["figures"].get(k) for n in runs["names"])]
    heads = [_head("run")]
    heads += [_head(f"--{flag.replace('_', '-')}") for flag in runs["differences"]]
    extractor = report["extractor"]["name"]
    heads += [_head(_titled(measures.BY_KEY[k], extractor)) for k in keys]
    lines = []
    for n, name in enumerate(runs["names"]):
        cells = [
            f"<td>{html.escape(json.dumps(values[n]))}</td>"
            for values in runs["differences"].values()
        ]
        cells += [_cell(methods[name]["figures"].get(k)) for k in keys]
        lines.append(_row(methods[name], cells))
    return (
        "<section id=runs><h2>Runs</h2><p>The flags in which the runs differ, and what "
        f"came of it.</p>{_table(heads, lines)}</section>"
    )


def _about(report) -> str:
    lines = [
        f"<dt>{html.escape(m.title)}</dt><dd>{html.escape(m.about)}</dd>"
        for m in measures.MEASURES
    ]
    facts = {
        "command": report["command"],
        "versions": report["versions"],
        "machine": report["machine"],
        "feature network": report["extractor"],
        "how photos were drawn": report["drawing"],
        "photos": report["photos"]["folder"],
        "cartoons": report["cartoons"]["folder"],
        "sha256": {
            m["name"]: m["sha256"] for m in report["methods"] if m.get("sha256")
        },
        "left out": report["skipped"] or "none",
    }
    told = "".join(
        f"<dt>{html.escape(name)}</dt><dd><pre>{html.escape(_told(value))}</pre></dd>"
        for name, value in facts.items()
    )
    return (
        f"<details><summary>Every measure, in words</summary><dl>{''.join(lines)}</dl>"
        "</details><details><summary>How this was made: command, versions, hashes"
        f"</summary><dl>{told}</dl><p>Each picture's figures and every file's hash are "
        "in <code>report.json</code> beside this page.</p></details>"
    )


def _told(value) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name}: {each}" for name, each in value.items())
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _head(title, hint="", mark="") -> str:
    hint = f' title="{html.escape(hint)}"' if hint else ""
    return (
        f"<th scope=col{hint}><button type=button>{html.escape(title)}"
        f"<small>{mark}</small></button></th>"
    )


def _titled(measure, extractor: str) -> str:
    """A column's title: never a bare "KID", for numbers of two networks differ."""
    if measure.key in ("kid_cartoons", "kid_photos", "fid_cartoons"):
        return f"{measure.title}, {extractor}"
    return measure.title + (f", {measure.unit}" if measure.unit else "")


def _mark(better: str) -> str:
    return {
        "high": "higher is better",
        "low": "lower is better",
        "cartoons": "best near the cartoons'",
        "one": "best near 1",
        "free": "neither way is better",
    }[better]


def _row(method, cells) -> str:
    kind = method["kind"]
    said = f" <small>{KINDS[kind]}</small>" if kind in KINDS else ""
    return (
        f'<tr class="{kind}"><th scope=row>{html.escape(method["name"])}{said}</th>'
        f"{''.join(cells)}</tr>"
    )


def _cell(figure, is_best=False) -> str:
    if figure is None:
        return "<td class=none>–</td>"
    value, error = figure["value"], figure.get("error")
    more = f"<small>± {_number(error)}</small>" if error else ""
    count = f' title="n = {figure["count"]}"' if figure.get("count") else ""
    kind = " class=best" if is_best else ""
    return f'<td{kind} data-value="{value:.9g}"{count}>{_number(value)}{more}</td>'


def _table(heads, lines) -> str:
    return (
        "<div class=wide tabindex=0><table class=sortable><thead><tr>"
        f"{''.join(heads)}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _number(value: float) -> str:
    """Three digits that count, without an exponent where one can do without."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "∞"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(digits, 5)}f}" if abs(value) < 1e6 else f"{value:.3g}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _finite(value):
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
