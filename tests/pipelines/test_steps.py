"""Facts about a picture's way through Beam, in this process."""

import json

import pytest

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture
def draw(beam, tmp_path):
    """Runs the steps on patterns, in this process; gives the file of failures."""
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner

    from cartoongan_tf.pipelines import names, steps
    from cartoongan_tf.pipelines.drawing import Look

    def run(*inputs, overwrite=False):
        patterns = [p for text in inputs for p in names.patterns(*text)]
        order = steps.Order(
            tuple(patterns),
            str(tmp_path / "out"),
            "",
            str(tmp_path / "out" / ".bulk-1"),
            Look("paprika"),
            overwrite,
        )
        with beam.Pipeline(FnApiRunner()) as pipeline:
            steps.draw(pipeline, order)
        lines = (tmp_path / "out" / ".bulk-1" / "failed.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    return run


def made(tmp_path):
    out = tmp_path / "out"
    files = [path for path in out.rglob("*") if path.is_file()]
    names = {str(path.relative_to(out)) for path in files}
    return {name for name in names if not name.startswith(".bulk")}


def put(path, seed=1):
    images.write(path, samples.draw_photo(seed, 32, 40))


@pytest.mark.slow
def test_every_photo_has_one_result_and_every_bad_one_a_reason(draw, tmp_path):
    photos = tmp_path / "photos"
    for name in ("a.jpg", "sub/b.png", "sub/c.webp"):
        put(photos / name)
    (photos / "bad.jpg").write_bytes(b"\xff\xd8\xff no more")
    (photos / "notes.txt").write_text("not meant")
    (photos / ".hidden.jpg").write_bytes(b"")
    failures = draw((str(photos), True))
    assert made(tmp_path) == {"a.jpg", "sub/b.png", "sub/c.webp"}
    ((photo, reason),) = [(f["photo"], f["reason"]) for f in failures]
    assert photo == str(photos / "bad.jpg") and "whole" in reason
    assert images.read(tmp_path / "out" / "sub" / "b.png").pixels.shape == (32, 40, 3)


@pytest.mark.slow
def test_what_is_there_is_left_as_it_is_unless_asked(draw, tmp_path):
    put(tmp_path / "photos" / "a.png")
    put(tmp_path / "out" / "a.png", seed=2)
    before = (tmp_path / "out" / "a.png").read_bytes()
    draw((str(tmp_path / "photos"), True))
    assert (tmp_path / "out" / "a.png").read_bytes() == before
    draw((str(tmp_path / "photos"), True), overwrite=True)
    assert (tmp_path / "out" / "a.png").read_bytes() != before


@pytest.mark.slow
def test_photos_that_want_one_name_get_each_its_own(draw, tmp_path):
    for name in ("star.png", "star.bmp"):
        photo = images.Image.fromarray(samples.draw_photo(1, 32, 40))
        (tmp_path / "photos").mkdir(exist_ok=True)
        photo.save(tmp_path / "photos" / name)
    # and one that bears what the other was to be called
    put(tmp_path / "photos" / "star_bmp.png")
    failures = draw((str(tmp_path / "photos"), True))
    assert made(tmp_path) == {"star.png", "star_bmp.png"}
    assert len(failures) == 1 and "would replace" in failures[0]["reason"]


@pytest.mark.slow
def test_a_photo_that_two_globs_name_is_drawn_once(draw, tmp_path):
    put(tmp_path / "photos" / "a.png")
    glob = f"{tmp_path}/photos/**/*.png"
    assert draw((glob, False), (f"{tmp_path}/photos", True)) == []
    assert made(tmp_path) == {"a.png"}


@pytest.mark.slow
def test_results_below_the_photos_are_no_photos(draw, tmp_path):
    put(tmp_path / "a.png")
    put(tmp_path / "out" / "earlier.png")
    draw((str(tmp_path), True))
    assert made(tmp_path) == {"a.png", "earlier.png"}
