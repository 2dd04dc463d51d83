"""How near a generator comes to an artist, and what it keeps of the photos.

    python benchmarks/style.py WEIGHTS --photos DIR --cartoons DIR [--sheet FILE]

Kernel distances of VGG16's means and deviations at conv3_3 and conv4_3, of the photos'
cartoons to the artist's pictures, against the photos' own, which is 1; the share of the
photos' strong outlines that the cartoons have; sharpness, the variance of the Laplacian
against the photos'. Photos and pictures should be ones that no training met. Both are
judged 288 pixels high. `--sheet` writes photo, cartoon and a picture of the artist's.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.evaluation import kernels, metrics
from cartoongan_tf.pictures import images, layout, paths

BATCH = 16
ROWS = 12  # of the sheet


def main(argv):
    """Measures and prints; draws the sheet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--cartoons", type=Path, required=True)
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args(argv)
    terminal.load_tensorflow()
    photos, cartoons = (read(each) for each in (args.photos, args.cartoons))
    result = None
    for weights in args.weights:
        result, drawn = measure(weights, photos, cartoons)
        print(f"{weights}: {json.dumps(result)}", flush=True)
    if args.sheet:
        rows = zip(photos[:ROWS], drawn[:ROWS], cartoons[:ROWS], strict=False)
        pictures = [layout.side_by_side(*map(narrow, row)) for row in rows]
        images.write(args.sheet, layout.stack(pictures))


def read(folder):
    """A folder's pictures, at the height they are judged at."""
    return [fit(images.read(path).pixels) for path in paths.find(folder)]


def fit(picture):
    """A picture 288 pixels high."""
    height, width = picture.shape[:2]
    width = max(kernels.WINDOW, round(width * kernels.HEIGHT / height))
    return images.resize(picture, kernels.HEIGHT, width)


def narrow(picture, widest=432):
    """The middle of a picture, all of a sheet equally wide."""
    spare = picture.shape[1] - widest
    if spare >= 0:
        return picture[:, spare // 2 : spare // 2 + widest]
    sides = (-spare // 2, -spare - (-spare // 2))
    return np.pad(picture, ((0, 0), sides, (0, 0)))


def measure(weights, photos, cartoons):
    """The figures of a network's file, and its cartoons."""
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    # The network as it is: what photos get by default is docs/look.md's.
    draw = Cartoonizer(weights, draw_size="full", color="style")
    drawn = [draw(photo) for photo in photos]
    artist = see(cartoons)
    own, mine = see(photos), see(drawn)
    result = {}
    for n, name in enumerate(("conv3_3", "conv4_3")):
        photo = kernels.kernel_distance(own[n], artist[n])
        result[name] = kernels.kernel_distance(mine[n], artist[n]) / photo
    pairs = list(zip(drawn, photos, strict=True))
    result["outlines_kept"] = np.mean([metrics.outlines_kept(*pair) for pair in pairs])
    sharp = [metrics.sharpness(a) / metrics.sharpness(b) for a, b in pairs]
    result["sharpness"] = np.mean(sharp)
    return {name: round(float(value), 3) for name, value in result.items()}, drawn


def see(pictures):
    """Features of both layers of all windows."""
    from cartoongan_tf.networks.features import StyleFeatures

    features, windows = StyleFeatures(), kernels.cut_windows(pictures)
    seen = [
        [np.asarray(x) for x in features(images.to_signed(windows[at : at + BATCH]))]
        for at in range(0, len(windows), BATCH)
    ]
    return [np.concatenate(part) for part in zip(*seen, strict=True)]


if __name__ == "__main__":
    terminal.run(main, sys.argv[1:])
