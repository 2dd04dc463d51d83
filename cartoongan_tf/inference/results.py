"""Where a command's pictures go: worked out and checked before any work."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from cartoongan_tf.pictures import images, paths


@dataclass(frozen=True)
class Order:
    """Which photos a command was asked to draw, and under which names.

    Args:
        photos: `paths.Photo` each.
        targets: Where the result of each goes.
        failures: Messages about inputs that stand for nothing.
        sheet: The one picture for all, or None.
    """

    photos: list
    targets: list
    failures: list
    sheet: Path | None = None


def take_order(
    inputs: list[str],
    out: str | None,
    ending: str,
    compare: bool = False,
    overwrite: bool = False,
) -> Order:
    """Works out a command's order from what was typed.

    Args:
        inputs: Files, folders and globs.
        out: `--out`: a picture's name, a folder, or None for beside the photo.
        ending: What is added to a photo's name there, `cartoon` to
            `photo_cartoon.png`.
        compare: Whether `--compare` was given: several photos then make one sheet where
            `out` is a picture's name.
        overwrite: Whether `--overwrite` was given.

    Raises:
        ValueError: When there is no photo, or a result cannot be written, would replace
            a photo, or would replace a picture without `--overwrite`.
    """
    is_folder = out is not None and (
        os.path.isdir(out) or out.endswith(tuple(filter(None, (os.sep, os.altsep))))
    )
    out = None if out is None else Path(out)
    suffix = "" if out is None else out.suffix.lower()
    to_file = suffix in paths.WRITABLE
    if suffix in FOREIGN and not is_folder:
        raise ValueError(_suffix_rule(out))
    photos, failures = paths.expand(inputs, None if to_file else out)
    if not photos:
        raise ValueError(failures[0] if failures else "There must be a photo")
    is_one = len(photos) == 1 and not photos[0].in_folder
    if is_one and not to_file and not is_folder and _LIKE_A_SUFFIX.fullmatch(suffix):
        raise ValueError(_suffix_rule(out))
    is_sheet = to_file and compare
    targets = _name(photos, out, to_file, is_sheet, ending)
    own = {os.path.realpath(photo.path) for photo in photos}
    for target in dict.fromkeys(targets):
        if os.path.realpath(target) in own:
            raise ValueError(
                "A result must not replace its photo; name another --out. "
                f"Received: {target}"
            )
        images.check_writable(target)
        if target.exists() and not overwrite:
            raise ValueError(
                "A picture must not exist, unless --overwrite is given. "
                f"Received: {target}"
            )
    return Order(photos, targets, failures, out if is_sheet else None)


# A picture's, but none that we write: nobody means a folder of that name.
FOREIGN = {*paths.READABLE} - {*paths.WRITABLE} | {
    ".bpg", ".dng", ".eps", ".exr", ".hdr", ".ico", ".j2k", ".jp2", ".jxl", ".jxr",
    ".pbm", ".pcx", ".pdf", ".pgm", ".pnm", ".ppm", ".psd", ".qoi", ".svg", ".tga",
    ".xcf",
}  # fmt: skip
_LIKE_A_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{1,4}")  # not v1.2, not my.holiday


def _suffix_rule(out: Path) -> str:
    return (
        f"`--out` must be a folder, or end in {', '.join(paths.WRITABLE)}. "
        f"Received: {out} (a folder of that name would be {out}{os.sep})"
    )


def _name(photos, out, to_file, is_sheet, ending):
    """Where each photo's result goes."""
    if out is None:
        if any(photo.in_folder for photo in photos):
            raise ValueError(
                "`--out` must name a folder when photos come from one. "
                "Received: no --out"
            )
        beside = [
            p.path.with_name(paths.cut(paths.stem(p.path), f"_{ending}.png"))
            for p in photos
        ]
        return paths.apart(beside, [p.path for p in photos])
    if not to_file:
        return paths.place_results(photos, out)
    if len(photos) > 1 and not is_sheet:
        raise ValueError(
            "`--out` must be a folder for several photos, or a sheet of --compare. "
            f"Received: {out} for {len(photos)} photos"
        )
    return [out] * len(photos)
