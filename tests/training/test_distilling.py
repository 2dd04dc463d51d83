"""Facts about distillation runs."""

import json
from dataclasses import asdict, replace

import keras
import numpy as np
import pytest

from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.pictures import images
from cartoongan_tf.plans.lessons import Lesson
from cartoongan_tf.training.callbacks import read_history
from cartoongan_tf.training.distilling import Distillation, as_function
from cartoongan_tf.training.runs import Run


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lesson")
    rng = np.random.default_rng(0)
    for number in range(6):
        photo = rng.integers(0, 256, (48, 64, 3)).astype(np.uint8)
        images.write(folder / "photos" / f"{number}.png", photo)
    Generator(2, 1).save(folder / "teacher.keras")
    return Lesson(
        "mine",
        str(folder / "teacher.keras"),
        str(folder / "photos"),
        windows=6,
        image_size=40,
        large_windows=3,
        large_size=48,
        large_border=4,
        shift=8,
        margin=4,
        hold_out=3,
        steps=8,
        epoch=4,
        batch_size=2,
        width=2,
        trunk=4,
        num_blocks=1,
        deep=1,
    )


def begin(lesson, folder):
    work = Distillation(lesson, folder / "cache")
    work.prepare()
    return work


def stop_at(work, step):
    """Interrupts a run, as Ctrl-C does."""
    feed = work.feed

    def batches(first):
        for number, batch in enumerate(feed(first), first + 1):
            if number == step:
                work._stop()
            yield batch

    work.feed = batches


def weights(run):
    return load_generator(run.generator).get_weights()


@pytest.mark.slow
def test_a_run_ends_with_a_generator_its_history_samples_and_scores(lesson, tmp_path):
    work = begin(lesson, tmp_path)
    run = Run.create(tmp_path, "light", asdict(lesson))
    assert work.train(run)
    rows = read_history(run.history)
    assert [int(row["step"]) for row in rows] == [4, 8]
    assert all(float(row["psnr"]) > 0 for row in rows)
    assert len(list(run.samples.iterdir())) == 2
    generator = load_generator(run.generator)
    assert type(generator) is LightGenerator
    result = json.loads((run.folder / "scores.json").read_text())
    assert result["worst_psnr"] <= result["psnr"]
    assert len(work.held) == 2


def test_the_last_steps_are_saved_though_they_fill_no_epoch(lesson, tmp_path):
    lesson = replace(lesson, steps=6)
    work = begin(lesson, tmp_path)
    run = Run.create(tmp_path, "light", asdict(lesson))
    assert work.train(run)
    averages = [np.asarray(v) for v in work.distiller.average.averages]
    for one, other in zip(weights(run), averages, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("adversarial, stop", [(0.0, 3), (0.1, 5)])
def test_a_run_that_was_stopped_goes_on_to_the_same_weights(
    lesson, tmp_path, adversarial, stop
):
    # Wide enough for kernels that are not left to Adam.
    lesson = replace(
        lesson, adversarial_weight=adversarial, norm="global", width=16, trunk=32
    )
    whole = Run.create(tmp_path, "whole", asdict(lesson))
    assert begin(lesson, tmp_path).train(whole)

    run = Run.create(tmp_path, "broken", asdict(lesson))
    work = begin(lesson, tmp_path)
    stop_at(work, stop)
    assert not work.train(run)
    assert work.step == stop

    again = begin(lesson, tmp_path)
    assert again.train(run)
    for one, other in zip(weights(whole), weights(run), strict=True):
        assert np.array_equal(one, other)
    assert whole.history.read_text() == run.history.read_text()


def test_larger_windows_have_a_border_instead_of_a_margin_and_their_share_of_the_steps(
    lesson, tmp_path
):
    margins = {}

    def teacher(windows, margin):
        margins[windows.shape[1]] = margin
        return -windows

    work = Distillation(lesson, tmp_path)
    for pairs in (work.pairs, work.large):
        pairs.make(teacher, lesson.windows)
    assert margins == {40: 4, 48: 0}
    assert lesson.large_batch == 1
    feed = work.feed(0)
    batches = [next(feed) for _ in range(8)]
    sides = [photo.shape[:2] for photo, _ in batches]
    assert sides == [(2, 32), (1, 40)] * 4
    unknown = [float(np.isnan(cartoon).mean()) for _, cartoon in batches]
    assert unknown[::2] == [0] * 4
    assert all(unknown[1::2])


@pytest.mark.slow
def test_the_teacher_draws_once_for_all_runs(lesson, tmp_path):
    work = begin(lesson, tmp_path)
    files = [p for p in work.pairs.folder.rglob("*") if p.is_file()]
    times = {p: p.stat().st_mtime_ns for p in files}
    assert len(list(work.pairs.folder.glob("*.npy"))) == 1
    assert len(list((work.pairs.folder / "held").iterdir())) == len(work.held)
    again = begin(replace(lesson, width=3), tmp_path)
    assert again.pairs.folder == work.pairs.folder
    assert times == {p: p.stat().st_mtime_ns for p in times}


@pytest.mark.slow
def test_pairs_in_a_folder_of_ones_own_serve_every_run_of_that_teacher(
    lesson, tmp_path
):
    lesson = replace(lesson, pairs=str(tmp_path / "mine"))
    work = begin(lesson, tmp_path)
    assert work.pairs.folder == tmp_path / "mine"
    drawn = (tmp_path / "mine" / "00000.npy").stat().st_mtime_ns
    begin(replace(lesson, steps=4), tmp_path / "elsewhere")
    begin(replace(lesson, large_size=52), tmp_path / "elsewhere")
    assert (tmp_path / "mine" / "00000.npy").stat().st_mtime_ns == drawn
    assert {p.name for p in (tmp_path / "mine").glob("whole-*")} == {
        "whole-48",
        "whole-52",
    }
    begin(replace(lesson, large_border=0), tmp_path / "elsewhere")
    assert (tmp_path / "mine" / "large-48").is_dir()
    for changes, said in (
        ({"image_size": 44}, "with another image_size;"),
        ({"seed": 3, "margin": 8}, "with another seed, another margin;"),
    ):
        with pytest.raises(ValueError, match=said):
            begin(replace(lesson, **changes), tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(ValueError, match="`pairs` must be a new folder"):
        begin(replace(lesson, pairs=str(tmp_path / "full")), tmp_path)


@pytest.mark.slow
def test_what_is_saved_and_scored_is_the_average_of_the_weights(lesson, tmp_path):
    run = Run.create(tmp_path, "light", asdict(lesson))
    work = begin(replace(lesson, ema=0.9), tmp_path)
    assert work.train(run)
    averages = [np.asarray(v) for v in work.distiller.average.averages]
    for one, other in zip(weights(run), averages, strict=True):
        assert np.array_equal(one, other)
    last = work.student.get_weights()
    assert any(not np.array_equal(a, b) for a, b in zip(last, averages, strict=True))


@pytest.mark.slow
def test_of_what_is_saved_the_start_may_have_a_share(lesson, tmp_path):
    """Also where the run was interrupted, and its last steps fill no epoch."""
    keras.utils.set_random_seed(5)
    start = LightGenerator(2, 4, 1, deep=1, block_norms=0, deep_norms=2)
    start.save(tmp_path / "start.keras")
    lesson = replace(lesson, start=str(tmp_path / "start.keras"), ema=0.9)
    plain = Run.create(tmp_path, "light", asdict(lesson))
    assert begin(lesson, tmp_path).train(plain)
    lesson = replace(lesson, start_share=0.25)
    run = Run.create(tmp_path, "light", asdict(lesson))
    work = begin(lesson, tmp_path)
    stop_at(work, 3)
    assert not work.train(run)
    assert begin(lesson, tmp_path).train(run)
    trios = zip(weights(run), weights(plain), start.get_weights(), strict=True)
    for found, own, begun in trios:
        np.testing.assert_allclose(found, 0.75 * own + 0.25 * begun, atol=1e-6)
    assert any(
        not np.allclose(a, b, atol=1e-4)
        for a, b in zip(weights(run), weights(plain), strict=True)
    )


def test_a_start_of_another_shape_has_no_share(lesson, tmp_path):
    LightGenerator(2, 4, 3).save(tmp_path / "other.keras")
    lesson = replace(lesson, start=str(tmp_path / "other.keras"), start_share=0.5)
    with pytest.raises(ValueError, match="start_share=0.5, and .* has no such layers"):
        Distillation(lesson, tmp_path)


def test_a_student_may_begin_with_anothers_weights(lesson, tmp_path):
    other = LightGenerator(2, 4, 1, deep=1, block_norms=0, deep_norms=2)
    other.save(tmp_path / "other.keras")
    lesson = replace(lesson, start=str(tmp_path / "other.keras"))
    student = Distillation(lesson, tmp_path).student
    for one, two in zip(student.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(one, two)
    LightGenerator(2, 4, 3).save(tmp_path / "other.keras")
    shallow = load_generator(tmp_path / "other.keras")
    student = Distillation(lesson, tmp_path).student
    for name in ("half1", "block1_2", "draw"):  # block1_1 has a norm there
        ours, theirs = (net.get_layer(name).kernel for net in (student, shallow))
        assert np.array_equal(ours, theirs)
    with pytest.raises(ValueError, match="of the same `width` and `trunk`. Received"):
        Distillation(replace(lesson, width=3), tmp_path)


def test_a_loss_that_is_no_number_stops_the_run_and_saves_nothing(lesson, tmp_path):
    run = Run.create(tmp_path, "light", asdict(lesson))
    work = begin(lesson, tmp_path)
    kernel = work.student.get_layer("draw").kernel
    kernel.assign(np.full(kernel.shape, np.nan))
    with pytest.raises(ValueError, match="A loss must be a number"):
        work.train(run)
    assert not run.generator.exists()
    assert not list(run.backup.glob("ckpt*"))


def test_without_held_out_photos_there_are_no_scores(lesson, tmp_path):
    lesson = replace(lesson, hold_out=0)
    run = Run.create(tmp_path, "light", asdict(lesson))
    assert begin(lesson, tmp_path).train(run)
    assert [row["psnr"] for row in read_history(run.history)] == ["", ""]
    assert json.loads((run.folder / "scores.json").read_text()) == {}


def test_photos_of_all_sizes_are_drawn_by_one_graph():
    draw = as_function(LightGenerator(2, 4, 1, deep=1))
    for height, width in ((24, 32), (32, 24), (40, 40), (8, 12)):
        photo = np.zeros((1, height, width, 3), np.float32)
        assert draw(photo).shape == photo.shape
    assert draw.experimental_get_tracing_count() == 1
