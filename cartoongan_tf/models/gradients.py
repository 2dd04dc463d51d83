"""What happens to gradients between the tape and the optimizer."""

import keras
import tensorflow as tf


def replicas() -> int:
    """Over how many devices a batch is spread."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def sum_replicas(tensors):
    """The sum of each tensor over all devices; the tensors themselves on one."""
    if replicas() == 1:
        return tensors
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tensors)


def apply(optimizer, gradients, variables, clip_norm: float = 0.0) -> None:
    """Applies gradients that `tf.distribute` has spread over devices.

    Losses must have been divided by `replicas()`: the optimizer sums.

    An infinite gradient on one device is made one on all. Keras's loss scaling asks
    each device about its own gradients alone: the others would take the step, add up
    the infinity and write it into the weights (mirrored), or wait for the one that
    skips it for ever (multi-worker).

    Args:
        optimizer: Built for `variables`.
        gradients: One for each variable, times the loss scale where there is one.
        variables: Of the network.
        clip_norm: The largest norm of all gradients together, the scale taken off;
            0 for any.
    """
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if clip_norm:
        # The norm is that of the sum over devices, and the optimizer will sum again.
        gradients = sum_replicas(gradients)
        scale = tf.cast(optimizer.dynamic_scale, tf.float32) if scaled else 1.0
        gradients, _ = tf.clip_by_global_norm(gradients, clip_norm * scale)
        gradients = [gradient / replicas() for gradient in gradients]
    elif scaled and replicas() > 1:
        finite = [tf.reduce_all(tf.math.is_finite(each)) for each in gradients]
        broken = 1.0 - tf.cast(tf.reduce_all(finite), tf.float32)
        broken = sum_replicas([broken])[0] > 0
        gradients = [
            tf.where(broken, tf.cast(float("inf"), each.dtype), each)
            for each in gradients
        ]
    optimizer.apply(gradients, variables)


def mean_of_parts(function, data, parts: int) -> list:
    """The mean of what a function returns for each of a batch's parts, in turn."""
    if parts == 1:
        return function(*data)
    total = None
    for part in zip(*(tf.split(each, parts) for each in data), strict=True):
        if total is None:
            total = function(*part)
            continue
        # In turn: side by side they would need the memory of the whole batch.
        with tf.control_dependencies(total):
            result = function(*(tf.identity(each) for each in part))
        total = [a + b for a, b in zip(total, result, strict=True)]
    return [each / parts for each in total]


def squared_norm(x):
    """The sum of squares, in float32."""
    return tf.reduce_sum(tf.square(tf.cast(x, tf.float32)))
