"""Averages of weights, over a network's steps and of several networks."""

from contextlib import contextmanager

import tensorflow as tf


class WeightAverage:
    """An exponential moving average of a network's weights.

    A generator that plays against a discriminator circles around a good state; the mean
    of the circle is nearer to it. The first steps are averaged faster, so that a short
    training does not end with a tenth of its random start: after `t` steps the momentum
    is at most `(1 + t) / (10 + t)`.

    Args:
        network: A built `keras.Model`.
        momentum: Part of the average that stays each step, 0..1.

    Reference: Yazici et al., "The Unusual Effectiveness of Averaging in GAN Training",
    2019; the warm-up as in `tf.train.ExponentialMovingAverage`.
    """

    def __init__(self, network, momentum: float):
        if not 0 <= momentum < 1:
            raise ValueError(
                f"`ema` must be at least 0 and less than 1. Received: ema={momentum}"
            )
        self.network, self.momentum = network, momentum
        # Every replica computes the same average, so the first one's is as good as any.
        self.steps = _variable(tf.constant(0.0))
        self.averages = [_variable(v.value) for v in network.variables]

    @property
    def variables(self) -> list[tf.Variable]:
        """What a checkpoint must hold."""
        return [self.steps, *self.averages]

    def update(self) -> None:
        """Takes the network's present weights in; call it after each of its updates."""
        steps = tf.convert_to_tensor(self.steps)
        stays = tf.minimum(self.momentum, (1.0 + steps) / (10.0 + steps))
        for average, variable in zip(
            self.averages, self.network.variables, strict=True
        ):
            # a + (1 - m)(v - a): exact where nothing changes
            step = (1.0 - stays) * (tf.convert_to_tensor(variable.value) - average)
            average.assign(average + tf.cast(step, average.dtype))
        self.steps.assign(steps + 1.0)

    @contextmanager
    def applied(self):
        """The network with its averaged weights, for as long as the context lasts."""
        raw = [tf.identity(v.value) for v in self.network.variables]
        for variable, average in zip(
            self.network.variables, self.averages, strict=True
        ):
            variable.value.assign(average.read_value())
        try:
            yield self.network
        finally:
            for variable, value in zip(self.network.variables, raw, strict=True):
                variable.value.assign(value)


@contextmanager
def averaged(model):
    """The generator as it is saved and drawn: of averaged weights, where there are.

    Args:
        model: With a `generator`, and perhaps an `average` of it.
    """
    average = getattr(model, "average", None)
    if average is None:
        yield model.generator
        return
    with average.applied() as generator:
        yield generator


@contextmanager
def blended(network, weights, share: float):
    """The network with a share of other weights, for as long as the context lasts.

    What went on learning from new data lies in the same valley as what it began with:
    weights between the two are often nearer to data that neither met than either.

    Args:
        network: A built `keras.Model`.
        weights: Arrays, as its `get_weights` gives them.
        share: How much the others count, 0..1.

    Reference: Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022.
    """
    raw = network.get_weights()
    both = zip(raw, weights, strict=True)
    network.set_weights([own + share * (other - own) for own, other in both])
    try:
        yield network
    finally:
        network.set_weights(raw)


def mean_weights(networks, shares=None) -> list:
    """The mean of the weights of networks of one shape that began with the same ones.

    Each went on learning by itself, from other data, in another order or at another
    rate: what they have in common stays, and what each learnt by heart is averaged out.

    Args:
        networks: Built `keras.Model`s.
        shares: How much each counts, not negative; alike if not given.

    Returns:
        Arrays, as `get_weights` of each gives them.

    Raises:
        ValueError: For networks of different shapes, and shares that make no sense.

    Reference: Wortsman et al., "Model soups", ICML 2022.
    """
    shares = [1.0] * len(networks) if shares is None else shares
    told = " ".join(f"{share:g}" for share in shares)
    if len(shares) != len(networks):
        raise ValueError(
            "`shares` must be as many as the networks. Received: "
            f"{told}, and {len(networks)} networks"
        )
    if not (min(shares) >= 0 and 0 < sum(shares) < float("inf")):
        raise ValueError(
            "`shares` must not be negative, nor all be 0. Received: " + told
        )
    weights = [network.get_weights() for network in networks]
    shapes = [[array.shape for array in arrays] for arrays in weights]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ValueError(
                "Networks must be of one shape to have a mean. Received: number "
                f"{number + 1} of {len(networks)}, which is not as the first"
            )
    total = sum(shares)
    return [
        sum(share / total * array for share, array in zip(shares, arrays, strict=True))
        for arrays in zip(*weights, strict=True)
    ]


def _variable(value) -> tf.Variable:
    return tf.Variable(
        value,
        trainable=False,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
    )
