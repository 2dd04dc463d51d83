"""The command that makes a dataset: `python -m cartoongan_tf.prepare film.mp4`."""

import argparse
import math
import os
import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.prepare film.mp4 --style mine
      the film's key frames to data/mine/cartoons/film/, and a report with contact
      sheets to data/mine/prepared/
  python -m cartoongan_tf.prepare film.mkv --style mine --dry-run --report look
      judges everything and writes nothing but the report, to the folder look/
  python -m cartoongan_tf.prepare disc1/ disc2/ stills/ --style mine --photos ~/photos
      films and pictures below several folders; photos to data/mine/photos/
  python -m cartoongan_tf.prepare pages/ --style pepper
      the panels of comic pages, without gutters, balloons and credits; whether a
      folder holds pages is recognised (--pages and --no-pages decide it)
  python -m cartoongan_tf.prepare film.mkv --style mine --start 1:30 --end 1:52:00
      without what stands before and behind the film
  python -m cartoongan_tf.prepare film.mkv --style mine --keep subtitled --every 0.5"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "prepare",
        "Make a dataset of films, comics and pictures: shots found, black bars cut, "
        "pages cut into panels, near-duplicates, blank, blurred and faded frames, "
        "titles and subtitles left out.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("input", nargs="*", metavar="INPUT", help="films, folders, pictures or globs")
    flag("--style", required=True, help="name of the style, and of its folder")
    flag("--data", default="data", help="folder that holds a folder for each style")
    flag(
        "--pages",
        action=argparse.BooleanOptionalAction,
        help="pictures are comic pages, to be cut into panels, or are not (default: "
        "recognised, folder by folder)",
    )
    flag("--photos", nargs="+", metavar="DIR", help="photos to train with, from there")
    flag(
        "--size",
        type=int,
        default=512,
        help="short side that larger pictures are shrunk to (training at 256 uses up "
        "to 384 of it); 0 keeps them",
    )
    flag(
        "--every",
        type=float,
        default=1.0,
        help="seconds of a shot that one frame stands for, the sharpest",
    )
    flag(
        "--similarity",
        type=float,
        default=0.8,
        help="0..1: from which SSIM on a picture is a near-duplicate; more keeps more",
    )
    flag(
        "--keep",
        nargs="+",
        default=[],
        metavar="REASON",
        help="do not leave out for these reasons: small, blank, faded, blurred, "
        "credits, subtitled, lettered, gutter, duplicate",
    )
    flag("--start", default="0", help="begin here in films: seconds, 1:30 or 0:01:30")
    flag("--end", help="end here in films")
    flag("--limit", type=int, help="at most so many of a source, evenly spread")
    flag("--report", metavar="DIR", help="where the report goes (DATA/STYLE/prepared)")
    flag("--dry-run", action="store_true", help="judge and report, make no dataset")
    flag("--overwrite", action="store_true", help="replace what was prepared before")
    args = parser.parse_args(argv)
    start, end = _check(args)

    from cartoongan_tf.films.duplicates import Gallery
    from cartoongan_tf.films.prepared import PreparedSet
    from cartoongan_tf.pictures import paths

    paths.check_folder(Path(args.data) / args.style)
    if args.report:
        paths.check_folder(args.report)
    prepared = PreparedSet(Path(args.data) / args.style, args.report)
    sources, failures = _find_sources(args, prepared, start, end)
    if not sources:
        raise ValueError(failures[0])
    todo = []
    for part, source in sources:
        identity = _identify(part, source, args)
        try:
            if prepared.is_done(part, source.name, identity, args.overwrite):
                print(f"Prepared before: {prepared.folder / part / source.name}")
                continue
        except ValueError as error:
            if not args.dry_run:
                raise
            del error  # a trial is in nobody's way
        todo.append((part, source, identity))
    galleries = {}
    for part, source, identity in todo:
        if part not in galleries:
            galleries[part] = Gallery(args.similarity)
            if not args.dry_run:
                redone = {s.name for p, s, _ in todo if p == part}
                _show_existing(galleries[part], prepared.folder / part, redone)
        try:
            _take(part, source, identity, prepared, galleries[part], args)
        except (ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, not the film
            failures.append(f"{source.path}: {terminal.one_line(error)}")
        failures += getattr(source, "damaged", [])  # pages; of pictures, the report
    if not args.dry_run:
        _say_what_next(prepared, args)
    for warning in prepared.warnings():
        print(f"warning: {warning}", file=sys.stderr)
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 2 if failures else 0


def _check(args):
    """Checks the flags by themselves; gives the times of --start and --end."""
    bad = args.style != Path(args.style).name or args.style.startswith(".")
    if bad or not args.style.strip():
        raise ValueError(f"`--style` must be a folder's name. Received: {args.style!r}")
    if not args.input and not args.photos:
        raise ValueError(
            "There must be an INPUT (a film, a folder) or --photos. Received: neither"
        )
    if args.size != 0 and args.size < 64:
        raise ValueError(f"`--size` must be 0, or at least 64. Received: {args.size}")
    if not 0.1 <= args.every < math.inf:
        raise ValueError(f"`--every` must be at least 0.1. Received: {args.every}")
    if not 0 < args.similarity <= 1:
        raise ValueError(
            f"`--similarity` must be above 0, up to 1. Received: {args.similarity}"
        )
    if args.limit is not None and args.limit < 1:
        raise ValueError(f"`--limit` must be at least 1. Received: {args.limit}")

    from cartoongan_tf.films.unfit import REASONS

    for reason in args.keep:
        known = [name for name in REASONS if name != "damaged"]
        if reason not in known:
            raise ValueError(
                f"`--keep` must be of {', '.join(known)}. Received: {reason}"
            )
    start = _seconds("--start", args.start)
    end = math.inf if args.end is None else _seconds("--end", args.end)
    if end <= start:
        raise ValueError(
            f"`--end` must be after --start. Received: {args.start} to {args.end}"
        )
    return start, end


def _seconds(flag, text):
    total = 0.0
    try:
        for part in text.split(":"):
            total = 60 * total + float(part)
    except ValueError:
        total = -1.0
    if not 0 <= total < math.inf:
        raise ValueError(
            f"`{flag}` must be seconds, or as 1:30 or 0:01:30. Received: {text}"
        )
    return total


def _find_sources(args, prepared, start, end):
    """Every film and every folder of pictures that was named, and what went wrong."""
    from cartoongan_tf.comics.pages import PageSource, are_pages
    from cartoongan_tf.films.frames import Film
    from cartoongan_tf.films.sources import FilmSource, PictureSource, sort_inputs

    sources, taken = [], set()

    def name(part, path):
        stem = Path(os.path.realpath(path)).name if path.is_dir() else path.stem
        found = prepared.choose_name(part, stem, path, taken)
        taken.add((part, found))
        return found

    films, groups, failures = sort_inputs(args.input)
    for path in films:
        try:
            film = Film(path)
        except ValueError as error:
            failures.append(str(error))
            continue
        if film.duration is not None and start >= film.duration:
            failures.append(
                f"`--start` must lie within the film. Received: {args.start} for "
                f"{path}, which is {film.duration:.0f} seconds long"
            )
            continue
        label = name("cartoons", path)
        sources.append(
            (
                "cartoons",
                FilmSource(film, label, args.size, args.every, start, end),
            )
        )
    for path, files in groups:
        label = name("cartoons", path)
        cut = args.pages
        if cut is None:
            cut = are_pages([file for file, _ in files])
            if cut:
                print(f"Comic pages, cut into panels (not with --no-pages): {path}")
        kind = PageSource if cut else PictureSource
        sources.append(("cartoons", kind(files, label, path, args.size)))
    films, groups, told = sort_inputs(args.photos or [])
    failures += told
    failures += [f"`--photos` must be pictures. Received a film: {f}" for f in films]
    for path, files in groups:
        label = name("photos", path)
        sources.append(("photos", PictureSource(files, label, path, args.size, False)))
    return sources, failures


def _rules(part, args):
    from cartoongan_tf.films.unfit import REASONS

    # A photo may be dark, soft or have a sign in it: what is drawn shall be any photo.
    rules = (
        REASONS if part == "cartoons" else ("damaged", "small", "blank", "duplicate")
    )
    return tuple(reason for reason in rules if reason not in args.keep)


def _identify(part, source, args):
    """What decides the result: the files and the flags."""
    files = [file for file, _ in getattr(source, "files", [(source.path, None)])]
    status = [file.stat() for file in files if file.exists()]
    return {
        "files": len(files),
        "bytes": sum(s.st_size for s in status),
        "time": max((s.st_mtime_ns for s in status), default=0),
        "--size": args.size,
        "--every": args.every,
        "--similarity": args.similarity,
        "--keep": sorted(args.keep),
        "--start": args.start,
        "--end": args.end,
        "--limit": args.limit,
        # Only where it is so: what was prepared before there were pages stays done.
        **({"--pages": True} if hasattr(source, "damaged") else {}),
    }


def _show_existing(gallery, folder, redone):
    """Compares what comes with what is in the folder already."""
    from concurrent.futures import ThreadPoolExecutor

    from tqdm import tqdm

    from cartoongan_tf.films.sources import shrink_short
    from cartoongan_tf.pictures import images, paths

    if not folder.is_dir():
        return
    try:
        found = paths.find(folder, tell=False)
    except ValueError:
        return  # no picture yet
    found = [f for f in found if f.relative_to(folder).parts[0] not in redone]

    def read(path):
        try:
            return path, shrink_short(images.read(path).pixels, 128)
        except ValueError:
            return path, None

    with ThreadPoolExecutor(4) as pool:
        bar = tqdm(found, "pictures here already", leave=False, disable=None)
        for begin in range(0, len(found), 64):
            for path, pixels in pool.map(read, found[begin : begin + 64]):
                bar.update()
                if pixels is not None:
                    gallery.add(path.name, pixels)


def _take(part, source, identity, prepared, gallery, args):
    """Looks at one source and puts what is kept in its place."""
    import tempfile
    from contextlib import nullcontext

    from tqdm import tqdm

    from cartoongan_tf.films.prepared import describe
    from cartoongan_tf.films.selection import Selection

    if args.dry_run:
        room_or_not = tempfile.TemporaryDirectory() if args.report else nullcontext()
    else:
        room_or_not = prepared.adding(part, source.name)
    with room_or_not as room:
        room = None if room is None else Path(room)
        selection = Selection(
            gallery,
            _rules(part, args),
            None if args.dry_run else room / "pictures",
            f"{source.name}/" if hasattr(source, "files") else "",
        )
        unit = "picture" if hasattr(source, "files") else "s"
        bar = tqdm(total=source.length, desc=source.name[:30], unit=unit, disable=None)

        def watch(done):
            bar.update(max(0, math.floor(done) - bar.n))

        with bar:
            for offer in source.offers(watch):
                selection.offer(offer)
                bar.set_postfix(kept=len(selection.kept), refresh=False)
            bar.update(max(0, (source.length or 0) - bar.n))
        if args.limit is not None:
            selection.thin_out(args.limit)
        record = {
            "part": part,
            "name": source.name,
            "source": os.path.realpath(source.path),
            "identity": identity,
            **source.facts(),
            **selection.summary(),
        }
        print(f"{part}/{source.name}", *describe(record), sep="\n  ")
        if room is not None:
            (room / "report").mkdir(exist_ok=True)
            selection.write_sheets(room / "report", f"{part}-{source.name}")
        if args.dry_run:
            if room is not None:
                prepared.add_report(room, record)
            return
        if not selection.kept:
            raise ValueError(
                "At least one picture must be fit to be kept. Received: "
                f"{selection.offered} looked at, all left out (above, why)"
            )
        prepared.commit(room, record)


def _say_what_next(prepared, args):
    if not prepared.records:
        return
    print(f"Look at: {prepared.report / 'report.md'} and the contact sheets beside it")
    missing = [p for p in ("cartoons", "photos") if not (prepared.folder / p).is_dir()]
    if missing == ["photos"]:
        print(
            f"Photos are missing: {terminal.command('prepare')} --style "
            f"{args.style} --photos DIR"
        )
    elif not missing:
        data = "" if args.data == "data" else f" --data {args.data}"
        print(f"Train: {terminal.command('train')} --style {args.style}{data}")


if __name__ == "__main__":
    terminal.run(main)
