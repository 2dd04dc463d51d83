"""The networks of a plan on a card: made, and their weights written and read again."""

import jax_step  # first: it chooses Keras's backend

# isort: split
import json
from dataclasses import asdict

import jax
import numpy as np
from jax import numpy as jnp

from cartoongan_tf.networks.discriminators import (
    FeatureDiscriminator,
    PatchDiscriminator,
)
from cartoongan_tf.networks.features import VGG16Features
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.palettes import Palette, measure
from cartoongan_tf.pictures import images, layout
from cartoongan_tf.plans.plans import PRECISIONS
from cartoongan_tf.porting import arrays

SAMPLES = 6


def make_networks(plan):
    """Generator, discriminator and content network of a plan."""
    dtype = PRECISIONS[plan.mixed_precision]
    if plan.norm in ("batch", "global"):
        # Means that a network learns beside its weights are not carried by jax_step.
        raise SystemExit(
            f"error: `norm` must be instance or none. Received: norm={plan.norm}"
        )
    if plan.generator == "light":
        generator = LightGenerator(
            trunk=plan.filters,
            num_blocks=plan.num_blocks,
            norm=plan.norm,
            recolor=plan.recolor,
            dtype=dtype,
        )
    else:
        generator = Generator(
            plan.filters, plan.num_blocks, dtype, recolor=plan.recolor
        )
    if plan.discriminator == "features":
        judge = FeatureDiscriminator(plan.d_filters, dtype=dtype)
    else:
        judge = PatchDiscriminator(
            plan.d_filters, plan.d_normalization, plan.d_bands, dtype
        )
    features = VGG16Features(
        layer=plan.content_layer,
        image_size=plan.content_size or None,
        shrink=plan.content_shrink,
        precision=plan.content_precision,
    )
    return generator, judge, features


def write_state(folder, step: int, joint, state, training_set, plan, keep=False):
    """Weights of both networks and of the average, float16; a grid to look at.

    Of Adam's moments nothing is kept: they would be twice the weights again.
    """
    joint.finish(state, averaged=False)
    arrays.write_arrays(joint.generator, folder / "raw")
    arrays.write_arrays(joint.discriminator, folder / "discriminator")
    joint.finish(state)
    photos = training_set.photos
    if plan.recolor:
        recolor(joint.generator, photos, training_set.cartoons)
    arrays.write_arrays(joint.generator, folder / "generator")
    count = min(SAMPLES, len(photos))
    picked = [photos[n * len(photos) // count] for n in range(count)]
    call = jax.jit(jax_step.function_of(joint.generator))
    pairs = [[_square(p), draw(joint.generator, _square(p), call)] for p in picked]
    rows = [layout.side_by_side(*pair) for pair in pairs]
    images.write(folder / "samples.png", layout.stack(rows))
    weight = float(state["weight"])
    said = {"step": step, "content_weight": weight, "plan": asdict(plan)}
    if keep:
        kept = folder / "kept"
        kept.mkdir(exist_ok=True)
        arrays.write_arrays(joint.generator, kept / f"{step:06d}")
        images.write(kept / f"{step:06d}.png", layout.stack(rows))
    (folder / "state.json").write_text(json.dumps(said, indent=2) + "\n")


def recolor(generator, photos, cartoons):
    """Fits the generator's last layer, as `models/recoloring.py` does."""
    layer = generator.get_layer("recolored")
    layer.matrix.assign(np.eye(3))
    layer.bias.assign(np.zeros(3))
    count = min(32, len(photos))
    places = np.linspace(0, len(photos) - 1, count).astype(int)
    palette = Palette()
    call = jax.jit(jax_step.function_of(generator))
    fakes = [draw(generator, _square(photos[int(at)]), call) for at in places]
    palette.fit(measure(fakes), measure(cartoons))
    layer.matrix.assign(palette.matrix.value)
    layer.bias.assign(palette.bias.value)


def draw(generator, pixels, call):
    """A cartoon of uint8 pixels, uint8; `call` is the generator's jitted function."""
    signed = images.to_signed(pixels[None].astype(np.float32))
    answer = call(jax_step.values_of(generator.trainable_variables), signed)
    return images.to_uint8(np.asarray(answer))[0]


def _square(pixels, side=256):
    short = min(pixels.shape[:2])
    top, left = ((s - short) // 2 for s in pixels.shape[:2])
    return images.resize(pixels[top : top + short, left : left + short], side, side)


def read_average(generator, folder):
    """The trainable values of the averaged generator that was written."""
    _, values = arrays.read_values(sorted(folder.glob("generator-*.npz")))
    present = generator.get_weights()
    generator.set_weights(values)
    average = [jnp.array(v) for v in jax_step.values_of(generator.trainable_variables)]
    generator.set_weights(present)
    return average
