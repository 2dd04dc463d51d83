"""How much a drawn film flickers, and how fast it is drawn; each in one run.

    python benchmarks/films.py [--style hayao] [--films DIR] [--photos DIR] [--speed]

Flicker is the warp error of Lai et al., Learning Blind Video Temporal Consistency,
2018: a frame and the one before, moved onto it by the optical flow of the film itself,
differ by so much (mean square of levels 0..1, times 10,000) where the flow holds. The
same of the film itself is the floor. A blurred or frozen film would win: so sharpness
and the distance to frame-by-frame drawing stand beside it, and frame-by-frame drawing
blurred until it is no sharper. Never on frames that were encoded after drawing.

The flow is OpenCV's DIS, its best preset; of panned photos the motion is known.
"""

import argparse
import itertools
import tempfile
import time
from pathlib import Path

import av
import cv2
import numpy as np

import cartoongan_tf as cg
from cartoongan_tf import terminal
from cartoongan_tf.films.cuts import with_cuts
from cartoongan_tf.pictures import images

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
PAN = 24  # frames
STEP = 1.37  # pixels a frame: a pan by whole pixels would hide what strides do


def read_film(path, most=None):
    with av.open(str(path)) as container:
        decoded = itertools.islice(container.decode(video=0), most)
        return [frame.to_ndarray(format="rgb24") for frame in decoded]


def panned(photo, count=PAN):
    """A window that moves over a photo, by parts of a pixel, and the flow back."""
    height, width = (side // 4 * 3 // 4 * 4 for side in photo.shape[:2])
    frames = []
    for number in range(count):
        moved = np.float32([[1, 0, STEP * number], [0, 1, 0.6 * STEP * number]])
        frames.append(
            cv2.warpAffine(
                photo, moved, (width, height),
                flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            )
        )  # fmt: skip
    flow = np.zeros((height, width, 2), np.float32)
    flow[...] = STEP, 0.6 * STEP
    # What is at x now was at x + STEP before.
    mask = np.ones((height, width), bool)
    mask[-4:], mask[:, -4:] = False, False
    return frames, [(flow, mask)] * (count - 1)


def flows(frames):
    """Of each pair: the flow from a frame to the one before, and where it holds."""
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grays = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    found = []
    for before, now in itertools.pairwise(grays):
        back, forth = dis.calc(now, before, None), dis.calc(before, now, None)
        met = warp(forth, back)
        size = (met**2).sum(-1) + (back**2).sum(-1)
        mask = ((met + back) ** 2).sum(-1) <= 0.01 * size + 0.5
        bends = sum((part**2).sum(-1) for part in np.gradient(back, axis=(0, 1)))
        mask &= bends <= 0.01 * (back**2).sum(-1) + 0.002
        found.append((back, mask))
    return found


def warp(picture, flow):
    height, width = flow.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    return cv2.remap(
        picture, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def warp_error(frames, moves, cuts=()):
    """Mean over pairs, times 10,000; and the share of pixels that it counts."""
    errors, shares = [], []
    for number, (flow, mask) in enumerate(moves, 1):
        if number in cuts:
            continue
        now, before = (frames[n].astype(np.float32) / 255 for n in (number, number - 1))
        apart = ((now - warp(before, flow)) ** 2).sum(-1)
        errors.append(apart[mask].mean())
        shares.append(mask.mean())
    return 1e4 * float(np.mean(errors)), float(np.mean(shares))


def sharpness(frames):
    """Mean size of the gradient, in levels."""
    found = []
    for frame in frames:
        gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
        found.append(np.hypot(*np.gradient(gray)).mean())
    return float(np.mean(found))


def blurred(frames, wanted):
    """Frames, blurred by a Gaussian until they are as sharp as wanted."""
    low, high = 0.0, 3.0
    for _ in range(8):
        sigma = (low + high) / 2
        made = [cv2.GaussianBlur(frame, (0, 0), sigma) for frame in frames]
        low, high = (sigma, high) if sharpness(made) > wanted else (low, sigma)
    return made


def distance(frames, others):
    """Root mean square, in levels."""
    squares = [
        ((one.astype(np.float32) - other) ** 2).mean()
        for one, other in zip(frames, others, strict=True)
    ]
    return float(np.sqrt(np.mean(squares)))


def report(name, cartoonizer, clips):
    """A row for each way of drawing, means over clips."""
    rows: dict[str, list] = {}
    for frames, moves in clips:
        numbered = list(enumerate(frames))
        cuts = [item[0] for item, cut, _ in with_cuts(numbered) if cut and item[0]]
        alone = [cartoonizer(frame) for frame in frames]
        steady = list(cartoonizer.film(frames))
        ways = {
            "the film itself": frames,
            "frame by frame": alone,
            "the same, blurred": blurred(alone, sharpness(steady)),
            "film(), steady=0": list(cartoonizer.film(frames, steady=0)),
            "statistics alone": list(cartoonizer.film(frames, steady=1e-9)),
            "film()": steady,
            "film(), steady=0.8": list(cartoonizer.film(frames, steady=0.8)),
        }
        if cartoonizer.with_statistics() is None:
            del ways["statistics alone"]
        for way, drawn in ways.items():
            error, share = warp_error(drawn, moves, cuts)
            row = (error, sharpness(drawn), distance(drawn, alone), share)
            rows.setdefault(way, []).append(row)
    print(f"\n{name}: {len(clips)} clips, flow holds in "
          f"{np.mean([r[3] for r in rows['the film itself']]):.0%}")  # fmt: skip
    print(f"{'':20} warp error   of alone  above floor  sharpness  from alone")
    base = np.mean([row[0] for row in rows["frame by frame"]])
    floor = np.mean([row[0] for row in rows["the film itself"]])
    for way, found in rows.items():
        error, sharp, far, _ = np.mean(found, axis=0)
        above = (error - floor) / (base - floor)
        print(f"{way:20} {error:10.2f} {error / base:10.2f} {above:12.2f} "
              f"{sharp:10.2f} {far:11.2f}")  # fmt: skip


def obvious(path, target, generator, most):
    """What everybody writes first."""
    capture = cv2.VideoCapture(str(path))
    size = int(capture.get(3)), int(capture.get(4))
    rate = capture.get(cv2.CAP_PROP_FPS)
    writer = cv2.VideoWriter(str(target), cv2.VideoWriter_fourcc(*"mp4v"), rate, size)
    for _ in range(most):
        ok, frame = capture.read()
        if not ok:
            break
        picture = images.to_signed(frame[..., ::-1].astype(np.float32))[None]
        drawn = images.to_uint8(generator.predict(picture, verbose=0)[0])
        writer.write(np.ascontiguousarray(drawn[..., ::-1]))
    writer.release()


def speed(style, path, folder, repeats, most):
    """Seconds of the obvious loop against ours, turn by turn."""
    from cartoongan_tf.video.jobs import Job
    from cartoongan_tf.video.orders import Settings

    usual = cg.Cartoonizer(style)
    generator = cg.load_generator(style)
    full = usual.with_look("full", "style")
    count = len(read_film(path, most))
    with av.open(str(path)) as container:
        end = count / float(container.streams.video[0].average_rate) - 0.001

    def ours(cartoonizer, steady):
        target = folder / "ours.mp4"
        target.unlink(missing_ok=True)
        Job(path, target, Settings(steady=steady, end=end)).run(
            cartoonizer, "benchmark"
        )

    ways = {
        "OpenCV, predict, OpenCV": lambda: obvious(
            path, folder / "o.mp4", generator, count
        ),
        "ours, --draw-size full --color style --steady 0": lambda: ours(full, 0.0),
        "ours, --draw-size full --color style": lambda: ours(full, 0.6),
        "ours": lambda: ours(usual, 0.6),
    }
    taken: dict[str, list] = {way: [] for way in ways}
    for _ in range(repeats):
        for way, run in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            taken[way].append((time.perf_counter() - wall, time.process_time() - cpu))
    base = np.median(taken["OpenCV, predict, OpenCV"], axis=0)
    print(f"\n{path.name}, {count} frames, {style}, {repeats} turns")
    for way, found in taken.items():
        wall, cpu = np.median(found, axis=0)
        print(f"{way:48} {count / wall:6.1f} frames/s  {base[0] / wall:5.2f} times; "
              f"CPU {base[1] / cpu:5.2f} times")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--style", default="pepper")
    parser.add_argument("--films", type=Path, default=SHARED / "films")
    parser.add_argument("--photos", type=Path, default=SHARED / "photos-free")
    parser.add_argument("--count", type=int, default=6, help="photos that are panned")
    parser.add_argument("--frames", type=int, default=80, help="of each film")
    parser.add_argument("--speed", action="store_true", help="time, not flicker")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    terminal.load_tensorflow()
    films = sorted(args.films.glob("*.mp4"))
    if args.speed:
        with tempfile.TemporaryDirectory() as folder:
            for path in films:
                speed(args.style, path, Path(folder), args.repeats, args.frames)
        return
    cartoonizer = cg.Cartoonizer(args.style)
    clips = []
    for path in films:
        frames = read_film(path, args.frames)
        clips.append((frames, flows(frames)))
    report(f"{args.style}, films", cartoonizer, clips)
    photos = sorted(args.photos.glob("*.jpg"))[:: max(1, 300 // args.count)]
    clips = [panned(images.read(path).pixels) for path in photos[: args.count]]
    report(f"{args.style}, photos panned by {STEP} pixels", cartoonizer, clips)


if __name__ == "__main__":
    main()
