"""What our networks have in common: configs, and checks of their arguments."""

import keras


class Network(keras.Model):
    """A functional model that is remade from its arguments.

    A subclass builds its graph in `__init__`, hands it to `super().__init__`, and sets
    an attribute for each of `ARGUMENTS`, and `policy`, its dtype policy.
    """

    ARGUMENTS = ()
    # Memory that a generator takes for a pixel of a photo, beside the picture itself.
    bytes_per_pixel = 0

    def get_config(self):
        return {
            "name": self.name,
            "trainable": self.trainable,
            **{argument: getattr(self, argument) for argument in self.ARGUMENTS},
            "dtype": keras.dtype_policies.serialize(self.policy),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


def serialize(model, *parts) -> dict:
    """The config of a model that is made of networks, which are its attributes."""
    config = {part: getattr(model, part) for part in parts}
    for part, network in config.items():
        if network is not None:
            config[part] = keras.saving.serialize_keras_object(network)
    return {"name": model.name, **config}


def deserialize(cls, config):
    """The model of a config of `serialize`."""
    parts = {
        key: keras.saving.deserialize_keras_object(value)
        if isinstance(value, dict)
        else value
        for key, value in config.items()
    }
    return cls(**parts)


def check_at_least(name: str, value: int, smallest: int) -> None:
    """Checks a count among a network's arguments."""
    if not isinstance(value, int) or value < smallest:
        raise ValueError(
            f"`{name}` must be a whole number of at least {smallest}. "
            f"Received: {name}={value!r}"
        )


def check_one_of(name: str, value, known) -> None:
    """Checks a name, or a number of few, among a network's arguments."""
    if value not in known:
        named = ", ".join(map(str, known))
        raise ValueError(f"`{name}` must be one of {named}. Received: {name}={value!r}")
