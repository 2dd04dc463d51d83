"""The devices that a training is spread over: one, all of a machine, or many machines'.

Every device takes its part of the same batch, so a run does not depend on their number.
"""

import json
import os

import tensorflow as tf

STRATEGIES = ("one", "mirrored", "multi-worker")


def make_strategy(name: str = "one") -> tf.distribute.Strategy:
    """The strategy of a name.

    Args:
        name: `"one"` device; `"mirrored"`, all GPUs of this machine, or its logical
            CPUs; `"multi-worker"`, the machines that the environment's `TF_CONFIG`
            names. That one must be made before TensorFlow has done anything else.

    Raises:
        ValueError: For another name, or a `TF_CONFIG` that does not say what it must.
    """
    if name == "one":
        return tf.distribute.get_strategy()
    if name == "mirrored":
        kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        devices = [device.name for device in tf.config.list_logical_devices(kind)]
        return tf.distribute.MirroredStrategy(devices)
    if name == "multi-worker":
        _check_cluster(os.environ.get("TF_CONFIG"))
        try:
            return tf.distribute.MultiWorkerMirroredStrategy()
        except RuntimeError as error:
            raise ValueError(
                "`--strategy multi-worker` must come before all other work of the "
                f"process. Received: {error}"
            ) from error
    raise ValueError(
        f"`strategy` must be one of {', '.join(STRATEGIES)}. Received: strategy={name}"
    )


def _check_cluster(text: str | None) -> None:
    example = (
        '{"cluster": {"worker": ["host-a:2222", "host-b:2222"]}, '
        '"task": {"type": "worker", "index": 0}}'
    )
    try:
        config = json.loads(text or "")
        workers, task = config["cluster"]["worker"], config["task"]
        all(isinstance(worker, str) for worker in workers)
        fits = task["type"] == "worker" and 0 <= task["index"] < len(workers)
    except (ValueError, KeyError, TypeError):
        fits = False
    if not fits:
        raise ValueError(
            "`--strategy multi-worker` must find in the environment a TF_CONFIG such "
            f"as {example}. Received: TF_CONFIG={text!r}"
        )


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process is the one that writes: of many, the worker 0."""
    resolver = strategy.cluster_resolver
    return resolver is None or (resolver.task_id or 0) == 0


def is_many(strategy: tf.distribute.Strategy) -> bool:
    """Whether other processes take part."""
    resolver = strategy.cluster_resolver
    return resolver is not None and resolver.cluster_spec().num_tasks("worker") > 1


def create(strategy, *makers) -> list:
    """Networks on a strategy's devices, with the weights they would have on one.

    Args:
        strategy: Whose devices.
        makers: Functions that make one each. All in one call: each network made takes
            from the random numbers of the next.
    """
    networks = [make() for make in makers]
    if strategy is tf.distribute.get_strategy():
        return networks
    with strategy.scope():
        spread = [make() for make in makers]
    for network, copy in zip(networks, spread, strict=True):
        copy.set_weights(network.get_weights())
    return spread


def share_from_chief(strategy, variables) -> None:
    """Gives every process the chief's values, to the bit; the chief alone has the disk.

    Every process must call it, with the same variables.
    """
    if not is_many(strategy):
        return
    mine = is_chief(strategy)

    @tf.function(reduce_retracing=True)
    def add(value):
        # One replica of the chief's stands for all: the others add zeros.
        context = tf.distribute.get_replica_context()
        first = context.replica_id_in_sync_group == 0
        value = tf.where(first, value, tf.zeros_like(value))
        return context.all_reduce(tf.distribute.ReduceOp.SUM, value)

    for variable in variables:
        value = variable.read_value()
        value = value if mine else tf.zeros_like(value)
        total = strategy.run(add, (value,))
        variable.assign(strategy.experimental_local_results(total)[0])


def sum_processes(strategy, value: int) -> int:
    """The sum of a number over all processes; each must call it at the same point."""
    total = strategy.run(_sum, (tf.constant(value),))
    return int(strategy.experimental_local_results(total)[0])


def average(strategy, values: dict) -> dict[str, float]:
    """The means over all devices of what each has; every process must call it."""
    mean = tf.distribute.ReduceOp.MEAN
    return {
        name: float(strategy.reduce(mean, value, axis=None))
        for name, value in values.items()
    }


@tf.function
def _sum(value):
    context = tf.distribute.get_replica_context()
    # An argument is on no device yet, and TensorFlow asks where the sum shall go.
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(value))


def distribute(strategy, make_part) -> tf.distribute.DistributedDataset:
    """A dataset whose every batch is spread over the devices.

    Args:
        strategy: Over whose.
        make_part: `(part, parts, replicas) -> tf.data.Dataset`: the part of every batch
            that this process feeds, of so many processes, in as many batches a step as
            it has devices.
    """

    def make(context):
        local = context.num_replicas_in_sync // context.num_input_pipelines
        parts = context.num_input_pipelines
        return make_part(context.input_pipeline_id, parts, local)

    return strategy.distribute_datasets_from_function(make)
