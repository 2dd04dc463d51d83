"""Facts about what is written while a training runs."""

import types

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.models.averages import WeightAverage
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples
from cartoongan_tf.training.callbacks import (
    Answers,
    History,
    PhotoGrid,
    StyleDistance,
    read_history,
)

PHOTOS = [samples.draw_photo(number, 64, 64) for number in range(6)]
CARTOONS = [samples.draw_cartoon(number, "hayao", 64, 64) for number in range(6)]


def model_of(draw):
    return types.SimpleNamespace(generator=draw, average=None)


def test_the_photos_themselves_have_style_distance_one():
    callback = StyleDistance(PHOTOS, CARTOONS)
    callback.set_model(model_of(lambda photo: photo))
    logs = {}
    callback.on_epoch_end(0, logs)
    assert logs["style_distance"] == 1.0


def test_a_dissolved_photo_has_lost_its_outlines():
    callback = StyleDistance(PHOTOS, CARTOONS)
    kept = []
    for draw in (lambda photo: photo, lambda photo: 0 * photo):
        callback.set_model(model_of(draw))
        logs = {}
        callback.on_epoch_end(0, logs)
        kept.append(logs["outlines_kept"])
    assert kept[0] == 1 and kept[1] < 0.2


def test_pictures_of_the_style_are_nearer_to_it():
    callback = StyleDistance(PHOTOS, CARTOONS)
    others = iter(samples.draw_cartoon(n + 50, "hayao", 64, 64) for n in range(6))
    callback.set_model(model_of(lambda photo: images.to_signed(next(others))[None]))
    logs = {}
    callback.on_epoch_end(0, logs)
    assert logs["style_distance"] < 0.5


def test_histograms_of_the_answers_are_written(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    batch = [images.to_signed(np.stack(kind)) for kind in (PHOTOS, CARTOONS, CARTOONS)]
    model = model_of(Generator(2, 0))
    model.discriminator, model.answer = PatchDiscriminator(2), lambda x: x
    callback = Answers(batch, writer)
    callback.set_model(model)
    callback.on_epoch_end(4)
    writer.close()
    (path,) = tmp_path.iterdir()
    found = {}
    for record in tf.data.TFRecordDataset(str(path)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            found[value.tag] = event.step, tf.make_ndarray(value.tensor)
    assert set(found) == {"answers/cartoon", "answers/smooth", "answers/fake"}
    step, buckets = found["answers/fake"]
    assert step == 5 and buckets[:, 2].sum() == 6 * 16 * 16  # a logit of 4x4 pixels


def test_the_running_average_is_what_is_measured():
    generator = Generator(2, 0)
    model = model_of(generator)
    model.average = WeightAverage(generator, 0.9)
    asked = []
    callback = StyleDistance(PHOTOS[:2], CARTOONS)
    callback.set_model(model)
    callback.distance = lambda fakes: asked.append(fakes) or 1.0
    for variable in generator.trainable_variables:
        variable.assign(variable * 3.0)  # after the average was made of it
    callback.on_epoch_end(0, {})
    raw = images.to_uint8(generator(images.to_signed(PHOTOS[0])[None]))[0]
    with model.average.applied():
        averaged = images.to_uint8(generator(images.to_signed(PHOTOS[0])[None]))[0]
    assert np.array_equal(asked[0][0], averaged)
    assert not np.array_equal(asked[0][0], raw)


def test_rows_later_than_the_backup_are_dropped(tmp_path):
    path = tmp_path / "history.csv"
    history = History(path, "joint", 0, 10, 0)
    for epoch in range(3):
        history.on_epoch_end(epoch, {"g_loss": epoch / 3})
    again = History(path, "joint", 0, 10, 20)
    again.on_epoch_end(2, {"g_loss": 9})
    rows = read_history(path)
    assert [row["step"] for row in rows] == ["10", "20", "30"]
    assert [float(row["g_loss"]) for row in rows] == [0, 1 / 3, 9]


def test_a_grid_takes_photos_of_any_sizes_and_large_ones_by_their_middle(tmp_path):
    rng = np.random.default_rng(0)
    sizes = (5, 30), (33, 42), (40, 9000)
    photos = [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]
    callback = PhotoGrid(photos, tmp_path)
    callback.set_model(model_of(lambda photo: -photo))
    callback.on_epoch_end(0)
    grid = images.read(tmp_path / "joint_0001.png").pixels
    width = 30 + 42 + 7372 + 2 * 4
    assert grid.shape == (2 * 40 + 4, width, 3)
    assert np.array_equal(grid[:33, 34:76], photos[1])
    assert np.array_equal(grid[44 : 44 + 33, 34:76], 255 - photos[1])
    assert np.array_equal(grid[:40, 80:], photos[2][:, 814 : 814 + 7372])


def test_style_distance_takes_photos_of_any_sizes_from_56():
    photos = [samples.draw_photo(1, 57, 83), samples.draw_photo(2, 64, 200)]
    callback = StyleDistance(photos, CARTOONS)
    callback.set_model(model_of(lambda photo: photo))
    logs = {}
    callback.on_epoch_end(0, logs)
    assert logs["style_distance"] == 1.0
    with pytest.raises(ValueError, match="at least 56 pixels.*Received: 83x40"):
        StyleDistance([photos[0][:40]], CARTOONS)
