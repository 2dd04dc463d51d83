"""How fast a card takes the joint step, and each network by itself."""

import jax_step  # first: it chooses Keras's backend

# isort: split
import math
import time
from dataclasses import replace

import jax
import keras
import numpy as np
from jax import numpy as jnp

# Of dense bfloat16 products, by the datasheets, in operations a second.
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40": 362e12, "L4": 121e12}


def bench(plan, make_networks, sizes, repeats):
    """Prints pictures a second and the share of the card's peak.

    Args:
        plan: A `Plan`.
        make_networks: Gives generator, discriminator and content network of a plan.
        sizes: Of batches.
        repeats: Steps that are timed.
    """
    device = jax.devices()[0]
    peak = next((v for k, v in PEAKS.items() if k in device.device_kind), None)
    print(f"{device.device_kind}, jax {jax.__version__}, keras {keras.__version__}")
    rng = np.random.default_rng(0)
    print("| batch | precision | pictures/s | ms a step | Tflop | of the bf16 peak |")
    print("|---|---|---|---|---|---|")
    for size in sizes:
        for precision in ("bfloat16", "float32"):
            mixed = replace(plan, mixed_precision=precision, batch_size=size)
            joint = jax_step.Joint(*make_networks(mixed), mixed, 1000)
            shape = (size, mixed.image_size, mixed.image_size, 3)
            batch = [jnp.asarray(rng.uniform(-1, 1, shape), jnp.float32)] * 3
            state = joint.start()
            work = count_operations(joint._step, state, *batch)
            seconds = _time_step(joint, state, batch, repeats)
            share = f"{work / seconds / peak:.3f}" if peak else "?"
            print(
                f"| {size} | {precision} | {size / seconds:.1f} | "
                f"{1000 * seconds:.1f} | {work / 1e12:.2f} | {share} |",
                flush=True,
            )
    plan = replace(plan, mixed_precision="bfloat16", batch_size=sizes[0])
    _bench_parts(plan, make_networks, repeats, rng)


def count_operations(function, *arguments) -> int:
    """Multiplications and additions of a function's convolutions and products.

    XLA's own count leaves out what cuDNN does, which is nearly all.
    """
    return _count(jax.make_jaxpr(function)(*arguments).jaxpr)


def _count(jaxpr) -> int:
    total = 0
    for step in jaxpr.eqns:
        kind, values = step.primitive.name, step.params
        if kind == "conv_general_dilated":
            kernel = step.invars[1].aval.shape
            outer = kernel[values["dimension_numbers"].rhs_spec[0]]
            each = math.prod(kernel) // outer  # a group's own channels already
            # Between an enlarged input's pixels stand zeros, which nobody multiplies.
            each = each / math.prod(values["lhs_dilation"])
            total += 2 * math.prod(step.outvars[0].aval.shape) * each
        elif kind == "dot_general":
            (inner, _), _ = values["dimension_numbers"]
            shape = step.invars[0].aval.shape
            each = math.prod(shape[axis] for axis in inner)
            total += 2 * math.prod(step.outvars[0].aval.shape) * each
        for value in values.values():
            for part in value if isinstance(value, (list, tuple)) else (value,):
                inside = getattr(part, "jaxpr", part)
                if hasattr(inside, "eqns"):
                    total += _count(inside)
    return round(total)


def _time_step(joint, state, batch, repeats):
    for _ in range(2):
        state, logs = joint.step(state, *batch)
    jax.block_until_ready(logs)
    began = time.perf_counter()
    for _ in range(repeats):
        state, logs = joint.step(state, *batch)
    jax.block_until_ready(state)
    return (time.perf_counter() - began) / repeats


def _bench_parts(plan, make_networks, repeats, rng):
    """Forward and backward of each network by itself."""
    size = plan.batch_size
    shape = (size, plan.image_size, plan.image_size, 3)
    picture = jnp.asarray(rng.uniform(-1, 1, shape), jnp.float32)
    print(f"\n| network, forward and back, batch {size} | ms |\n|---|---|")
    names = ("generator", "discriminator", "content network")
    for name, network in zip(names, make_networks(plan), strict=True):
        call = jax_step.function_of(network)

        def loss(values, picture, call=call):
            return jnp.mean(jnp.square(call(values, picture)))

        both = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))
        values = jax_step.values_of(network.trainable_variables)
        jax.block_until_ready(both(values, picture))
        began = time.perf_counter()
        for _ in range(repeats):
            found = both(values, picture)
        jax.block_until_ready(found)
        spent = 1000 * (time.perf_counter() - began) / repeats
        print(f"| {name} | {spent:.1f} |", flush=True)
