"""What a server takes from clients that it does not know: a number for everything."""

import dataclasses
from dataclasses import dataclass

# `draw_sizes.LARGEST`, which `auto` takes; that file loads what a server does without.
AUTO = 720


@dataclass(frozen=True)
class Limits:
    """Every bound of a server.

    Args:
        megabytes: Of a photo's file; a body of JSON may have a third more, for base64.
        megapixels: Of a photo, as its header says; 50 as trusted services have it.
        frames: Of an animation, whose first frame is drawn.
        draw_size: The long side in pixels up to which a client may have a photo drawn.
        seconds: For a photo to wait and be drawn.
        patience: Seconds for a request's head to be whole, and of a slow body at first.
        speed: Kilobytes a second that a body must then have come at on average.
        queue: Photos that may wait; one more is refused.
        connections: At once.
        memory: Megabytes of data that a painter may hold; a photo that needs more is
            refused.

    Raises:
        ValueError: When one is too small to draw any photo.
    """

    megabytes: float = 20.0
    megapixels: float = 50.0
    frames: int = 1
    draw_size: int = 1024
    seconds: float = 30.0
    patience: float = 10.0
    speed: float = 16.0
    queue: int = 16
    connections: int = 500
    memory: int = 3072

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            least = _LEAST.get(field.name)
            if (least is None and not value > 0) or (
                least is not None and value < least
            ):
                rule = "more than 0" if least is None else f"at least {least}"
                name = field.name.replace("_", "-")
                flag = _FLAGS.get(name, f"--max-{name}")
                raise ValueError(f"`{flag}` must be {rule}. Received: {value}")

    @property
    def bytes(self) -> int:
        """Of a photo's file."""
        return int(self.megabytes * 1e6)

    @property
    def pixels(self) -> int:
        """Of a photo."""
        return int(self.megapixels * 1e6)


_FLAGS = {"queue": "--queue", "patience": "--patience", "speed": "--min-speed"}
_LEAST = {
    "frames": 1, "queue": 0, "connections": 2, "memory": 512,
    "draw_size": AUTO,
}  # fmt: skip
