"""Facts about the pool of past fakes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.models.pools import FakePool


def pictures(first, count):
    """Pictures that tell their number."""
    numbers = np.arange(first, first + count, dtype=np.float32)
    return tf.constant(np.tile(numbers[:, None, None, None], (1, 4, 4, 3)))


def number(pictures):
    return np.asarray(pictures)[:, 0, 0, 0].astype(int).tolist()


def test_until_it_is_full_it_gives_back_what_it_gets():
    pool = FakePool(5, 4)
    assert number(pool(pictures(1, 2))) == [1, 2]
    assert number(pool(pictures(3, 2))) == [3, 4]
    assert number(pool.pictures) == [1, 2, 3, 4, 0]
    assert number(pool(pictures(5, 1))) == [5]
    assert number(pool.pictures) == [1, 2, 3, 4, 5]


def test_a_batch_over_the_brim_fills_the_free_places_first():
    pool = FakePool(3, 4)
    pool(pictures(1, 2))
    assert number(pool(pictures(3, 2)))[0] == 3
    assert number(pool.pictures)[2] == 3


def test_no_picture_is_lost_or_doubled():
    pool = FakePool(8, 4)
    given = []
    for step in range(30):
        given += number(pool(pictures(4 * step, 4)))
    kept = number(pool.pictures)
    assert len(set(kept)) == 8
    # All but what was first given back while the pool was being filled: once each.
    assert set(given) | set(kept) == set(range(120))
    assert sorted(given + kept) == sorted([*range(120), *range(8)])


def test_half_of_what_a_full_pool_gives_is_old():
    pool = FakePool(10, 4)
    pool(pictures(0, 10))
    new = 0
    for step in range(1, 101):
        new += sum(n >= 10 * step for n in number(pool(pictures(10 * step, 10))))
    assert 0.45 < new / 1000 < 0.55


def test_chance_comes_from_the_seed_and_the_counter_alone():
    def run(seed):
        pool = FakePool(4, 4, seed)
        tf.random.set_seed(run.calls)
        run.calls += 1
        return [number(pool(pictures(4 * step, 4))) for step in range(8)]

    run.calls = 0
    assert run(0) == run(0) != run(1)


def test_a_graph_chooses_as_eagerly_and_xla_by_numbers_of_its_own():
    results = []
    for jit_compile in (None, False, True, True):
        pool = FakePool(4, 4)
        step = pool.__call__
        if jit_compile is not None:
            step = tf.function(step, jit_compile=jit_compile)
        results.append([number(step(pictures(3 * n, 3))) for n in range(8)])
    assert results[0] == results[1]
    assert results[2] == results[3]
    assert any(min(batch) < 3 * n for n, batch in enumerate(results[2]))


def test_no_gradient_passes():
    x = tf.Variable(pictures(0, 2))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(FakePool(4, 4)(x))
    assert tape.gradient(y, x) is None


REPLICAS = """
import numpy as np, tensorflow as tf
from cartoongan_tf.models.pools import FakePool
cpu = tf.config.list_physical_devices("CPU")[0]
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, two)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
def pictures(step):
    numbers = tf.range(4 * step, 4 * step + 4.0)
    return tf.reshape(numbers, (4, 1, 1, 1)) * tf.ones((4, 4, 3))
whole = FakePool(6, 4)
with strategy.scope():
    shared = FakePool(6, 4)
run = tf.function(lambda batch: strategy.run(shared, (batch,)))
for step in range(12):
    batch = pictures(float(step))
    halves = strategy.experimental_distribute_values_from_function(
        lambda context: tf.split(batch, 2)[context.replica_id_in_sync_group])
    given = tf.concat(strategy.experimental_local_results(run(halves)), 0)
    assert np.array_equal(given, whole(batch)), step
for copy in strategy.experimental_local_results(shared.pictures.value):
    assert np.array_equal(copy, whole.pictures)
path = tf.train.Checkpoint(p=shared.pictures.value).write("pool")
shared.pictures.assign(shared.pictures * 0)
tf.train.Checkpoint(p=shared.pictures.value).read(path).assert_consumed()
for copy in strategy.experimental_local_results(shared.pictures.value):
    assert np.array_equal(copy, whole.pictures)
"""


@pytest.mark.slow
def test_replicas_share_one_pool(tmp_path):
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", REPLICAS],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_bad_values_are_refused_with_the_rule():
    with pytest.raises(ValueError, match="`size` must be .*size=0"):
        FakePool(0)
    with pytest.raises(ValueError, match="must be 8x8 RGB.*Received: shape"):
        FakePool(4, 8)(pictures(0, 2))
    with pytest.raises(ValueError, match="must fit into the pool.*a batch of 5"):
        FakePool(4, 4)(pictures(0, 5))
