"""What live drawing costs by each runtime, and what following slowly calms.

    python benchmarks/live.py [FILM] [--styles pepper paprika]

Prints milliseconds of processor time for a frame of at most 960 pixels, drawn at 512:
by int8 as `live` draws it, and by the ONNX twin, in turn within one run; and how far
the correction of colours moves between neighbouring frames, in levels, against each
frame's own.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from cartoongan_tf.inference import runtimes
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.inference.shows import Show
from cartoongan_tf.pictures import colors, draw_sizes, images
from cartoongan_tf.samples import samples

cv2 = images.opencv()
FRAMES, ROUNDS, RATE = 40, 3, 25


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("film", nargs="?", type=Path)
    parser.add_argument("--styles", nargs="+", default=["pepper", "paprika"])
    args = parser.parse_args()
    frames = read(args.film) if args.film else pan()
    for style in args.styles:
        shows = {"int8": Show(style), "onnx": Show(style)}
        twin = runtimes.load_style(style)
        shows["onnx"]._network = Cartoonizer(twin, "full", "style", faces=False)
        assert shows["int8"].runs_on == "TFLite"
        best = dict.fromkeys(shows, float("inf"))
        for _ in range(ROUNDS):
            for name, show in shows.items():
                begin = time.process_time()
                for frame in frames:
                    show.draw(frame)
                spent = (time.process_time() - begin) / len(frames)
                best[name] = min(best[name], spent)
        for name, seconds in best.items():
            print(f"{style}_{name}_cpu_ms_a_frame: {1000 * seconds:.0f}")
        print(f"{style}_int8_ratio: {best['int8'] / best['onnx']:.2f}")
        print_calm(style, shows["int8"], frames)


def print_calm(style, show, frames):
    own, followed, before = [], [], None
    show._shift = None
    for number, frame in enumerate(frames):
        small = draw_sizes.shrink(frame, show.draw_size)
        levels = show._network(small).astype(np.float32)
        shift = colors.tame_color(levels, small) - levels
        follows = show._follow(shift, small, number / RATE).copy()
        if before is not None:
            own.append(np.abs(shift - before[0]).mean())
            followed.append(np.abs(follows - before[1]).mean())
        before = shift, follows
    ratio = np.mean(followed) / np.mean(own)
    print(f"{style}_shift_moves_levels: {np.mean(followed):.3f} of {np.mean(own):.3f}")
    print(f"{style}_shift_ratio: {ratio:.2f}", flush=True)


def read(film):
    capture, frames = cv2.VideoCapture(str(film)), []
    while len(frames) < FRAMES:
        good, frame = capture.read()
        if not good:
            break
        rgb = np.ascontiguousarray(frame[..., ::-1])
        frames.append(draw_sizes.shrink(rgb, 960))
    return frames


def pan():
    """As a webcam gives them: 640x480."""
    photo = samples.draw_photo(1, 480, 640 + FRAMES)
    return [np.ascontiguousarray(photo[:, n : n + 640]) for n in range(FRAMES)]


if __name__ == "__main__":
    main()
