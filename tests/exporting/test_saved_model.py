"""Facts about SavedModels."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import prediction_log_pb2

from cartoongan_tf.exporting import saved_model
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.networks.statistics import StatisticsGenerator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def folder(generator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "1"
    saved_model.write_saved_model(generator, folder, "tiny")
    return folder


@pytest.fixture(scope="module")
def served(folder):
    return tf.saved_model.load(str(folder))


@pytest.fixture(scope="module")
def pictures():
    return [samples.draw_photo(1, 33, 50), samples.draw_photo(2, 64, 40)]


def test_weights_are_stored_once(folder, generator):
    data = folder / "variables" / "variables.data-00000-of-00001"
    weights = 4 * generator.count_params()
    assert weights <= data.stat().st_size < 1.5 * weights


def test_floats_of_any_batch_and_size_are_keras_answers(served, generator):
    run = served.signatures["serving_default"]
    for shape in ((1, 16, 20, 3), (2, 32, 24, 3)):
        photo = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
        made = run(image=tf.constant(photo))["cartoon"]
        assert np.abs(made - generator(photo)).max() < 1e-4


@pytest.mark.parametrize("size", [(16, 20), (13, 30)])
def test_statistics_go_in_and_come_out(served, generator, size):
    run = served.signatures["statistics"]
    photo = np.random.default_rng(0).uniform(-1, 1, (1, *size, 3)).astype(np.float32)
    photo = tf.constant(photo)
    channels = StatisticsGenerator(generator).channels
    plain = served.signatures["serving_default"](image=photo)["cartoon"]
    nothing = {"statistics": tf.zeros((1, 2, channels)), "share": tf.zeros(1)}
    made = run(image=photo, **nothing)
    np.testing.assert_allclose(made["cartoon"], plain, atol=1e-5)
    own = made["own_statistics"]
    again = run(image=photo, statistics=own, share=tf.ones(1))
    np.testing.assert_allclose(again["cartoon"], plain, atol=1e-5)
    other = run(image=photo, statistics=own + 1, share=tf.ones(1))
    assert np.abs(other["cartoon"] - plain).max() > 0.01


def test_strings_of_mixed_kinds_and_sizes_come_back_at_their_sizes(
    served, generator, pictures
):
    data = [images.encode(pictures[0], ".png"), images.encode(pictures[1], ".jpg")]
    made = served.signatures["image_bytes"](image_bytes=tf.constant(data))[
        "cartoon_bytes"
    ]
    draw = Cartoonizer(generator, draw_size="full", color="style")
    photos = [images.decode(one).pixels for one in data]
    for png, photo in zip(made.numpy(), photos, strict=True):
        assert png.startswith(b"\x89PNG")
        cartoon = images.decode(png).pixels
        assert cartoon.shape == photo.shape
        assert np.abs(cartoon.astype(int) - draw(photo)).max() <= 2  # JPEG decoders


def test_grey_and_transparent_pictures_are_read_as_rgb(served, pictures):
    for mode in ("L", "RGBA", "P"):
        buffer = io.BytesIO()
        Image.fromarray(pictures[0]).convert(mode).save(buffer, "PNG")
        made = served.signatures["image_bytes"](
            image_bytes=tf.constant([buffer.getvalue()])
        )
        assert images.decode(made["cartoon_bytes"][0].numpy()).pixels.shape == (
            33,
            50,
            3,
        )


def test_a_photo_on_its_side_comes_back_upright(served, pictures):
    upright = pictures[0]
    lying = np.rot90(upright)  # counterclockwise; 6 says: turn it clockwise
    exif = Image.Exif()
    exif[0x0112] = 6
    answers = []
    for kind, more in (("PNG", {}), ("JPEG", {"quality": 100, "subsampling": 0})):
        for pixels, said in ((upright, {}), (lying, {"exif": exif})):
            buffer = io.BytesIO()
            Image.fromarray(pixels).save(buffer, kind, **more, **said)
            data = tf.constant([buffer.getvalue()])
            (png,) = served.signatures["image_bytes"](image_bytes=data)[
                "cartoon_bytes"
            ].numpy()
            answers.append(images.decode(png).pixels)
    assert {answer.shape for answer in answers} == {upright.shape}
    assert np.array_equal(answers[0], answers[1])
    # JPEG's noise, which the tiny network makes louder, and no other side up
    ours, theirs = answers[2].astype(int), answers[3]
    wrong = min(np.abs(ours - way).mean() for way in (theirs[::-1], theirs[:, ::-1]))
    assert np.abs(ours - theirs).mean() < wrong / 4


@pytest.mark.parametrize("kind, mode", [
    ("WEBP", "RGB"), ("WEBP", "RGBA"), ("BMP", "RGB"), ("BMP", "RGBA"),
])  # fmt: skip
def test_webp_and_bmp_are_drawn_as_the_same_pixels_in_a_png(
    served, pictures, kind, mode
):
    made = []
    for name, more in (
        ("PNG", {}),
        (kind, {"lossless": True} if kind == "WEBP" else {}),
    ):
        buffer = io.BytesIO()
        Image.fromarray(pictures[0]).convert(mode).save(buffer, name, **more)
        data = tf.constant([buffer.getvalue()])
        made.append(served.signatures["image_bytes"](image_bytes=data)["cartoon_bytes"])
    assert images.decode(made[0][0].numpy()).pixels.shape == (33, 50, 3)
    assert made[0] == made[1]


@pytest.mark.parametrize("lossless", (True, False))
def test_an_animated_webp_is_refused_and_does_not_end_the_process(
    served, pictures, lossless
):
    first = Image.fromarray(pictures[0])
    moving = io.BytesIO()
    others = [first.rotate(180)]
    first.save(moving, "WEBP", save_all=True, append_images=others, lossless=lossless)
    with pytest.raises(tf.errors.InvalidArgumentError, match="no animation"):
        served.signatures["image_bytes"](image_bytes=tf.constant([moving.getvalue()]))


@pytest.mark.parametrize("mode", ("P", "1"))
def test_a_bmp_that_tensorflow_reads_wrong_is_refused(served, pictures, mode):
    buffer = io.BytesIO()
    Image.fromarray(pictures[0]).convert(mode).save(buffer, "BMP")
    with pytest.raises(tf.errors.InvalidArgumentError, match="24 or 32 bits"):
        served.signatures["image_bytes"](image_bytes=tf.constant([buffer.getvalue()]))


def test_its_graph_has_no_operation_that_only_the_newest_tensorflow_has(folder):
    saved = saved_model_pb2.SavedModel.FromString(
        (folder / "saved_model.pb").read_bytes()
    )
    graph = saved.meta_graphs[0].graph_def
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    used = {node.op for node in nodes}
    assert "DecodeImage" in used and not used & {"DecodeWebP", "DecodeJxl"}


@pytest.mark.parametrize(
    "damage, words",
    [
        (
            lambda png: b"this is no picture",
            "must be whole JPEG, PNG, WebP or BMP files",
        ),
        (lambda png: b"", "must be whole JPEG, PNG, WebP or BMP files"),
        (lambda png: png[: len(png) // 2], "PNG"),
    ],
)
def test_what_does_not_decode_is_an_error_of_the_request(
    served, pictures, damage, words
):
    png = images.encode(pictures[0], ".png")
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        served.signatures["image_bytes"](image_bytes=tf.constant([png, damage(png)]))


def test_the_warm_up_asks_every_signature_and_is_answered(folder, served):
    path = folder / "assets.extra" / "tf_serving_warmup_requests"
    asked = set()
    for record in tf.data.TFRecordDataset(str(path)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        assert request.model_spec.name == "tiny"
        name = request.model_spec.signature_name
        inputs = {k: tf.make_ndarray(v) for k, v in request.inputs.items()}
        answer = served.signatures[name](
            **{k: tf.constant(v) for k, v in inputs.items()}
        )
        assert {len(batch) for batch in answer.values()} == {1}
        asked.add(name)
    assert asked == {"serving_default", "image_bytes", "statistics"}


def test_operations_are_counted_through_calls(folder):
    ops = saved_model.count_ops(folder)
    assert ops["Conv2D"] == 10 and ops["Conv2DBackpropInput"] == 2


@pytest.mark.slow
def test_a_fresh_process_loads_it_without_our_package(folder, generator, tmp_path):
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 16, 16, 3)).astype(np.float32)
    np.save(tmp_path / "photo.npy", photo)
    code = (
        "import sys, json, numpy as np, tensorflow as tf\n"
        "run = tf.saved_model.load(sys.argv[1]).signatures['serving_default']\n"
        "image = tf.constant(np.load(sys.argv[2]))\n"
        "np.save(sys.argv[3], run(image=image)['cartoon'])\n"
        "print(json.dumps(sorted(m for m in sys.modules if 'cartoongan' in m)))\n"
    )
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            folder,
            tmp_path / "photo.npy",
            tmp_path / "c.npy",
        ],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert [m for m in json.loads(result.stdout) if not m.startswith("__")] == []
    assert np.abs(np.load(tmp_path / "c.npy") - generator(photo)).max() < 1e-4
