"""Facts about the training steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.models import losses
from cartoongan_tf.models.cartoongan import (
    CONTENT_WEIGHT,
    CartoonGAN,
    InitializationPhase,
    prepare_optimizer,
)
from cartoongan_tf.models.pools import FakePool
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import LAYERS, VGG19Features
from cartoongan_tf.networks.generators import Generator


def batch(size=32, count=2, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(
        tf.constant(rng.uniform(-1, 1, (count, size, size, 3)), tf.float32)
        for _ in range(3)
    )


@pytest.fixture(scope="module")
def features():
    return VGG19Features("random", LAYERS[1])


def make(features, dtype="float32", rate=0.01, **options):
    keras.utils.set_random_seed(0)
    gan = CartoonGAN(
        Generator(4, 1, dtype=dtype), PatchDiscriminator(4, dtype=dtype), features
    )
    gan.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(rate), **options)
    return gan


def test_the_default_content_weight_is_the_published_models_effective_one():
    assert pytest.approx(10 / 127.5**2, rel=0.03) == CONTENT_WEIGHT


def naive_step(gan, data, content_weight, kind):
    """The step as written down in the paper: every loss with a forward of its own."""
    photo, cartoon, smooth = data
    d_loss_of, g_loss_of = losses.ADVERSARIAL[kind]
    g, d, vgg = gan.generator, gan.discriminator, gan.features
    with tf.GradientTape() as tape:
        d_loss = d_loss_of(d(cartoon), d(smooth), d(g(photo)))
    d_gradients = tape.gradient(d_loss, d.trainable_variables)
    with tf.GradientTape() as tape:
        fake = g(photo)
        content = tf.reduce_mean(abs(vgg(fake) - vgg(photo)))
        g_loss = g_loss_of(d(fake)) + content_weight * content
    g_gradients = tape.gradient(g_loss, g.trainable_variables)
    return (g_loss, d_loss, content), g_gradients, d_gradients


@pytest.mark.parametrize("kind", list(losses.ADVERSARIAL))
def test_one_forward_gives_the_losses_and_updates_of_separate_ones(features, kind):
    gan = make(features, adversarial_loss=kind, content_weight=0.05)
    data = batch()
    expected, g_gradients, d_gradients = naive_step(gan, data, 0.05, kind)
    before = [
        [v.numpy() for v in net.trainable_variables]
        for net in (gan.generator, gan.discriminator)
    ]
    logs = gan.train_step(data)
    for name, value in zip(("g_loss", "d_loss", "content_loss"), expected, strict=True):
        assert float(logs[name]) == pytest.approx(float(value), rel=1e-5), name
    for net, old, gradients in (
        (gan.generator, before[0], g_gradients),
        (gan.discriminator, before[1], d_gradients),
    ):
        for variable, start, gradient in zip(
            net.trainable_variables, old, gradients, strict=True
        ):
            stepped = start - 0.01 * gradient.numpy()
            assert np.allclose(variable.numpy(), stepped, rtol=1e-4, atol=2e-6)


def test_metrics_are_named_and_answers_are_means(features):
    gan = make(features)
    photo, cartoon, smooth = batch()
    mean = {
        "d_cartoon": float(tf.reduce_mean(gan.discriminator(cartoon))),
        "d_smooth": float(tf.reduce_mean(gan.discriminator(smooth))),
        "d_fake": float(tf.reduce_mean(gan.discriminator(gan.generator(photo)))),
    }
    logs = gan.train_step((photo, cartoon, smooth))
    assert set(logs) == set(CartoonGAN.METRICS)
    for name, value in mean.items():
        assert float(logs[name]) == pytest.approx(value, abs=1e-5)


def test_answers_under_the_log_loss_are_probabilities(features):
    logs = make(features, adversarial_loss="log").train_step(batch())
    for name in ("d_cartoon", "d_smooth", "d_fake"):
        assert 0 < float(logs[name]) < 1


def test_features_never_change(features):
    gan = make(features)
    before = features.get_weights()
    gan.train_step(batch())
    assert all(map(np.array_equal, before, features.get_weights()))
    names = {v.path for v in gan.trainable_variables}
    assert not any("block1" in name for name in names)


def test_no_phantom_optimizer_is_kept(features):
    assert make(features).optimizer is None


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_fit_runs_in_every_precision_with_and_without_xla(features, dtype, jit_compile):
    gan = make(features, dtype, jit_compile=jit_compile)
    dataset = tf.data.Dataset.from_tensors(batch()).repeat()
    history = gan.fit(dataset, steps_per_epoch=2, epochs=2, verbose=0, shuffle=False)
    for name, values in history.history.items():
        assert np.isfinite(values).all(), name
    if dtype == "mixed_float16":
        for optimizer in (gan.g_optimizer, gan.d_optimizer):
            assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def test_half_precision_takes_nearly_the_same_step(features):
    logs = {
        dtype: make(features, dtype).train_step(batch())
        for dtype in ("float32", "mixed_float16")
    }
    for name, value in logs["float32"].items():
        assert float(logs["mixed_float16"][name]) == pytest.approx(
            float(value), rel=0.02, abs=0.02
        )


def test_an_overflow_under_float16_skips_the_step(features):
    gan = make(features, "mixed_float16")
    before = gan.generator.get_weights()
    photo, cartoon, smooth = batch()
    gan.train_step((photo * np.inf, cartoon, smooth))
    assert all(map(np.array_equal, before, gan.generator.get_weights()))


def test_optimizers_are_built_before_the_first_step(features):
    gan = make(features)
    assert gan.g_optimizer.built and gan.d_optimizer.built
    wrapped = prepare_optimizer(None, Generator(2, 0, dtype="mixed_float16"))
    assert wrapped.built and wrapped.dynamic_scale is not None
    already = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())
    assert prepare_optimizer(already, gan.generator) is already


def test_initialization_brings_the_photo_back(features):
    keras.utils.set_random_seed(1)
    phase = InitializationPhase(Generator(8, 0), features)
    phase.compile(keras.optimizers.Adam(2e-3))
    photo = tf.image.resize(batch(4, 1)[0], (32, 32))  # smooth, so there is a way
    dataset = tf.data.Dataset.from_tensors((photo, photo, photo)).repeat()
    near = [float(tf.reduce_mean(abs(phase(photo) - photo)))]
    history = phase.fit(dataset, steps_per_epoch=60, verbose=0, shuffle=False)
    near.append(float(tf.reduce_mean(abs(phase(photo) - photo))))
    assert list(history.history) == ["content_loss"]
    assert near[1] < 0.5 * near[0]


def test_models_round_trip_with_their_parts(features, tmp_path):
    small = VGG19Features("random", LAYERS[0])
    gan = CartoonGAN(Generator(2, 1), PatchDiscriminator(2), small)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(gan)
    )
    assert type(again) is CartoonGAN
    assert again.generator.get_config() == gan.generator.get_config()
    assert again.discriminator.filters == 2
    phase = InitializationPhase(Generator(2, 1), small)
    assert type(InitializationPhase.from_config(phase.get_config()).features) is (
        VGG19Features
    )
    gan.compile()
    gan(batch()[0])
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras", compile=False)
    photo = batch()[0]
    assert np.array_equal(loaded(photo), gan(photo))


@pytest.mark.parametrize(
    "bad",
    [
        {"adversarial_loss": "hinge"},
        {"content_loss": "l3"},
        {"content_weight": -1.0},
        {"d_floor": -0.1},
    ],
)
def test_bad_losses_are_refused_with_the_rule(features, bad):
    (name,) = bad
    with pytest.raises(ValueError, match=rf"`{name}` must .* Received: {name}="):
        make(features, **bad)


@pytest.mark.parametrize("floor, learns", [(1e-6, True), (100.0, False)])
def test_a_discriminator_below_its_floor_learns_nothing(features, floor, learns):
    gan = make(features, d_floor=floor)
    before = [v.numpy() for v in gan.discriminator.trainable_variables]
    painter = [v.numpy() for v in gan.generator.trainable_variables]
    gan.train_step(batch())
    after = [v.numpy() for v in gan.discriminator.trainable_variables]
    assert learns != all(map(np.array_equal, before, after))
    # the generator learns all the same
    now = [v.numpy() for v in gan.generator.trainable_variables]
    assert not all(map(np.array_equal, painter, now))


@pytest.mark.slow
def test_the_readmes_python_runs(folder, tmp_path, monkeypatch):
    import cartoongan_tf as cg

    monkeypatch.chdir(tmp_path)
    features = cg.VGG19Features("random", LAYERS[0])
    gan = cg.CartoonGAN(cg.Generator(2, 0), cg.PatchDiscriminator(2), features)
    gan.compile(content_weight=6e-4)
    dataset = cg.load_dataset(folder, batch_size=2, image_size=32)
    grid = cg.PhotoGrid(np.zeros((2, 32, 32, 3), np.uint8))
    history = gan.fit(dataset, epochs=2, callbacks=[grid], verbose=0)
    assert len(history.history["g_loss"]) == 2
    assert sorted(p.name for p in (tmp_path / "samples").iterdir()) == [
        "joint_0001.png", "joint_0002.png",
    ]  # fmt: skip


def weights(gan):
    return [v.numpy() for v in gan.generator.variables + gan.discriminator.variables]


def test_a_batch_in_parts_is_the_whole_batch(features):
    data = batch(count=4)
    whole, parts = (make(features, accumulate=count) for count in (1, 4))
    logs = [gan.train_step(data) for gan in (whole, parts)]
    for one, other in zip(weights(whole), weights(parts), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6, rtol=1e-4)
    for name in logs[0]:
        assert float(logs[0][name]) == pytest.approx(float(logs[1][name]), rel=1e-3)


def test_an_initialization_batch_in_parts_is_the_whole_batch(features):
    ends = []
    for count in (1, 2):
        keras.utils.set_random_seed(0)
        phase = InitializationPhase(Generator(4, 1), features)
        phase.compile(keras.optimizers.SGD(0.01), accumulate=count)
        phase.train_step(batch(count=4))
        ends.append([v.numpy() for v in phase.generator.variables])
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("start", [1e-4, 100.0])
def test_balance_holds_the_ratio_wherever_the_weight_begins(features, start):
    gan = make(features, rate=1e-4, content_weight=start, balance=0.5)
    step = tf.function(gan.train_step)
    for number in range(120):
        if number == 60:
            gan.reset_metrics()
        logs = step(batch(seed=number))
    assert float(logs["content_ratio"]) == pytest.approx(0.5, rel=0.15)


def test_the_ratio_is_that_of_the_two_gradients_at_the_picture(features):
    gan = make(features, content_weight=0.03)
    photo, cartoon, smooth = batch()
    fake = gan.generator(photo)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake)
        adversarial = losses.least_squares_g_loss(gan.discriminator(fake))
        content = 0.03 * losses.l1_content_loss(features(fake), features(photo))
    wanted = tf.norm(tape.gradient(content, fake)) / tf.norm(
        tape.gradient(adversarial, fake)
    )
    ratio = gan.train_step((photo, cartoon, smooth))["content_ratio"]
    assert float(ratio) == pytest.approx(float(wanted), rel=1e-4)


def test_the_discriminator_gets_its_fakes_from_the_pool(features):
    """A full pool of grey: the discriminator's loss is that of grey ones."""
    pool = FakePool(2, 32, 0)
    gan = make(features, rate=0.0, pool=pool)
    data = batch()
    gan.train_step(data)  # fills it
    pool.pictures.assign(tf.zeros_like(pool.pictures))
    seen = set()
    for _ in range(8):
        gan.reset_metrics()
        seen.add(round(float(gan.train_step(data)["d_loss"]), 6))
        pool.pictures.assign(tf.zeros_like(pool.pictures))
    assert len(seen) > 1  # some of now, some grey


def test_without_edges_smooth_pictures_teach_nothing(features):
    photo, cartoon, smooth = batch()
    ends = []
    for other in (smooth, -smooth):
        gan = make(features, edges=False)
        gan.train_step((photo, cartoon, other))
        ends.append(weights(gan))
    assert all(np.array_equal(*pair) for pair in zip(*ends, strict=True))
    gan = make(features)
    gan.train_step((photo, cartoon, smooth))
    assert not all(
        np.array_equal(*pair) for pair in zip(ends[0], weights(gan), strict=True)
    )


def test_clipping_bounds_what_a_step_changes(features):
    free, clipped = make(features, rate=1.0), make(features, rate=1.0, clip_norm=1e-3)
    for gan in (free, clipped):
        before = weights(gan)
        gan.train_step(batch())
        count = len(gan.generator.variables)
        moved = [a - b for a, b in zip(weights(gan), before, strict=True)]
        norms = [
            np.sqrt(sum((m**2).sum() for m in part))
            for part in (moved[:count], moved[count:])
        ]
        if gan is clipped:
            assert np.allclose(norms, 1e-3, rtol=1e-3)
        else:
            assert min(norms) > 1e-2


def test_jitter_shows_the_networks_windows_that_move_with_the_step(features):
    sizes, whole = [], batch()
    gan = make(features, jitter=8)

    class Spy(keras.Model):
        def call(self, x):
            sizes.append(x.numpy())
            return features(x)

    gan.features = Spy()
    for _ in range(3):
        gan.train_step(whole)
    height, width = whole[0].shape[1:3]
    assert {x.shape[1:3] for x in sizes} == {(height - 8, width - 8)}
    targets = sizes[::2]  # of the same photos
    assert not np.array_equal(targets[0], targets[1])


def test_jitter_is_decided_by_the_step_alone(features):
    runs = []
    for _ in range(2):
        gan = make(features, jitter=8)
        runs.append([float(gan.train_step(batch())["content_loss"]) for _ in range(2)])
    assert runs[0] == runs[1]


def test_initialization_by_pixels_asks_no_features():
    generator = Generator(4, 1)
    phase = InitializationPhase(generator, None)
    phase.compile(keras.optimizers.SGD(0.01), pixels=True)
    data = batch()
    expected = np.abs(generator(data[0]) - data[0]).mean()
    assert float(phase.train_step(data)["content_loss"]) == pytest.approx(expected)


def test_grain_is_held_down_by_its_share_of_the_adversarial_gradient(features):
    data = batch()
    moved = {}
    for grain in (0.0, 5.0):
        gan = make(features, rate=0.01, grain=grain)
        before = float(losses.measure_grain(gan.generator(data[0])))
        for _ in range(3):
            gan.train_step(data)
        moved[grain] = float(losses.measure_grain(gan.generator(data[0]))) / before
    assert moved[5.0] < moved[0.0]


def test_tone_is_held_to_what_content_wants(features):
    data = batch()
    moved = {}
    for tone in (0.0, 5.0):
        gan = make(features, rate=0.01, tone=tone)
        before = float(losses.measure_tone(gan.generator(data[0]), data[0]))
        for _ in range(3):
            gan.train_step(data)
        after = float(losses.measure_tone(gan.generator(data[0]), data[0]))
        moved[tone] = after / before
    assert moved[5.0] < moved[0.0]
