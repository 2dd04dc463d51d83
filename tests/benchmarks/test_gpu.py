"""Facts about the training for a lent card, on the CPU."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.data.batches import open_folder
from cartoongan_tf.data.triples import draw_triple
from cartoongan_tf.porting.arrays import read_generator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
TINY = (
    "image_size=32 batch_size=2 filters=4 num_blocks=1 d_filters=4 init_epochs=1 "
    "steps_per_epoch=2 epochs=2 content_layer=block1_conv2 mixed_precision=float32"
).split()


CPU = {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}


def run_jax(words, cwd, **environment):
    pytest.importorskip("jax", reason="`pip install jax` runs the step in JAX")
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=cwd,
        env={**os.environ, **CPU, **environment},
        capture_output=True,
        text=True,
        timeout=900,
    )


def gpu(*words, cwd):
    return run_jax((ROOT / "benchmarks" / "gpu.py", *words), cwd)


def in_jax(code, cwd):
    return run_jax(("-c", code), cwd, PYTHONPATH=f"{ROOT}:{ROOT / 'benchmarks'}")


def test_a_packed_set_has_the_pictures_and_gives_the_triples_of_training(folder):
    from gpu_data import Batches, pack, unpack

    from cartoongan_tf.plans.plans import Plan

    said = pack(folder, folder / "set.npz", 48)
    assert "5 photos, 4 cartoons" in said
    packed, whole = unpack(folder / "set.npz"), open_folder(folder, 32)
    for one, other in zip(packed.photos.sources, range(5), strict=True):
        assert np.abs(one.astype(int) - whole.photos[other]).mean() < 6  # JPEG
    plan = Plan("mine", "packed", batch_size=2, image_size=32, seed=5)
    batches = Batches(packed, plan, start=3)
    try:
        for step in (3, 4):
            batch = batches.next()
            for place, number in enumerate((2 * step, 2 * step + 1)):
                triple = draw_triple(packed, number, 32, 5)
                for part, picture in zip(batch, triple, strict=True):
                    assert np.array_equal(part[place], picture)
    finally:
        batches.close()


def test_a_set_that_is_too_large_is_refused_with_what_to_do(folder):
    from gpu_data import pack

    with pytest.raises(ValueError, match="give a smaller --short-side"):
        pack(folder, folder / "set.npz", 48, most_bytes=1000)
    assert not (folder / "set.npz").exists()


def test_what_fails_in_a_thread_is_told_where_batches_are_taken(folder):
    from gpu_data import Batches, pack, unpack

    from cartoongan_tf.plans.plans import Plan

    pack(folder, folder / "set.npz", 48)
    packed = unpack(folder / "set.npz")
    packed.photos.sources[:] = [folder / "gone.png"] * 5
    batches = Batches(packed, Plan("mine", "p", batch_size=1, image_size=32), 0)
    with pytest.raises(ValueError, match="At least one picture must be readable"):
        batches.next()
    batches.close()


@pytest.mark.slow
def test_a_style_is_trained_goes_on_and_comes_back(folder, tmp_path):
    done = gpu("pack", folder, "--out", "set.npz", "--short-side", 48, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    train = ("train", "--data", "set.npz", "--out", "run", "--set", *TINY)
    done = gpu(*train, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "step 6 of 6" in done.stdout
    done = gpu(*train, "epochs=3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "goes on from step 6" in done.stdout and "step 8 of 8" in done.stdout
    assert json.loads((tmp_path / "run" / "state.json").read_text())["step"] == 8
    generator = read_generator((tmp_path / "run").glob("generator-*.npz"))
    assert generator.filters == 4 and generator.recolor
    assert (tmp_path / "run" / "samples.png").is_file()


@pytest.mark.slow
def test_bad_input_is_one_line(tmp_path):
    done = gpu("pack", "nowhere", "--out", "set.npz", cwd=tmp_path)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: There must be photos/ and cartoons/.")


DISTILL = """
import gpu, gpu_lessons
gpu_lessons.SHAPES = {{(32, 48): 0.5, (32, 32): 0.5}}
gpu_lessons.MARGIN, gpu_lessons.CHUNK = 8, 4
from cartoongan_tf.networks.generators import Generator
Generator(4, 1).save("one.keras"); Generator(4, 1).save("two.keras")
gpu.main("pack-photos {photos} --out photos.npz --short-side 48 --hold-out 3".split())
for name in ("one", "two"):
    gpu.main(["pack-teacher", name + ".keras", "--out", name + ".npz"])
gpu.main(
    "distill --data photos.npz --teacher one.npz two.npz --out out --views 64 "
    "--steps 40 --set batch_size=2 width=4 trunk=32 num_blocks=1 learning_rate=0.01"
    .split()
)
"""


@pytest.mark.slow
def test_light_generators_are_taught_from_tables_of_views(folder, tmp_path):
    done = in_jax(DISTILL.format(photos=folder / "photos"), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "64 views of 3 photos" in done.stdout  # one in three of five stays
    taught = [
        read_generator((tmp_path / "out" / name).glob("light-*.npz"))
        for name in ("one", "two")
    ]
    first = [network.get_weights()[0] for network in taught]
    assert not np.array_equal(*first)  # each by its own teacher
    for name in ("one", "two"):
        log = (tmp_path / "out" / name / "log.txt").read_text()
        assert "40 steps: PSNR" in log


COUNT = """
import sys, gpu_bench, jax_step, jax
from jax import numpy as jnp
from cartoongan_tf.networks.generators import Generator
network = Generator(8, 1)
photo = jax.ShapeDtypeStruct((1, 64, 64, 3), jnp.float32)
values = jax_step.values_of(network.trainable_variables)
print(gpu_bench.count_operations(jax_step.function_of(network), values, photo))
"""


def test_the_count_of_operations_is_that_of_the_exported_file(tmp_path):
    from cartoongan_tf.exporting import tflite
    from cartoongan_tf.networks.generators import Generator

    done = in_jax(COUNT, tmp_path)
    assert done.returncode == 0, done.stderr
    counted = int(done.stdout.split()[-1]) / 2
    model = tflite.convert(Generator(8, 1), 64)
    macs = sum(c.macs for c in tflite.find_convolutions(model))
    assert counted == pytest.approx(macs, rel=0.02)
