"""Past fakes, kept for the discriminator."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class FakePool(keras.layers.Layer):
    """Shows the discriminator a mixture of the generator's new and past pictures.

    Until it is full it keeps every picture and gives it back. From then on each picture
    is, with even chances, given back, or kept in place of an old one, which is given
    back instead. The old ones of a batch are all different.

    Pictures and counter are variables, and chance comes from the seed and the counter
    alone: a run that restores them goes on as if it had not stopped. (XLA draws other
    numbers from the same seed.) Under `tf.distribute` every replica gathers the
    pictures of all, keeps the same pool, and takes its own part: the same as one
    process with the whole batch.

    Args:
        size: Pictures kept; 50 in CycleGAN and in CartoonGAN's authors' code.
        image_size: Height and width of the pictures.
        seed: Of the choice.

    Input and output: `(batch, image_size, image_size, 3)`, at most `size` in all
    replicas together. No gradient passes.

    Reference: Shrivastava et al., CVPR 2017, section 2.3; CycleGAN, section 4.
    """

    def __init__(self, size=50, image_size=256, seed=0, **kwargs):
        for name, value in (("size", size), ("image_size", image_size)):
            if not isinstance(value, int) or value < 1:
                raise ValueError(
                    f"`{name}` must be a whole number of at least 1. "
                    f"Received: {name}={value!r}"
                )
        super().__init__(trainable=False, dtype="float32", **kwargs)
        self.size, self.image_size, self.seed = size, image_size, seed
        # A replica writes its own copy; all are equal, so the first stands for all.
        own = {"synchronization": "on_read", "aggregation": "only_first_replica"}
        self.pictures = keras.Variable(
            "zeros",
            (size, image_size, image_size, 3),
            trainable=False,
            name="pictures",
            **own,
        )
        self.seen = keras.Variable(
            "zeros", (), "int64", trainable=False, name="seen", **own
        )
        self.built = True

    def call(self, inputs):
        fakes = tf.stop_gradient(inputs)
        if fakes.shape[1:] != self.pictures.shape[1:]:
            side = self.image_size
            raise ValueError(
                f"Pictures must be {side}x{side} RGB, as `image_size` says. "
                f"Received: shape {tuple(fakes.shape)}"
            )
        replicas = tf.distribute.get_replica_context()
        count = tf.shape(fakes)[0]
        if replicas.num_replicas_in_sync == 1:
            return self._exchange(fakes)
        mine = replicas.replica_id_in_sync_group * count
        return self._exchange(replicas.all_gather(fakes, axis=0))[mine : mine + count]

    def _exchange(self, fakes):
        count = tf.shape(fakes)[0]
        if fakes.shape[0] is not None and fakes.shape[0] > self.size:
            raise ValueError(
                "A batch must fit into the pool of past fakes. Received: a batch of "
                f"{fakes.shape[0]}, `size`={self.size}"
            )
        seen = tf.convert_to_tensor(self.seen)
        pictures = tf.convert_to_tensor(self.pictures)
        chance = tf.random.stateless_uniform(
            (2, self.size), [self.seed, seen], alg="philox"
        )
        # Free places come first and in order, then the others in an order of chance.
        is_full = tf.range(self.size, dtype=tf.int64) < seen
        places = tf.argsort(tf.where(is_full, chance[0], -1.0))[:count]
        was_full = tf.gather(is_full, places)
        gives_old = (was_full & (chance[1, :count] < 0.5))[:, None, None, None]
        keeps_new = gives_old | ~was_full[:, None, None, None]
        old = tf.gather(pictures, places)
        kept = tf.tensor_scatter_nd_update(
            pictures, places[:, None], tf.where(keeps_new, fakes, old)
        )
        self.pictures.assign(kept)
        self.seen.assign(seen + tf.cast(count, tf.int64))
        return tf.where(gives_old, old, fakes)

    def get_config(self):
        return {
            "name": self.name,
            "size": self.size,
            "image_size": self.image_size,
            "seed": self.seed,
        }
