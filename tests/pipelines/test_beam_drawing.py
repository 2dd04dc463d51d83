"""Facts about Beam's ModelHandler for our networks."""

import numpy as np
import pytest

from cartoongan_tf.inference import styles
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.inference.runtimes import load_style
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture
def drawing(beam):
    from cartoongan_tf.pipelines import drawing

    return drawing


def test_it_draws_what_the_cartoonizer_draws(drawing):
    photo = samples.draw_photo(1, 60, 80)
    handler = drawing.CartoonHandler(drawing.Look("paprika", strength=0.7))
    picture = "p.png", "out/p.png", images.encode(photo)
    ((path, result, data, reason),) = handler.run_inference(
        [picture], handler.load_model()
    )
    assert (path, result, reason) == ("p.png", "out/p.png", None)
    expected = Cartoonizer(load_style("paprika", threads=1))(photo, 0.7)
    assert np.array_equal(images.decode(data).pixels, expected)


def test_a_bad_picture_fails_alone_and_says_why(drawing, monkeypatch):
    handler = drawing.CartoonHandler(drawing.Look("paprika"))
    good = images.encode(samples.draw_photo(1, 32, 40))
    batch = [
        ("a.png", "a.png", good),
        ("b.png", "b.png", b""),
        ("c.jpg", "c.jpg", good),
    ]
    model = handler.load_model()
    drawn = handler.run_inference(batch, model)
    assert [reason is None for *_, reason in drawn] == [True, False, True]
    assert "b.png" in drawn[1][3]

    def odd(*args):
        raise KeyError("nobody thought of this")

    monkeypatch.setattr(drawing.images, "decode", odd)
    ((*_, reason),) = handler.run_inference(batch[:1], model)
    assert reason.startswith("KeyError: ")


def test_weights_are_read_wherever_beam_reads(drawing, tmp_path):
    weights = styles.find_weights("paprika").with_suffix(".onnx")
    look = drawing.Look("pepper", weights=str(weights))
    photo = samples.draw_photo(1, 40, 48)
    ours = look.open()(photo)
    assert np.array_equal(ours, Cartoonizer(load_style("paprika", threads=1))(photo))


def test_batches_hold_one_picture(drawing):
    handler = drawing.CartoonHandler(drawing.Look("paprika"))
    assert handler.batch_elements_kwargs()["max_batch_size"] == 1
