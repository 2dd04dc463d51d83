"""How often each style draws a photo, or its sky, darker, by each choice of colours.

    python benchmarks/darkness.py PHOTOS [PHOTOS ...] [--count 30] [--style pepper ...]
    python benchmarks/darkness.py PHOTOS --sheet out/skies.png   # to look at

Of the photos `--count` are taken, evenly spread, and as many of those that show a sky.
A picture counts as darker when its mean luma is under three quarters of its photo's, a
sky likewise, and as black when it was light (above 90 levels) and is below 50.
The last column is what the colours cost: how far from the photo's chroma areas still
are, in levels, which is the style's tint.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.pictures import colors, images, paths

STYLES = ("pepper", "paprika", "hayao", "hosoda", "shinkai")
COLORS = ("style", "auto", "photo")  # the last is --keep-color
DARKER = 0.75  # "a quarter darker"
LIGHT, BLACK = 90, 50  # levels of luma
LEAST_SKY = 0.1  # of the picture


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--style", nargs="+", default=STYLES)
    parser.add_argument("--sheet", type=Path, help="the skies and what becomes of them")
    args = parser.parse_args(argv)
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    found = [path for folder in args.photos for path in paths.find(folder, tell=False)]
    photos = [images.read(path).pixels for path in spread(found, args.count)]
    skies = []
    for path in found:
        photo = images.read(path).pixels
        if find_sky(photo) is not None:
            skies.append(path)
    print(f"{len(found)} photos, {len(photos)} taken; a sky in {len(skies)}, ", end="")
    skies = [images.read(path).pixels for path in spread(skies, args.count)]
    print(f"{len(skies)} taken")
    print("| style | colours | darker | sky darker | sky black | tint, levels |")
    print("|---|---|---|---|---|---|")
    rows = []
    for style in args.style:
        usual = Cartoonizer(style)
        for color in COLORS:
            draw = usual.with_look("auto", color)
            drawn, drawn_skies = ([draw(p) for p in each] for each in (photos, skies))
            rows.append(drawn_skies)
            print(describe(style, color, photos, drawn, skies, drawn_skies), flush=True)
    if args.sheet:
        write_sheet(args.sheet, skies, rows)


def describe(style, color, photos, drawn, skies, drawn_skies):
    """A row of the table."""
    pairs = list(zip(photos, drawn, strict=True))
    whole = sum(is_darker(light(cartoon), light(photo)) for photo, cartoon in pairs)
    darker = black = 0
    for photo, cartoon in zip(skies, drawn_skies, strict=True):
        sky = find_sky(photo)
        before, after = light(photo, sky), light(cartoon, sky)
        darker += is_darker(after, before)
        black += before > LIGHT and after < BLACK
    tint = np.mean([tint_of(cartoon, photo) for photo, cartoon in pairs])
    return f"| {style} | `{color}` | {whole} | {darker} | {black} | {tint:.1f} |"


def spread(items, count):
    """As many as asked for, evenly over all; all where there are fewer."""
    if len(items) <= count:
        return list(items)
    return [items[i * len(items) // count] for i in range(count)]


def light(picture, where=None):
    """Mean luma of uint8 RGB, 0..255; of a mask's pixels where one is given."""
    luma = picture.astype(np.float32) @ colors.LUMA
    return float(luma.mean() if where is None else luma[where].mean())


def is_darker(after, before):
    return after < DARKER * before


def tint_of(cartoon, photo):
    """Mean distance of chroma over areas, in levels: what `auto` bounds by 18."""
    apart = cv2.blur(cartoon.astype(np.float32) - photo, (25, 25))
    rest = apart - (apart @ colors.LUMA)[..., None]
    return float(np.linalg.norm(rest, axis=-1).mean())


def find_sky(photo):
    """Mask of what hangs together with the top edge, light, smooth and not warm.

    None where that is less than a tenth of the picture, or not most of its top edge.
    """
    smooth = cv2.GaussianBlur(photo, (0, 0), 2).astype(np.float32)
    luma = smooth @ colors.LUMA
    steps = np.hypot(cv2.Sobel(luma, -1, 1, 0), cv2.Sobel(luma, -1, 0, 1)) / 8
    calm = cv2.blur(steps, (9, 9)) < 3
    cool = smooth[..., 2] >= smooth[..., 0] + 10  # blue over red: no ceiling, no wall
    mask = (calm & cool & (luma > LIGHT)).astype(np.uint8)
    count, labels = cv2.connectedComponents(mask)
    top = [i for i in range(1, count) if (labels[0] == i).mean() > 0.2]
    sky = np.isin(labels, top)
    is_sky = sky.mean() >= LEAST_SKY and sky[0].mean() > 0.5
    return sky if is_sky else None


def write_sheet(path, skies, rows):
    """A row a sky: the photo with its sky outlined, then each style in each colour."""

    def small(picture):
        return cv2.resize(picture, (144, 96), interpolation=cv2.INTER_AREA)

    lines = []
    for i, photo in enumerate(skies):
        outlined = photo.copy()
        edges, _ = cv2.findContours(
            find_sky(photo).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        cv2.drawContours(outlined, edges, -1, (255, 0, 255), 4)
        lines.append(np.hstack([small(outlined)] + [small(row[i]) for row in rows]))
    images.write(path, np.vstack(lines))


if __name__ == "__main__":
    terminal.run(main)
