"""Facts about the training data."""

import warnings

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.data import batches, triples
from cartoongan_tf.data.lists import Pictures
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


def as_list(dataset, count):
    return [[t.numpy() for t in batch] for batch in dataset.take(count)]


# ---------------------------------------------------------------- batches


def test_batches_are_three_signed_float_pictures_of_one_size(folder):
    batch = next(iter(batches.load_dataset(folder, batch_size=3, image_size=48)))
    for pictures in batch:
        assert pictures.shape == (3, 48, 48, 3)
        assert pictures.dtype == tf.float32
        assert (
            -1 <= float(tf.reduce_min(pictures)) < float(tf.reduce_max(pictures)) <= 1
        )


def test_the_same_seed_gives_the_same_batches_and_another_does_not(folder):
    runs = [as_list(batches.load_dataset(folder, 2, 32, seed=s), 2) for s in (1, 1, 2)]
    assert all(
        np.array_equal(a, b)
        for one, two in zip(runs[0], runs[1], strict=True)
        for a, b in zip(one, two, strict=True)
    )
    assert not np.array_equal(runs[0][0][0], runs[2][0][0])


def test_an_epoch_ends_and_the_next_goes_on_with_other_pictures(folder):
    dataset = batches.load_dataset(folder, 2, 32, seed=1)
    assert int(dataset.cardinality()) == 2
    training_set = batches.open_folder(folder, 32)
    for lap in range(3):
        photos = [batch[0].numpy() for batch in dataset]
        assert len(photos) == 2
        for number, photo in enumerate(np.concatenate(photos)):
            drawn = triples.draw_triple(training_set, 5 * lap + number, 32, seed=1)
            assert np.array_equal(images.to_uint8(photo), drawn[0])


def test_a_run_goes_on_at_any_batch_as_it_would_have(folder):
    training_set = batches.open_folder(folder, 32)
    whole = as_list(batches.make_batches(training_set, 2, 32, seed=3), 9)
    rest = as_list(batches.make_batches(training_set, 2, 32, seed=3, start=6), 3)
    for a, b in zip(whole[6:], rest, strict=True):
        assert all(map(np.array_equal, a, b))


def test_memory_or_disk_makes_no_difference(folder):
    kept = as_list(batches.load_dataset(folder, 2, 32), 2)
    read = as_list(batches.load_dataset(folder, 2, 32, cache_bytes=0), 2)
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(kept, read, strict=True))


def test_what_the_pipeline_gives_is_what_the_eager_function_draws(folder):
    training_set = batches.open_folder(folder, 32)
    batch = next(iter(batches.make_batches(training_set, 3, 32, seed=5)))
    for number in range(3):
        drawn = triples.draw_triple(training_set, number, 32, seed=5)
        for tensor, picture in zip(batch, drawn, strict=True):
            assert np.array_equal(images.to_uint8(tensor[number]), picture)


def test_augmentation_differs_from_step_to_step(folder):
    # Drawn once at tracing time, it would be frozen ever after.
    training_set = triples.TrainingSet(*[Pictures([samples.draw_photo(0)])] * 3)
    found = as_list(batches.make_batches(training_set, 1, 64), 12)
    assert len({batch[0].tobytes() for batch in found}) == 12


def test_large_pictures_are_shrunk_on_reading(tmp_path):
    images.write(tmp_path / "a.png", np.zeros((900, 1200, 3), np.uint8))
    pictures = Pictures([tmp_path / "a.png"], short_side=96)
    assert pictures[0].shape == (96, 128, 3)


@pytest.mark.parametrize(
    "bad", [{"batch_size": 0}, {"image_size": 254}, {"image_size": 28}]
)
def test_bad_sizes_are_refused_with_the_rule(folder, bad):
    ((name, value),) = bad.items()
    sizes = {"batch_size": 1, "image_size": 32} | bad
    with pytest.raises(ValueError, match=rf"`{name}` must .*{name}={value}"):
        batches.load_dataset(folder, **sizes)


# ---------------------------------------------------------------- damage


def test_damaged_files_are_named_counted_and_skipped(folder):
    (folder / "photos" / "sub" / "2.jpg").write_text("no photo")
    (folder / "cartoons" / "1.png").write_bytes(b"")
    with pytest.warns(UserWarning) as caught:
        training_set = batches.open_folder(folder, 32)
        batches.keep_in_memory(training_set)
        first = as_list(batches.make_batches(training_set, 2, 32), 2)
    messages = [str(w.message) for w in caught]
    assert sum("2.jpg" in m for m in messages) == 1
    assert sum("1.png" in m for m in messages) == 1
    assert training_set.damaged == 2
    assert len(training_set.cartoons) == 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = as_list(batches.load_dataset(folder, 2, 32, cache_bytes=0), 2)
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(first, again, strict=True))


def test_cartoon_and_smooth_stay_a_pair_when_one_is_damaged(folder):
    for number in range(4):
        level = np.full((60, 64 + 10 * number, 3), 50 * number, np.uint8)
        images.write(folder / "cartoons" / f"{number}.png", level)
        images.write(folder / "smooth" / f"{number}.png", level)
    (folder / "cartoons" / "0.png").write_text("no cartoon")
    (folder / "smooth" / "2.png").write_text("no picture")
    with pytest.warns(UserWarning):
        training_set = batches.open_folder(folder, 32)
        for number in range(12):
            _, cartoon, smooth = triples.draw_triple(training_set, number, 32, 0)
            assert cartoon[0, 0, 0] == smooth[0, 0, 0]
    assert training_set.damaged == 2


def test_a_smooth_picture_of_another_size_is_left_out_with_a_warning(folder):
    images.write(folder / "smooth" / "1.png", np.zeros((60, 30, 3), np.uint8))
    training_set = batches.open_folder(folder, 32)
    with pytest.warns(UserWarning, match="must have its cartoon's size.*1.png"):
        for number in range(8):
            training_set.pair(number % 4)


def test_a_folder_of_damage_alone_is_an_error(folder):
    for path in (folder / "photos" / "sub").iterdir():
        path.write_text("no photo")
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="5 damaged files"):
        Pictures(sorted((folder / "photos" / "sub").iterdir()))[0]


def test_a_missing_part_is_named(tmp_path):
    with pytest.raises(ValueError, match="No such folder: .*photos"):
        batches.open_folder(tmp_path)
    images.write(tmp_path / "photos" / "a.png", np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(ValueError, match="No such folder: .*cartoons"):
        batches.open_folder(tmp_path)


def test_memory_is_used_up_to_the_budget(folder):
    pictures = batches.open_folder(folder, 32).photos
    used = pictures.keep(2**20)
    assert used == sum(pictures[n].nbytes for n in range(len(pictures)))
    for path in pictures.sources:
        path.unlink()
    assert pictures[0].dtype == np.uint8  # from memory


def test_a_set_larger_than_the_budget_is_left_on_disk(folder):
    pictures = batches.open_folder(folder, 32).photos
    assert pictures.keep(1000) == 0
    assert pictures.keep(pictures[0].nbytes * 3) == 0
