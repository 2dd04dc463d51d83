"""What the look costs and what it gains, against pictures drawn at full size.

    python benchmarks/look.py PHOTOS [--style hosoda] [--count 24]
    python benchmarks/look.py PHOTOS --goldens    # writes mobile/contract/look/

Prints how alike a photo and the same four times larger are drawn, how crisp the large
cartoon is, how even faces are and what is left of eyes and mouths, how far colours
stray, and the seconds and the memory that 12 megapixels take.
"""

import argparse
import json
import platform
import resource
import time
from pathlib import Path

import cv2
import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.pictures import colors, draw_sizes, faces, images, joining, paths

ROOT = Path(__file__).resolve().parent.parent
FEATURES = ("avx2", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_bf16")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--style", default="hosoda")
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--goldens", action="store_true")
    args = parser.parse_args(argv)
    terminal.load_tensorflow()
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    light = ROOT / "saved_models" / args.style / "light.keras"
    auto = Cartoonizer(light)
    if args.goldens:
        write_goldens(auto)
        return
    full = auto.with_look("full", "style")
    found = paths.find(args.photos, tell=False)
    photos = found[:: max(1, len(found) // args.count)][: args.count]
    print(f"{args.style}, {platform.machine()} {processor()}")
    time_large(auto, full)  # first: the peak of memory is the process's
    print_sizes(auto, full, photos[::3])
    print_colors(auto, full, photos)
    print_faces(auto, full, found)


def processor():
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return "?"
    return " ".join(name for name in FEATURES if name in flags)


def time_large(auto, full):
    grid = np.random.default_rng(0).integers(0, 256, (75, 100, 3), np.uint8)
    large = images.resize(grid, 3000, 4000)
    small = images.resize(grid, 600, 800)
    auto(small)
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        auto(large)
        seconds.append(time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    full(small)
    begin = time.perf_counter()
    full(small)
    each = (time.perf_counter() - begin) * 25
    mine = float(np.median(seconds))
    print(f"12 megapixels: {mine:.2f} s, {peak:.0f} MB at most, all libraries included")
    print(f"  against full, by its time for 0.48 megapixels: {each / mine:.0f} times")


def print_sizes(auto, full, photos):
    for name, draw in (("full", full), ("auto", auto)):
        alike, crisp = [], []
        for path in photos:
            photo = images.read(path).pixels
            height, width = photo.shape[:2]
            large = images.resize(photo, 4 * height, 4 * width)
            one, four = draw(photo), draw(large)
            back = cv2.resize(four, (width, height), interpolation=cv2.INTER_AREA)
            alike.append(psnr(one, back))
            enlarged = cv2.resize(
                one, (4 * width, 4 * height), interpolation=cv2.INTER_CUBIC
            )
            crisp.append(crispness(four) / crispness(enlarged))
        print(
            f"photo and four times larger, {name}: {np.mean(alike):.1f} dB (least "
            f"{min(alike):.1f}), {np.mean(crisp):.2f} times as crisp as enlarged "
            f"(least {min(crisp):.2f}); {len(photos)} photos"
        )


def psnr(one, other):
    return 10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2))


def crispness(picture):
    """Root mean square of luma's steps: narrow edges count more than wide ones."""
    luma = picture.astype(np.float32) @ colors.LUMA
    return np.sqrt((np.diff(luma, axis=0) ** 2).mean() + np.diff(luma).var())


def print_colors(auto, full, photos):
    for name, draw in (("style", full), ("auto", auto)):
        chroma, light = [], []
        for path in photos:
            photo = images.read(path).pixels
            apart = cv2.blur(draw(photo).astype(np.float32) - photo, (25, 25))
            luma = apart @ colors.LUMA
            rest = np.linalg.norm(apart - luma[..., None], axis=-1)
            chroma.append((rest > 30).mean())
            light.append((np.abs(luma) > 40).mean())
        print(
            f"colour {name}: {100 * np.mean(chroma):.1f} % of the area strays by more "
            f"than 30 levels in chroma, {100 * np.mean(light):.1f} % by 40 in lightness"
        )


def print_faces(auto, full, found):
    rows = {"full": [], "auto": []}
    for path in found:
        photo = images.read(path).pixels
        seen = [f for f in faces.find_faces(photo) if f.height >= 60]
        if not seen:
            continue
        before = measure_face(photo, seen[0])
        for name, draw in (("full", full), ("auto", auto)):
            rows[name].append(measure_face(draw(photo), seen[0]) / before)
    for name, row in rows.items():
        chroma, even, detail, features = np.median(row, axis=0)
        print(
            f"faces {name}: deviation of chroma {chroma:.2f}, of fine detail "
            f"{detail:.2f} with lines and {even:.2f} between them, contrast of "
            f"eyes and mouth {features:.2f}, all times the "
            f"photo's; median of {len(row)}"
        )


def measure_face(picture, face):
    """Deviation of chroma and of detail on the skin, contrast at eyes and mouth."""
    lab = colors.to_lab(picture)
    height, width = lab.shape[:2]
    y, x = np.mgrid[:height, :width]
    middle = face.left + face.width / 2, face.top + face.height / 2
    skin = np.hypot((x - middle[0]) / face.width, (y - middle[1]) / face.height) < 0.4
    near = np.zeros_like(skin)
    for point in face.points[[0, 1, 3]]:
        near |= np.hypot(x - point[0], y - point[1]) < 0.14 * face.width
    plain = skin & ~near
    side = max(3, round(face.width / 20)) | 1
    fine = lab[..., 0] - cv2.blur(lab[..., 0], (side, side))
    chroma = np.hypot(lab[plain][:, 1].std(), lab[plain][:, 2].std())
    even = np.median(np.abs(fine[plain]))
    features = lab[near & skin][:, 0].std()
    return np.array([chroma, even, fine[plain].std(), features]) + 1e-2


def write_goldens(auto):
    """What a port must give: the joining and the colour, without a network."""
    folder = ROOT / "mobile" / "contract" / "look"
    photo = images.read(ROOT / "mobile/contract/goldens/large.png").pixels
    small = draw_sizes.shrink(photo, 96)
    cartoon = images.round_levels(auto.with_look("full", "style")(small))
    tamed = images.round_levels(colors.tame_color(cartoon, small))
    join = joining.Join(small, cartoon, *photo.shape[:2])
    joined = images.round_levels(join.rows(photo, 0, len(photo)))
    pictures = {"photo": photo, "small": small, "cartoon": cartoon}
    pictures |= {"tamed": tamed, "joined": joined}
    for name, pixels in pictures.items():
        images.write(folder / f"{name}.png", pixels)
    table = {
        "small": {"of": "photo", "longest": 96, "levels": 1},
        "tamed": {"of": ["cartoon", "small"], "levels": 1},
        "joined": {"of": ["cartoon", "small", "photo"], "levels": 1},
    }
    (folder / "look.json").write_text(json.dumps(table, indent=2) + "\n")
    print(f"wrote {folder.relative_to(ROOT)}")


if __name__ == "__main__":
    terminal.run(main)
