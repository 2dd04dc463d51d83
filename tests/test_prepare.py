"""Facts about the command that makes a dataset."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_films import Script, blank, credit_roll, pan, subtitle, write_film

from cartoongan_tf.data import batches
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parent.parent
HEIGHT, WIDTH = 216, 288


def scene(seed, height=HEIGHT, width=WIDTH):
    return samples.draw_cartoon(seed, "paprika", height, width)


def story():
    """A film with everything in it that is to be left out."""
    script = Script(HEIGHT, WIDTH)
    script.shot(credit_roll(HEIGHT, WIDTH, ["THE FILM"], share=0.2), 1, "credits")
    for number in range(4):
        script.shot(scene(number), 2)
        wide = scene(number + 10, HEIGHT, WIDTH + 90)
        script.shot(lambda share, p=wide: pan(p, HEIGHT, WIDTH, share), 2)
    spoken = subtitle(scene(20), "Where are you going?", share=0.08)
    script.shot(spoken, 2, "subtitled")
    script.shot(cv2.GaussianBlur(scene(21), (0, 0), 4), 2, "blurred")
    script.shot(scene(22), 1)
    script.fade(scene(22), 1.5)
    script.shot(blank(HEIGHT, WIDTH), 1, "blank")
    script.shot(scene(1), 2, "again")
    names = ["Directed by Anna Schmidt", "Music Kenji Hara", "Camera J. Doe"]
    script.shot(credit_roll(HEIGHT, WIDTH, names, share=0.08), 2, "credits")
    return script


@pytest.fixture(scope="module")
def script():
    return story()


@pytest.fixture(scope="module")
def film(script, tmp_path_factory):
    boxed = Script(HEIGHT, WIDTH, pictures=list(script.pictures)).letterbox(24)
    return boxed.write(tmp_path_factory.mktemp("film") / "My Film.mkv")


@pytest.fixture
def photos(tmp_path):
    for number in range(3):
        photo = samples.draw_photo(number, 96, 120)
        images.write(tmp_path / "shots" / "day" / f"{number}.png", photo)
    images.write(tmp_path / "shots" / "again.jpg", samples.draw_photo(1, 96, 120))
    return tmp_path / "shots"


def times(folder):
    """Seconds in the film of every picture in a folder, by its name."""
    found = []
    for path in sorted(folder.glob("*.jpg")):
        text = path.stem.rsplit("_", 1)[1]
        hours, minutes, seconds, milli = text[:2], text[3:5], text[6:8], text[9:]
        found.append(
            3600 * int(hours) + 60 * int(minutes) + int(seconds) + int(milli) / 1000
        )
    return found


# ---------------------------------------------------------------- results


def test_of_a_film_only_what_is_fit_is_kept(command, film, script, tmp_path):
    result = command("prepare", film, "--style", "mine")
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "data" / "mine" / "cartoons" / "My Film"
    found = times(folder)
    labels = [script.label_at(second) for second in found]
    assert set(labels) <= {"good", "either"}, list(zip(found, labels, strict=True))
    # Each of the scenes is there once, or more often where the camera moved.
    assert 9 <= len(found) <= 16
    for path in folder.iterdir():
        height, width = images.read(path).pixels.shape[:2]
        assert HEIGHT - 6 <= height <= HEIGHT and width == WIDTH  # the bars are gone
    for words in ("kept of", "black bars cut", "duplicate", "credits", "subtitled"):
        assert words in result.stdout
    assert "are few" in result.stderr and "Photos are missing" in result.stdout
    report = tmp_path / "data" / "mine" / "prepared"
    assert sorted(path.name for path in report.iterdir()) == [
        "cartoons-My Film-left-out.csv", "cartoons-My Film-left-out.jpg",
        "cartoons-My Film.jpg", "report.json", "report.md",
    ]  # fmt: skip


@pytest.mark.slow
def test_training_finds_what_was_prepared(command, film, photos, tmp_path):
    result = command(
        "prepare", film, "--style", "mine", "--photos", photos, "--size", "96"
    )
    assert result.returncode == 0, result.stderr
    assert "cartoongan_tf.train --style mine" in result.stdout
    folder = tmp_path / "data" / "mine"
    found, cartoons = batches.list_pictures(folder)
    assert len(found) == 3 and len(cartoons) >= 9
    assert images.read(cartoons[0]).pixels.shape[0] == 96
    batch = next(iter(batches.load_dataset(folder, 2, 64)))
    assert [part.shape for part in batch] == [(2, 64, 64, 3)] * 3
    result = command("train", "--style", "mine", "--dry-run")
    assert result.returncode == 0, result.stderr


def test_a_second_film_leaves_out_what_the_first_has(command, film, tmp_path):
    assert command("prepare", film, "--style", "mine").returncode == 0
    more = Script(HEIGHT, WIDTH).shot(scene(0), 1).shot(scene(40), 1)
    path = more.write(tmp_path / "second.mp4")
    result = command("prepare", path, "--style", "mine")
    assert result.returncode == 0, result.stderr
    assert "1 kept of" in result.stdout and "duplicate" in result.stdout
    assert times(tmp_path / "data/mine/cartoons/second")[0] >= 1
    folder = tmp_path / "data" / "mine" / "cartoons"
    assert sorted(f.name for f in folder.iterdir()) == ["My Film", "second"]


def test_folders_of_pictures_and_several_inputs_are_taken(command, film, tmp_path):
    for number in (0, 50, 51):  # the first is in the film too
        images.write(tmp_path / "stills" / f"{number}.png", scene(number))
    (tmp_path / "stills" / "bad.jpg").write_bytes(b"no picture")
    result = command("prepare", film, tmp_path / "stills", "--style", "mine")
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "data" / "mine" / "cartoons" / "stills"
    assert sorted(p.name for p in folder.iterdir()) == ["50.jpg", "51.jpg"]
    assert "1 damaged" in result.stdout


def test_keep_limit_start_and_end_do_what_they_say(command, film, script, tmp_path):
    def kept(*flags):
        result = command("prepare", film, "--style", "mine", "--overwrite", *flags)
        assert result.returncode == 0, result.stderr
        return times(tmp_path / "data" / "mine" / "cartoons" / "My Film")

    everything = kept()
    spoken = kept("--keep", "subtitled")
    assert {script.label_at(t) for t in set(spoken) - set(everything)} == {"subtitled"}
    few = kept("--limit", "3")
    assert len(few) == 3 and max(few) - min(few) > 8
    some = kept("--start", "0:05", "--end", "11.5")
    assert 5 <= min(some) <= max(some) <= 11.5
    assert len(kept("--similarity", "1")) > len(everything)


def test_a_dry_run_makes_no_dataset_and_its_report_goes_where_asked(
    command, film, tmp_path
):
    result = command("prepare", film, "--style", "mine", "--dry-run")
    assert result.returncode == 0 and "kept of" in result.stdout
    assert list(tmp_path.iterdir()) == []
    result = command(
        "prepare", film, "--style", "mine", "--dry-run", "--report", "look"
    )
    assert result.returncode == 0, result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["look"]
    assert (tmp_path / "look" / "report.md").exists()
    assert images.read(tmp_path / "look" / "cartoons-My Film.jpg").pixels.std() > 10


# ---------------------------------------------------------------- again


@pytest.mark.slow
def test_what_was_prepared_is_not_done_again_nor_replaced(
    command, film, tmp_path, refused
):
    assert command("prepare", film, "--style", "mine").returncode == 0
    folder = tmp_path / "data" / "mine" / "cartoons" / "My Film"
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    again = command("prepare", film, "--style", "mine")
    assert again.returncode == 0 and "Prepared before" in again.stdout
    other = command("prepare", film, "--style", "mine", "--size", "64")
    refused(other, "--overwrite", "--size")
    assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir()} == before
    result = command("prepare", film, "--style", "mine", "--size", "64", "--overwrite")
    assert result.returncode == 0
    sides = {min(images.read(p).pixels.shape[:2]) for p in folder.iterdir()}
    assert sides == {64}


def test_pictures_of_the_users_own_are_never_replaced(command, film, tmp_path, refused):
    own = tmp_path / "data" / "mine" / "cartoons" / "My Film" / "own.jpg"
    images.write(own, blank(64, 64))
    refused(command("prepare", film, "--style", "mine"), "--overwrite", "did not make")
    assert [p.name for p in own.parent.iterdir()] == ["own.jpg"]


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_leaves_nothing_and_the_next_does_it(tmp_path, sent):
    shots = [scene(number, 288, 384) for number in range(8)]
    path = write_film(tmp_path / "long.mkv", [s for s in shots for _ in range(90)])
    code = (
        "import sys; sys.argv[0] = '-m'; from cartoongan_tf import terminal, prepare; "
        "from cartoongan_tf.films import selection; import time; "
        "real = selection.judge; "
        "selection.judge = lambda *a: (time.sleep(0.5), real(*a))[1]; "
        "terminal.run(prepare.main, sys.argv[1:])"
    )
    arguments = [str(path), "--style", "mine"]
    running = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs, such as this test under `nohup ... &`, ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 120
    while not list(tmp_path.glob("data/mine/.prepare.tmp*/pictures/*.jpg")):
        assert running.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    running.send_signal(sent)
    _, told = running.communicate(timeout=60)
    assert not (tmp_path / "data" / "mine" / "cartoons").exists()
    if sent == signal.SIGINT:
        assert running.returncode == 130 and "Stopped." in told
        assert "Traceback" not in told
        assert not (tmp_path / "data").exists()
    done = subprocess.run(
        [sys.executable, "-m", "cartoongan_tf.prepare", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "data/mine/cartoons/long").iterdir())) == 8
    assert not list((tmp_path / "data" / "mine").glob(".*"))


def test_a_full_disk_is_told_in_a_line_and_leaves_nothing(
    command, film, tmp_path, refused
):
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk takes root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        result = command("prepare", film, "--style", "mine", "--data", disk)
        refused(result, "No space left")
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "flags, words",
    [
        (("--style", "a/b"), "--style"),
        (("--style", ".."), "--style"),
        (("--size", "10"), "--size"),
        (("--every", "0"), "--every"),
        (("--similarity", "1.5"), "--similarity"),
        (("--limit", "0"), "--limit"),
        (("--keep", "ugly"), "ugly"),
        (("--start", "1:x"), "--start"),
        (("--start", "9", "--end", "8"), "--end"),
        (("--start", "1:00:00"), "--start"),
    ],
)
def test_bad_flags_are_refused(command, film, refused, tmp_path, flags, words):
    refused(command("prepare", film, "--style", "mine", *flags), words)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_film_is_refused_and_nothing_made(command, refused, tmp_path):
    (tmp_path / "x.mp4").write_text("no film")
    (tmp_path / "empty").mkdir()
    black = Script(64, 64).shot(blank(64, 64), 1).write(tmp_path / "black.mp4")
    for path, words in (
        ("absent.mp4", "absent.mp4"),
        ("x.mp4", "x.mp4"),
        ("empty", "must hold pictures"),
        (black, "all left out"),
    ):
        refused(command("prepare", path, "--style", "mine"), words)
        assert not (tmp_path / "data").exists()
    refused(command("prepare", "--style", "mine"), "INPUT")
    result = command("prepare", black)
    assert result.returncode == 2 and "--style" in result.stderr


def test_a_bad_film_among_good_ones_is_named_the_others_are_done(
    command, film, tmp_path
):
    (tmp_path / "x.mp4").write_text("no film")
    result = command("prepare", "x.mp4", film, "--style", "mine")
    assert result.returncode == 2 and "x.mp4" in result.stderr
    assert len(times(tmp_path / "data" / "mine" / "cartoons" / "My Film")) >= 9


def test_a_damaged_film_gives_what_it_has_and_says_so(command, film, tmp_path):
    content = film.read_bytes()
    (tmp_path / "cut.mkv").write_bytes(content[: len(content) // 2])
    result = command("prepare", "cut.mkv", "--style", "mine")
    assert result.returncode == 0, result.stderr
    assert "truncated" in result.stdout
    told = result.stderr.splitlines()
    assert all(line.startswith("warning: ") for line in told), told  # no decoder's
    assert len(times(tmp_path / "data" / "mine" / "cartoons" / "cut")) >= 3


def test_photos_may_be_dark_and_soft_but_not_twice(command, photos, tmp_path):
    soft = cv2.GaussianBlur(samples.draw_photo(9, 96, 120), (0, 0), 4)
    images.write(photos / "soft.png", soft)
    result = command("prepare", "--style", "mine", "--photos", photos)
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "data" / "mine" / "photos" / "shots"
    found = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.jpg"))
    assert len(found) == 4 and "soft.jpg" in found
    assert np.isin(["day/0.jpg", "day/2.jpg"], found).all()


def test_help_has_examples_and_runs_as_a_module(process):
    result = process("prepare", "--help")
    assert result.returncode == 0 and "examples:" in result.stdout
    assert "--overwrite" in result.stdout


@pytest.mark.slow
def test_names_of_any_bytes_are_prepared_told_of_and_found_again(process, tmp_path):
    odd = os.fsdecode(b"caf\xe9")
    pictures = [scene(number) for number in (1, 2, 3) for _ in range(12)]
    write_film(tmp_path / "f.mp4", pictures).rename(tmp_path / f"{odd}:1.mp4")
    for number in range(2):
        photo = samples.draw_photo(number, 96, 120)
        images.write(tmp_path / "p" / f"{odd}{number}.png", photo)
    (tmp_path / "p" / f"{odd}.png").symlink_to("nowhere")
    flags = "prepare", f"{odd}:1.mp4", "--style", "mine", "--photos", "p"
    first = process(*flags)
    assert first.returncode == 0, first.stderr
    data = tmp_path / "data" / "mine"
    assert len(list((data / "cartoons" / "caf__1").iterdir())) == 3
    assert {path.name for path in (data / "photos" / "p").iterdir()} == {
        f"{odd}0.jpg", f"{odd}1.jpg",
    }  # fmt: skip
    assert "1 damaged" in first.stdout
    left_out = (data / "prepared" / "photos-p-left-out.csv").read_text()
    assert "caf\\udce9.png,damaged" in left_out
    assert process(*flags).stdout.count("Prepared before") == 2
