"""Which inputs are films, and where each one's cartoon goes; PyAV is not yet needed."""

import glob
import math
import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from cartoongan_tf.formats import sniff
from cartoongan_tf.pictures import paths

ANIMATIONS = {".gif": "GIF", ".apng": "PNG", ".webp": "WEBP"}  # as Pillow names them
# By suffix, the first being what is taken unasked. QuickTime plays no VP9.
CODECS = {
    ".mp4": ("h264", "av1", "vp9"),
    ".m4v": ("h264",),
    ".mov": ("h264",),
    ".mkv": ("h264", "av1", "vp9"),
    ".webm": ("vp9", "av1"),
}
SUFFIXES = (*CODECS, *ANIMATIONS)
CHOICES = ("h264", "av1", "vp9")
# Films by their names alone, where they are empty or cut: no photo is called so.
_NAMES = (
    ".3gp", ".avi", ".flv", ".m2ts", ".m2v", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg",
    ".mpg", ".mts", ".ogv", ".ts", ".vob", ".webm", ".wmv",
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """How films are drawn, apart from the network and its look.

    Args:
        strength: 1 for the cartoon, 0 for the film.
        steady: How much of the drawing before is kept where nothing changed.
        start: From this second on.
        end: Up to this one.
        max_size: Of the long side; None keeps the film's.
        codec: Of `CHOICES`; None takes the container's first.

    Raises:
        ValueError: When one is out of its range.
    """

    strength: float = 1.0
    steady: float = 0.6
    start: float = 0.0
    end: float = math.inf
    max_size: int | None = None
    codec: str | None = None

    def __post_init__(self):
        if not 0 <= self.strength <= 1:
            raise ValueError(f"`--strength` must be in 0..1. Received: {self.strength}")
        if not 0 <= self.steady < 1:
            raise ValueError(
                f"`--steady` must be from 0 to below 1. Received: {self.steady:g}"
            )
        if not 0 <= self.start < self.end:
            raise ValueError(
                "`--end` must be later than `--start`. "
                f"Received: --start {self.start:g} --end {self.end:g}"
            )
        if self.max_size is not None and self.max_size < 16:
            raise ValueError(
                f"`--max-size` must be at least 16 for films. Received: {self.max_size}"
            )


@dataclass(frozen=True)
class Order:
    """Which films a command was asked to draw, under which names, and how.

    Args:
        films: The files.
        targets: Where the cartoon of each goes.
        settings: For all.
    """

    films: list[Path]
    targets: list[Path]
    settings: Settings


def take_order(args) -> Order | None:
    """The films that `cartoonize` was asked for; None where it was for photos.

    Args:
        args: What it parsed: `input`, `out`, `start`, `end`, `preview`, `steady`,
            `codec`, `strength`, `max_size`, `compare` and `overwrite`.

    Raises:
        ValueError: When something in it does not fit.
    """
    films = find_films(args.input, args.out)
    given = [name for name in _FLAGS if getattr(args, name) is not None]
    if not films:
        if given:
            raise ValueError(
                f"`--{given[0]}` must go with a film. Received: {args.input[0]}"
            )
        return None
    if args.compare:
        raise ValueError(
            f"`--compare` must go with photos. Received: a film, {films[0]}"
        )
    start = parse_time(args.start or 0)
    end = math.inf if args.end is None else parse_time(args.end)
    if args.preview is not None:
        if not 0 < args.preview < math.inf:
            raise ValueError(
                f"`--preview` must be more than 0 seconds. Received: {args.preview:g}"
            )
        end = min(end, start + args.preview)
    steady = Settings.steady if args.steady is None else args.steady
    settings = Settings(args.strength, steady, start, end, args.max_size, args.codec)
    ending = "cartoon" if args.preview is None else "preview"
    targets = name_targets(films, args.out, args.codec, ending, args.overwrite)
    return Order(films, targets, settings)


_FLAGS = ("start", "end", "preview", "steady", "codec")


def is_film(path: str | os.PathLike) -> bool:
    """Whether a file is a film by its content or, where that says nothing, its name."""
    kind = sniff.look(path)
    if kind == sniff.FILM:
        return True
    unknown = kind not in (*sniff.READ, "a sound file")
    return unknown and str(path).lower().endswith(_NAMES) and not os.path.isdir(path)


def is_animated(path: str | os.PathLike) -> bool:
    """Whether a picture file has several frames."""
    if sniff.look(path) not in ("GIF", "PNG", "WebP"):
        return False
    try:
        with Image.open(path, formats=("GIF", "PNG", "WEBP")) as image:
            return getattr(image, "n_frames", 1) > 1
    except (OSError, ValueError, SyntaxError):
        return False


def find_films(inputs: list[str], out: str | None) -> list[Path]:
    """The films among what was typed; empty where all are photos.

    An animated picture is a film where its cartoon is to be one: without `--out`, or
    with the name of a film or an animation.

    Raises:
        ValueError: When films and photos are mixed.
    """
    named = out is not None and Path(out).suffix.lower() in SUFFIXES
    found, others = [], []
    for text in inputs:
        matches = [text]
        if glob.has_magic(text) and not os.path.exists(text):
            matches = sorted(glob.glob(text, recursive=True)) or [text]
        for match in matches:
            film = is_film(match)
            if not film and (named or out is None) and not os.path.isdir(match):
                film = is_animated(match)
                film |= named and Path(out).suffix.lower() != ".webp"
            (found if film else others).append(Path(match))
    if found and others:
        raise ValueError(
            "Films and photos must be drawn one after the other. "
            f"Received: {found[0]} with {others[0]}"
        )
    return found


def name_targets(
    films: list[Path],
    out: str | None,
    codec: str | None = None,
    ending: str = "cartoon",
    overwrite: bool = False,
) -> list[Path]:
    """Where each film's cartoon goes, checked before any work.

    Args:
        films: Of `find_films`.
        out: `--out`: a film's name, a folder, or None for beside the film.
        codec: `--codec`.
        ending: What is added to a film's name beside it.
        overwrite: Whether `--overwrite` was given.

    Raises:
        ValueError: When a name has no suffix that we write, cannot hold the codec, is
            one of the films, exists, or cannot be written.
    """
    is_folder = out is not None and (
        os.path.isdir(out) or out.endswith(tuple(filter(None, (os.sep, os.altsep))))
    )
    if out is None:
        names = [paths.cut(film.stem, f"_{ending}{_suffix(film)}") for film in films]
        wanted = [film.with_name(name) for film, name in zip(films, names, strict=True)]
        targets = paths.apart(wanted, films)
    elif is_folder or len(films) > 1 and Path(out).suffix.lower() not in SUFFIXES:
        names = [paths.cut(film.stem, _suffix(film)) for film in films]
        targets = paths.apart([Path(out, name) for name in names], films)
    elif len(films) > 1:
        raise ValueError(
            f"`--out` must be a folder for several films. Received: {out} for "
            f"{len(films)} films"
        )
    else:
        targets = [Path(out)]
    own = {os.path.realpath(film) for film in films}
    for target in targets:
        check_target(target, codec)
        if os.path.realpath(target) in own or _is_same(target, films):
            raise ValueError(
                "A result must not replace its film; name another --out. "
                f"Received: {target}"
            )
        if target.is_dir():
            raise ValueError(f"A film's name must not be a folder's. Received {target}")
        paths.check_folder(target.parent)
        if target.exists() and not overwrite:
            raise ValueError(
                "A film must not exist, unless --overwrite is given. "
                f"Received: {target}"
            )
    return targets


def check_target(target: Path, codec: str | None) -> None:
    """Checks that a film can be written under this name, with this codec.

    Raises:
        ValueError: When the suffix names no container of ours, or one without the
            codec.
    """
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(
            f"A film's name must end in {', '.join(SUFFIXES)}. Received: {target}"
        )
    known = CODECS.get(suffix, ())
    if codec is not None and codec not in known:
        can = f"{', '.join(known)} for a {suffix}" if known else f"absent for {suffix}"
        raise ValueError(f"`--codec` must be {can}. Received: --codec {codec}")


def parse_time(text: str) -> float:
    """Seconds: 90, 1:30 or 0:01:30.5.

    Raises:
        ValueError: When it is none of these.
    """
    parts = str(text).split(":")
    try:
        numbers = [float(part) for part in parts]
        if len(parts) > 3 or not all(n >= 0 and math.isfinite(n) for n in numbers):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"A time must be seconds, or H:MM:SS. Received: {text}"
        ) from None
    return sum(n * 60**place for place, n in enumerate(reversed(numbers)))


def _suffix(film: Path) -> str:
    """That of the cartoon where nobody names one."""
    suffix = film.suffix.lower()
    if suffix == ".png":
        return ".apng"
    return suffix if suffix in SUFFIXES else ".mkv"  # which holds any sound


def _is_same(target: Path, films: list[Path]) -> bool:
    """Whether a target is one of the films by another name, such as a hard link."""
    try:
        return any(os.path.samefile(target, film) for film in films)
    except OSError:
        return False
