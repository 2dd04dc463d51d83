"""One report: photos and contestants in, figures and small pictures out."""

import datetime
import warnings
from dataclasses import asdict
from pathlib import Path

from cartoongan_tf import terminal
from cartoongan_tf.evaluation import scores
from cartoongan_tf.pictures import images, paths
from cartoongan_tf.reports import ablations, costs, facts, jury, page
from cartoongan_tf.reports.contestants import Folder, Network, key_of, names_apart

FORMAT = 1
LEAST = 32  # pixels a side: of less, most measures say nothing
NAMES = ("report.html", "report.json")


def gather(
    style=(), weights=(), pictures=(), runs=(), teacher=None, as_used=False
) -> tuple[list, dict | None]:
    """The contestants in the order in which they were named, the teacher last.

    Args:
        style: Names of styles.
        weights: Files.
        pictures: Pairs of a name and a folder.
        runs: Folders of training runs.
        teacher: A file, or None.
        as_used: As of `Network`.

    Returns:
        The contestants, and the ablation's part of the report, or None.

    Raises:
        ValueError: When one of them is not there, or two have one name.
    """
    found = [Network(name, "style", name, as_used) for name in style]
    named = names_apart(list(weights))
    for name, file in zip(named, weights, strict=True):
        found.append(Network(name, "weights", file, as_used))
    told = None
    if runs:
        plans = ablations.read(runs)
        named = names_apart([run["folder"] for run in plans])
        for name, run in zip(named, plans, strict=True):
            found.append(Network(name, "run", run["file"], as_used))
        told = {"names": named, "differences": ablations.differences(plans)}
    found += [Folder(name, folder) for name, folder in pictures]
    if teacher is not None:
        found.append(Network("the teacher", "teacher", teacher, as_used))
    names = [one.name for one in found] + [jury.CARTOONS, *jury.REFERENCES]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"Contestants must have names of their own. Received twice: {twice[0]}"
        )
    return found, told


def check_out(out: str, overwrite: bool) -> Path:
    """Checks, before any work, that a report may be written into a folder.

    Raises:
        ValueError: When it cannot, or one is there and may not be replaced.
    """
    folder = paths.check_folder(out)
    there = [folder / name for name in NAMES if (folder / name).exists()]
    if there and not overwrite:
        raise ValueError(
            "A report that exists must be replaced by --overwrite alone. "
            f"Received: {there[0]}"
        )
    return folder


def make(
    contestants,
    photos: list[Path],
    photos_folder: Path,
    extractor,
    cartoons=(),
    size=512,
    square=None,
    seed=0,
    jpeg=None,
    shown=40,
    progress=lambda items, label: items,
) -> tuple[dict, dict]:
    """Draws, judges and sums up.

    Args:
        contestants: Of `gather`.
        photos: Files.
        photos_folder: Below which they lie.
        extractor: Of `extractors.load`.
        cartoons: Files, or none.
        size: Long side that photos and cartoons are shrunk to.
        square: Cut photos to squares of this side, or None.
        seed: Of all that is random.
        jpeg: Quality of the JPEG that every picture is put through, or None.
        shown: How many photos the page shows all pictures of.
        progress: Wraps what is gone through, with a label.

    Returns:
        The report, which `page.as_json` writes, and the thumbnails for `page.render`.

    Raises:
        ValueError: When no photo, or no cartoon, is fit to be judged.
    """
    skipped, hashes = [], {"photos": {}, "cartoons": {}}

    def read(path):
        with terminal.quiet_libraries():
            picture = images.read(path, max_size=None if square else size).pixels
        if square:
            picture = scores.cut_square(picture, square)
        if min(picture.shape[:2]) < LEAST:
            raise ValueError(
                f"A picture must be at least {LEAST} pixels high and wide to be "
                f"judged. Received: {picture.shape[1]}x{picture.shape[0]}: {path}"
            )
        return picture

    def leave_out(path, error):
        told = terminal.one_line(error)
        skipped.append(told if str(path) in told else f"{path}: {told}")
        warnings.warn(f"Left out. {skipped[-1]}", stacklevel=2)

    def read_cartoons():
        for path in progress(cartoons, "cartoons"):
            try:
                picture = read(path)
            except ValueError as error:
                leave_out(path, error)
                continue
            hashes["cartoons"][str(path)] = costs.digest(path)
            yield picture

    def read_some():
        for path in photos[:: max(1, len(photos) // 60)]:
            try:
                yield read(path)
            except ValueError:
                continue  # told of when its turn comes

    judge = jury.Jury(
        extractor,
        read_cartoons(),
        list(read_some()) if cartoons else (),
        seed=seed,
        jpeg=jpeg,
    )
    if cartoons and not hashes["cartoons"]:
        raise ValueError(
            "At least one cartoon must be fit to be judged by. "
            f"Received: {len(cartoons)}, none of which is; the last: {skipped[-1]}"
        )
    rows, thumbs = {}, {}
    for path in progress(photos, "photos"):
        key = key_of(path, photos_folder)
        try:
            lacking = [one.name for one in contestants if one.lacks(key)]
            if lacking:
                raise ValueError(
                    f"A photo must have a picture of every contestant. {lacking[0]} "
                    f"has none of: {path}"
                )
            photo = read(path)
            drawn = {one.name: one.draw(key, photo) for one in contestants}
        except ValueError as error:  # damaged, too small, too large for the memory
            leave_out(path, error)
            continue
        truth = next(
            (drawn[one.name] for one in contestants if one.kind == "teacher"), None
        )
        rows[key] = judge.see(key, photo, drawn, truth)
        hashes["photos"][key] = costs.digest(path)
        pictures = {jury.PHOTOS: photo, **drawn}
        thumbs[key] = {name: page.thumb(each) for name, each in pictures.items()}
    if not rows:
        raise ValueError(
            f"At least one photo must be fit to be judged. Received: {len(photos)}, "
            f"none of which is; the last: {skipped[-1]}"
        )
    summed = judge.sum_up()
    report = {
        "format": FORMAT,
        "made": datetime.datetime.now(datetime.timezone.utc).strftime(
            "%Y-%m-%d %H:%M UTC"
        ),
        "seed": seed,
        "versions": facts.versions(),
        "machine": facts.machine(),
        "extractor": extractor.describe(),
        "style_windows": "means and deviations of VGG16 conv3_3 and conv4_3",
        "drawing": _told_drawing(size, square, jpeg),
        "photos": {
            "folder": str(photos_folder),
            "n": len(rows),
            "sha256": hashes["photos"],
        },
        "cartoons": {
            "folder": str(Path(cartoons[0]).parent) if cartoons else None,
            "n": len(hashes["cartoons"]),
            "sha256": hashes["cartoons"],
        },
        "skipped": skipped,
        "contestants": [one.name for one in contestants],
        "anchors": [
            {"what": a["what"], "key": a["key"], **asdict(a["estimate"])}
            for a in summed["anchors"]
        ],
        "methods": _methods(contestants, summed["methods"], progress),
        "pictures": {
            key: {one.name: row[one.name] for one in contestants}
            for key, row in rows.items()
        },
    }
    report["shown"] = page.choose_shown(report, shown)
    report["extremes"] = page.extremes(report)
    needed = {(key, None) for key in report["shown"]}
    for name, by_measure in report["extremes"].items():
        for found in by_measure.values():
            needed |= {(key, name) for key in found["best"] + found["worst"]}
    kept = {}
    for key, row in thumbs.items():
        whole = (key, None) in needed
        names = {name for photo, name in needed if photo == key}
        if names:
            kept[key] = {
                name: data
                for name, data in row.items()
                if whole or name in names or name == jury.PHOTOS
            }
    return report, kept


def write(report: dict, thumbs: dict, folder: Path) -> None:
    """Writes `report.html` and `report.json`, each whole or not at all."""
    texts = page.render(report, thumbs), page.as_json(report)
    for name, text in zip(NAMES, texts, strict=True):
        with paths.replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8", errors="surrogateescape")


def _methods(contestants, figures, progress) -> list[dict]:
    """Each contestant's and anchor's part of the report."""
    methods = []
    for one in progress(contestants, "costs"):
        said = one.describe()
        cost = {k: said.pop(k) for k in [k for k in said if k in _COSTS]}
        methods.append({"name": one.name, "kind": one.kind, **said})
        if cost:
            methods[-1]["costs"] = cost
    names = [m["name"] for m in methods]
    for name in (*jury.REFERENCES, jury.CARTOONS):
        if name in figures and name not in names:
            methods.append({"name": name, "kind": "anchor"})
    for method in methods:
        method["figures"] = {
            key: asdict(estimate)
            for key, estimate in figures[method["name"]].items()
            if estimate is not None
        }
    return methods


_COSTS = {key for key, _, _ in page.COSTS}


def _told_drawing(size, square, jpeg) -> str:
    shape = f"cut to squares of {square}" if square else f"at most {size} a side"
    codec = "no codec after drawing" if jpeg is None else f"all through JPEG {jpeg}"
    return f"photos {shape}, pixels; {codec}"
