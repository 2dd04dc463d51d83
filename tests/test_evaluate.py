"""Facts about the command that scores generators."""

import json
import os

import pytest

from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture
def given(tmp_path):
    for seed in range(4):
        photo = samples.draw_photo(seed, 40, 48)
        images.write(tmp_path / "photos" / f"{seed}.png", photo)
    Generator(2, 1).save(tmp_path / "teacher.keras")
    Generator(2, 1).save(tmp_path / "other.keras")
    return "--teacher", "teacher.keras", "--photos", "photos"


def test_a_teacher_scored_against_itself_is_perfect(command, given, tmp_path):
    result = command(
        *("evaluate", "--weights", "teacher.keras", "other.keras", *given),
        *("--json", "scores.json", "--sheet", "sheet.png", "--rows", 2),
    )
    assert result.returncode == 0, result.stderr
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["teacher.keras"]["ssim"] == 1
    assert scores["teacher.keras"]["psnr"] == float("inf")
    assert scores["other.keras"]["psnr"] < 60
    assert scores["the photo itself"]["psnr"] < 60
    assert "| teacher.keras | inf | inf | 1 | 1 | 1 |" in result.stdout
    sheet = images.read(tmp_path / "sheet.png").pixels
    assert sheet.shape[0] * sheet.shape[1] >= 2 * 4 * 40 * 48


def test_squares_and_held_out_photos(command, given):
    result = command(
        *("evaluate", "--weights", "other.keras", *given),
        *("--square", 32, "--hold-out", 3),
    )
    assert result.returncode == 0, result.stderr
    assert "| 2 photos |" in result.stdout


@pytest.mark.parametrize(
    "flags, said",
    [
        ([], "One of `--style` and `--weights` must be given"),
        (["--cartoons", "photos"], "`--cartoons` must go with --out"),
        (["--out", "out"], "One of `--style`, `--weights`, `--pictures` and `--runs`"),
        (["--out", "out", "--pictures", "x"], "NAME=DIR. Received: x"),
        (["--out", "out", "--pictures", "x=none"], "No such folder: none"),
        (["--out", "out", "--runs", "photos"], "A run must be a folder"),
        (["--out", "out", "--weights", "no.keras"], "No such file"),
        (["--out", "teacher.keras", "--weights", "other.keras"], "is a file"),
        (["--out", "out", "--weights", "other.keras", "--jpeg", 101], "at most 100"),
        (["--out", "out", "--weights", "other.keras", "--json", "x"], "without --out"),
        (["--weights", "other.keras", "--hold-out", 0], "`--hold-out` must be"),
        (["--weights", "no.keras"], "No such file"),
        (["--weights", "other.keras", "--json", "teacher.keras"], "--overwrite"),
        (["--weights", "other.keras", "--sheet", "s.txt"], "s.txt"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(command, given, flags, said):
    result = command("evaluate", *flags, *given)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_neither_a_teacher_nor_a_place_for_the_page_is_refused(command, given, refused):
    result = command("evaluate", "--weights", "other.keras", "--photos", "photos")
    refused(result, "One of `--out` and `--teacher` must be given")


@pytest.fixture
def drawn(tmp_path, given):
    """Pictures, drawn before, of all photos but one; cartoons; a run."""
    for seed in range(3):
        cartoon = samples.draw_cartoon(seed, "hayao", 40, 48)
        images.write(tmp_path / "drawn" / f"{seed}.png", cartoon)
    for seed in range(10, 14):
        cartoon = samples.draw_cartoon(seed, "hayao", 40, 60)
        images.write(tmp_path / "cartoons" / f"{seed}.png", cartoon)
    for number, edges in ((1, True), (2, False)):
        run = tmp_path / "runs" / "mine" / f"{number:05d}"
        run.mkdir(parents=True)
        (run / "config.json").write_text(json.dumps({"edges": edges, "seed": 0}))
        Generator(2, 1).save(run / "generator.keras")
    return ("--photos", "photos", "--cartoons", "cartoons", "--out", "out")


@pytest.mark.slow
def test_a_page_of_files_pictures_and_runs_with_its_twin(command, drawn, tmp_path):
    flags = ("--weights", "other.keras", "--pictures", "artist=drawn")
    runs = ("--runs", "runs/mine/00001", "runs/mine/00002")
    with pytest.warns(UserWarning, match="artist has none of: photos/3.png"):
        result = command(
            "evaluate", *drawn, *flags, *runs, "--teacher", "teacher.keras", "--seed", 3
        )
    assert result.returncode == 0, result.stderr
    assert "anchor: photos against cartoons" in result.stdout
    assert "VGG16 conv4_3 at 224" in result.stdout
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    names = ["other.keras", "00001", "00002", "artist", "the teacher"]
    assert report["contestants"] == names
    assert report["photos"]["n"] == 3 and report["cartoons"]["n"] == 4
    assert report["seed"] == 3 and len(report["skipped"]) == 1
    assert set(report["pictures"]) == {"0", "1", "2"}
    assert report["runs"]["differences"] == {"edges": [True, False]}
    methods = {method["name"]: method for method in report["methods"]}
    for name in names:
        figures = methods[name]["figures"]
        assert figures["structure"]["count"] == 3
        assert figures["kid_cartoons"]["error"] > 0
        assert "fid_cartoons" not in figures  # 512 channels, three photos
        if name != "artist":
            assert len(methods[name]["sha256"]) == 64
            assert methods[name]["costs"]["gmacs_256"] > 0
    assert len(methods["artist"]["files"]) == 3
    assert methods["the teacher"]["figures"]["ssim"]["value"] == pytest.approx(1)
    kid = {n: m["figures"].get("kid_cartoons", {}) for n, m in methods.items()}
    assert kid["artist"]["value"] < kid["the photos"]["value"]
    assert {"the photos, blurred", "another photo", "the cartoons"} <= set(methods)
    assert report["extractor"]["sha256"] and report["versions"]["numpy"]
    page = (tmp_path / "out" / "report.html").read_text()
    assert "--edges" in page and "artist" in page
    # The same again gives the same figures; only over itself if asked to.
    again = command("evaluate", *drawn, "--pictures", "artist=drawn")
    assert again.returncode == 2 and "--overwrite" in again.stderr
    (tmp_path / "out" / "notes.txt").write_text("mine")
    again = command(
        "evaluate", *drawn, "--pictures", "artist=drawn", "--seed", 3, "--overwrite"
    )
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    second = json.loads((tmp_path / "out" / "report.json").read_text())
    figures = next(m for m in second["methods"] if m["name"] == "artist")["figures"]
    for key in ("kid_cartoons", "structure", "palette", "style_distance"):
        assert figures[key]["value"] == pytest.approx(
            methods["artist"]["figures"][key]["value"], rel=1e-4
        )


@pytest.mark.slow
def test_a_page_that_cannot_be_made_leaves_nothing(command, drawn, tmp_path, refused):
    for seed in range(4):
        (tmp_path / "photos" / f"{seed}.png").write_text("no photo")
    result = command("evaluate", *drawn, "--pictures", "artist=drawn")
    assert result.returncode == 2
    error = result.stderr.strip().splitlines()[-1]
    assert error.startswith("error: At least one photo must be fit to be judged")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_photos_that_cannot_be_scored_are_named_counted_and_in_no_mean(
    process, given, tmp_path
):
    photos = tmp_path / "photos"
    flags = "evaluate", "--weights", "other.keras", *given, "--json"
    assert process(*flags, "good.json").returncode == 0
    images.write(photos / "low.png", samples.draw_photo(9, 40, 80)[:10])
    (photos / "bad.jpg").write_text("no photo")
    (photos / "link.jpg").symlink_to("nowhere")
    (photos / "3.png").rename(photos / os.fsdecode(b"3\xe9.png"))
    os.rename(tmp_path / "other.keras", tmp_path / os.fsdecode(b"o\xe9.keras"))
    result = process(
        *("evaluate", "--weights", os.fsdecode(b"o\xe9.keras"), *given),
        *("--json", "scores.json"),
    )
    assert result.returncode == 0, result.stderr
    told = [line for line in result.stderr.splitlines() if "Skipped." in line]
    assert len(told) == 3 and all(line.startswith("warning: ") for line in told)
    for words in ("bad.jpg", "link.jpg", "at least 11 pixels", "80x10"):
        assert words in "".join(told)
    assert "| 4 photos |" in result.stdout
    assert "Skipped, and in no score: 3 photos." in result.stdout
    assert "| o\\udce9.keras |" in result.stdout
    good, scores = (
        json.loads((tmp_path / name).read_text())
        for name in ("good.json", "scores.json")
    )
    assert list(scores.values()) == list(good.values())


def test_no_photo_that_can_be_scored_is_an_error(command, given, tmp_path):
    images.write(tmp_path / "low" / "a.png", samples.draw_photo(9, 40, 80)[:10])
    flags = "--teacher", "teacher.keras", "--photos", "low"
    result = command("evaluate", "--weights", "other.keras", *flags)
    assert result.returncode == 2
    error = result.stderr.strip().splitlines()[-1]
    assert error.startswith("error: At least one photo must be fit to be scored")
    assert "Received: 1, none of which is" in error and "80x10" in error
