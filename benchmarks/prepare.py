"""What `prepare` finds in a film whose every second is known, and how fast it reads.

The film is made here: pans over pictures, cuts, fades, dissolves, black frames, motion
blur, titles, credits, subtitles, shots that come back, all within black bars. The
pictures are real photos where `../shared/data/photos` is, drawings of the sample set
else. It is no real film: there is none in this project. Thresholds were chosen on other
photos and other fades than those here.

Precision: of what a rule left out, how much it should have. Recall: of what it should
have left out, how much it did. The last lines compare reading speeds in one run.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
sys.argv[0] = "-m"

import made_films  # noqa: E402

from cartoongan_tf.films import unfit  # noqa: E402
from cartoongan_tf.films.bars import find_bars_by_form  # noqa: E402
from cartoongan_tf.films.duplicates import Gallery  # noqa: E402
from cartoongan_tf.films.frames import Film  # noqa: E402
from cartoongan_tf.films.selection import Selection  # noqa: E402
from cartoongan_tf.films.shots import RATE, SIDE, Shots  # noqa: E402
from cartoongan_tf.films.sources import FilmSource  # noqa: E402
from cartoongan_tf.pictures import images  # noqa: E402
from cartoongan_tf.samples import samples  # noqa: E402

PHOTOS = ROOT.parent / "shared" / "data" / "photos"
HEIGHT, WIDTH, FPS = 360, 640, 24
SCENES = 60
BAR = 36
SPOKEN = (
    ("I never thought that we would", "see the city again."),
    ("Where are you going?",),
    ("- Did you hear that?", "- It was only the wind."),
    ("We must leave before the morning.",),
    ("Wait!",),
)
CREDITS = (
    "Directed by Anna Schmidt",
    "Music Kenji Hara",
    "Camera J. Doe",
    "Blue Films",
)


def pictures():
    """Pictures somewhat larger than a frame, for pans."""
    size = round(HEIGHT * 1.3), round(WIDTH * 1.3)
    if PHOTOS.is_dir():
        # The odd ones: thresholds were chosen on even ones.
        files = sorted(PHOTOS.glob("*.jpg"))[1::2]
        found = (images.read(file).pixels for file in files)
        found = [p for p in found if p.shape[0] < p.shape[1]][:SCENES]
        return [images.resize(picture, *size) for picture in found]
    return [samples.draw_cartoon(n, "paprika", *size) for n in range(SCENES)]


def make_film():
    script = made_films.Script(HEIGHT - 2 * BAR, WIDTH, FPS)
    height, width = script.height, script.width
    scenes = pictures()
    owners = []  # the scene that every frame shows, -1 for none

    def done(owner):
        owners.extend([owner] * (len(script.pictures) - len(owners)))

    script.shot(made_films.blank(height, width), 1, "blank")
    script.shot(
        made_films.credit_roll(height, width, ["THE FILM"], share=0.15), 2, "credits"
    )
    done(-1)
    hard = []
    for number, scene in enumerate(scenes):
        still = scene[:height, :width]
        follows = scenes[(number + 1) % len(scenes)][:height, :width]
        if script.labels[-1] == "good":
            hard.append(script.time)
        kind = number % 6
        if kind in (0, 3):
            script.shot(lambda s, p=scene: made_films.pan(p, height, width, s), 2.5)
        elif kind == 1:
            script.shot(still, 1.5)
        elif kind == 2:
            spoken = SPOKEN[number // 6 % len(SPOKEN)]
            share = (0.055, 0.065, 0.075)[number // 6 % 3]
            script.shot(still, 1)
            script.shot(
                made_films.subtitle(still, *spoken, share=share), 2, "subtitled"
            )
        elif kind == 4:
            moving = made_films.smear(scene, 24)
            script.shot(
                lambda s, p=moving: made_films.pan(p, height, width, s), 1, "blurred"
            )
            script.shot(still, 1)
        else:
            script.shot(still, 1)
            names = CREDITS[: 2 + number // 6 % 3]
            over = made_films.write_text(
                still, names, round(0.07 * height), height // 4
            )
            script.shot(over, 1.5, "credits")
        done(number)
        if number % 10 == 4:
            script.fade(script.pictures[-1], 1.0)
            script.shot(made_films.blank(height, width), 0.5, "blank")
            script.fade(follows, 1.0, out=False)
            done(-1)
        elif number % 10 == 9:
            script.fade(script.pictures[-1], 1.5, follows)
            done(-1)
    # Shots that come back, long after.
    for number in range(0, len(scenes), 6):
        back = scenes[number + 1][:height, :width]
        script.shot(back, 1.5, "again")
    done(-1)
    roll = made_films.credit_roll(height, width, CREDITS, share=0.06)
    script.shot(roll, 4, "credits")
    done(-1)
    return script.letterbox(BAR), hard, owners


def make_large_film(path):
    """20 seconds of 1920x1080, pans."""
    shots = [images.resize(picture, 1150, 2045) for picture in pictures()[:5]]
    script = made_films.Script(1080, 1920, FPS)
    for shot in shots:
        script.shot(lambda s, p=shot: made_films.pan(p, 1080, 1920, s), 4)
    return Film(script.write(path, options={"crf": "20", "preset": "fast"}))


def rate_rule(name, answers):
    """Prints precision and recall of pairs (it should be left out, it was)."""
    hits = sum(truth and said for truth, said in answers)
    claimed = sum(said for _, said in answers)
    due = sum(truth for truth, _ in answers)
    precision = f"{hits / claimed:.3f}" if claimed else "none claimed"
    recall = f"{hits / due:.3f}" if due else "none due"
    print(f"{name}_precision: {precision} ({claimed})")
    print(f"{name}_recall: {recall} ({due})")


def judge_frames(script, film, boxes):
    """Every rule for itself, on two frames a second and on every sample."""
    answers = {name: [] for name in ("blank", "blurred", "credits", "subtitled")}
    for frame in film.frames(2.0):
        label = script.label_at(frame.time)
        if label in ("either", "faded"):
            continue
        pixels = frame.picture(0, boxes[frame.form])
        reason = unfit.judge(pixels)
        for name, found in answers.items():
            found.append((label == name, reason == name))
    for name, found in answers.items():
        rate_rule(name, found)
    found = []
    cuts = []
    for sample in Shots(film, boxes=boxes)._final_samples(None):
        label = script.label_at(sample.frame.time)
        if label not in ("either", "blank"):
            found.append((label == "faded", sample.faded))
        if sample.cut:
            cuts.append((sample.frame.time, sample.faded))
    rate_rule("faded", found)
    return cuts


def judge_whole(script, film, owners):
    """What the command as a whole keeps."""
    source = FilmSource(film, "film", 0, 1.0, 0.0, float("inf"))
    selection = Selection(Gallery())
    for offer in source.offers():
        selection.offer(offer)
    times = [_seconds(place.stem) for place, _ in selection.kept]
    labels = [script.label_at(time) for time in times]
    good = sum(label in ("good", "either") for label in labels)
    print(f"kept: {len(times)} of {selection.offered}")
    print(f"kept_that_are_fit: {good / len(times):.3f}")
    print(f"kept_that_came_back: {labels.count('again')}")
    shown = {owners[min(len(owners) - 1, int(time * FPS))] for time in times} - {-1}
    print(f"scenes_with_a_picture: {len(shown) / SCENES:.3f}")
    print(f"pictures_a_scene: {len(times) / SCENES:.2f}")


def _seconds(stem):
    text = stem.split("_")[-1]
    return (
        3600 * int(text[:2])
        + 60 * int(text[3:5])
        + int(text[6:8])
        + int(text[9:]) / 1e3
    )


def compare_speed(film):
    import cv2

    def every_frame():
        return sum(f.picture().shape[2] > 0 for f in film.frames(skip="NONE"))

    def opencv():
        video, count = cv2.VideoCapture(str(film.path)), 0
        while video.read()[0]:
            count += 1
        return count

    def ours():
        for frame in film.frames(RATE):
            frame.small(SIDE)

    def whole_command():
        source = FilmSource(film, "film", 512, 1.0, 0.0, float("inf"))
        selection = Selection(Gallery())
        for offer in source.offers():
            selection.offer(offer)

    best = {}
    for _ in range(3):  # in turns
        for way in (every_frame, opencv, ours, whole_command):
            begin = time.perf_counter()
            way()
            spent = time.perf_counter() - begin
            best[way.__name__] = min(best.get(way.__name__, spent), spent)
    for name, spent in best.items():
        print(
            f"{film.size[0]}p_{name}_seconds_a_film_second: {spent / film.duration:.4f}"
        )
    name = f"{film.size[0]}p"
    faster = best["every_frame"] / best["ours"]
    print(f"{name}_reading_speedup_to_every_frame: {faster:.2f}")
    print(f"{name}_reading_speedup_to_opencv: {best['opencv'] / best['ours']:.2f}")
    print(
        f"{name}_whole_command_to_opencv: {best['opencv'] / best['whole_command']:.2f}"
    )


def main():
    print(f"pictures: {'photos' if PHOTOS.is_dir() else 'drawings'}")
    with tempfile.TemporaryDirectory() as folder:
        script, hard, owners = make_film()
        path = script.write(Path(folder) / "film.mkv", options={"crf": "20"})
        film = Film(path)
        print(f"seconds: {film.duration:.0f}")
        boxes = find_bars_by_form(film.glances(96))
        (box,) = boxes.values()
        off = [round(HEIGHT * box.top) - BAR, round(HEIGHT * (1 - box.bottom)) - BAR]
        print(f"bars_off_by_pixels: {off}, {[box.left, 1 - box.right]}")
        cuts = judge_frames(script, film, boxes)
        hit = [any(-0.1 < cut - due < 0.3 for cut, _ in cuts) for due in hard]
        print(f"cuts_recall: {np.mean(hit):.3f} ({len(hard)})")
        extra = [
            cut
            for cut, faded in cuts
            if not faded and not any(-0.1 < cut - due < 0.3 for due in script.cuts)
        ]
        print(f"cuts_precision: {1 - len(extra) / max(1, len(cuts)):.3f} ({len(cuts)})")
        judge_whole(script, film, owners)
        compare_speed(film)
        compare_speed(make_large_film(Path(folder) / "large.mp4"))


if __name__ == "__main__":
    main()
