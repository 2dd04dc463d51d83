"""A large picture through a network, tile by tile, and yet as in one piece.

Every stage (`networks/stages.py`) is drawn in tiles with margins as wide as it looks.
The statistics of each norm are those of all tiles' cores, pooled exactly, and the next
stage uses them. So there are no seams: a tile knows all that the whole picture knows.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from cartoongan_tf.formats import scratch
from cartoongan_tf.inference.maps import LEVELS, Maps
from cartoongan_tf.inference.statistics import pool
from cartoongan_tf.pictures import images, padding
from cartoongan_tf.pictures import memory as ram

SIDES = 1024, 768, 512, 384, 256  # of a tile, in pixels
LARGEST = 2**28  # bytes of a tile: larger ones are slower
SMALLEST_TILE = 128
FLOATS = 40  # bytes a pixel: a tile of the photo, and what is read for the next
WORKING = 3  # measured: times what a whole picture of a tile's size takes
GROWTH = 2**27  # bytes: what TensorFlow's threads hold beside a tile, measured
UNKNOWN_GENERATOR = 900  # bytes for a pixel that is drawn, as the paper's


@dataclass(frozen=True)
class Layout:
    """How a picture is drawn in a given memory.

    Args:
        side: Of a tile, in pixels.
        compact: Whether maps are kept in sixteen bits.
        room: Bytes for maps in memory; past them they go to disk.
    """

    side: int
    compact: bool
    room: int


class Tiles:
    """Draws pictures of any size with one generator.

    Args:
        generator: A Keras generator of ours: its stages are found in its graph.

    Example:
        >>> cartoon = Tiles(generator)(photo, memory=2 * 2**30)
    """

    def __init__(self, generator):
        import tensorflow as tf

        from cartoongan_tf.networks import stages, statistics

        self._tf, self._statistics = tf, statistics
        self.generator = generator
        self.stages = stages.cut(generator)
        self.step = stages.coarsest(self.stages)
        self.norms = statistics.find_norms(generator)
        self.channels = sum(norm.channels for norm in self.norms)
        self._runs = {}

    def plan(self, height: int, width: int, memory: int) -> Layout:
        """How a picture is drawn when `memory` bytes may be taken for it."""
        own = getattr(self.generator, "bytes_per_pixel", 0) or UNKNOWN_GENERATOR
        halo = max(stage.halo for stage in self.stages)
        values = max(
            sum(each.values for each in stage.gives[: stage.kept])
            for stage in self.stages
        )

        def room(side):  # what the tile that is being drawn leaves
            return int(memory - WORKING * (side + 2 * halo) ** 2 * (own + FLOATS))

        # Bytes a number: four, and what the C library keeps; or two.
        for size, smallest in ((5, 512), (2, 256)):
            for side in SIDES:
                # While a stage runs, a row of tiles is there twice.
                kept = size * values * width * min(height + 2 * side, 2 * height)
                if side**2 * (own + FLOATS) > LARGEST:
                    continue
                if side >= smallest and kept <= room(side):
                    return Layout(side, size == 2, room(side))
        # A quarter of the memory for the tile that is being drawn, and disk for maps;
        # a fifth and `GROWTH` are left alone: at 50 megapixels the paper's network took
        # more than is counted here.
        side = int(max(0, memory / 4 / WORKING / (own + FLOATS)) ** 0.5) - 2 * halo
        side = max(SMALLEST_TILE, min(side, 384))
        side -= side % self.step
        return Layout(side, True, max(0, int(room(side) - 0.2 * memory) - GROWTH))

    def __call__(self, photo: np.ndarray, memory: int, layout=None, tell=None):
        """Draws a photo.

        Args:
            photo: uint8 RGB `(H, W, 3)`.
            memory: Bytes that may be taken, beside the photo and the cartoon.
            layout: In place of what `plan` says.
            tell: Is told after every tile how many of how many are done.

        Returns:
            uint8 RGB `(H, W, 3)`.

        Raises:
            OSError: When maps that memory does not hold find no place on the disk.
        """
        height, width = padding.padded_size(*photo.shape[:2])
        layout = layout or self.plan(height, width, memory)
        rows, columns = (
            _edges(side, layout.side, self.step) for side in (height, width)
        )
        boxes = [(t, b, le, r) for t, b in rows for le, r in columns]
        cartoon = scratch.empty_like(photo)
        known = np.zeros((1, 2, self.channels), np.float32)
        maps = Maps(layout.room, tight=layout.compact)
        done, first = 0, 0
        try:
            for place, stage in enumerate(self.stages):
                run = self._run(place, layout.compact)
                later = {m.name for s in self.stages[place + 1 :] for m in s.takes}
                spent = [m for m in stage.takes if m.name not in later]
                parts = []
                maps.expect(blocks=stage.norm is not None and stage.kept > 0)
                for box, core, inputs in self._inputs(photo, stage, maps, boxes):
                    made, own = run(inputs, known, core)
                    if stage.norm is None:
                        _paste(cartoon, box, np.asarray(made[0][0]))
                    else:
                        for given, parts_of in zip(stage.gives, made, strict=False):
                            found = map(np.asarray, parts_of)
                            maps.put(given.name, _shrink(box, given.scale), *found)
                        parts.append(np.asarray(own))
                    for taken in spent:  # rows of tiles that no margin reaches any more
                        maps.drop(taken.name, (box[0] - layout.side) // taken.scale)
                    if box[3] == width:  # a row of tiles is done
                        scratch.release(cartoon, photo)
                        if layout.compact:
                            ram.trim()
                    done += 1
                    if tell is not None:
                        tell(done, len(boxes) * len(self.stages))
                for taken in spent:
                    maps.drop(taken.name)
                if stage.norm is not None:
                    end = first + stage.norm.channels
                    cores = (_shrink(box, stage.gives[-1].scale) for box in boxes)
                    areas = [(b - t) * (r - le) for t, b, le, r in cores]
                    known[0, :, first:end] = pool(parts, areas)
                    first = end
        finally:
            maps.close()
        return cartoon

    def _inputs(self, photo, stage, maps, boxes):
        """Each tile, its core within its margins, and what a stage reads there.

        The next one's is read while a tile is drawn: reading has one thread, and on two
        cores it would take a quarter of the time.
        """
        height, width = padding.padded_size(*photo.shape[:2])
        picture = self.stages[0].takes[0].name

        def read(box):
            wide = _widen(box, stage.halo, height, width)
            inputs = [
                images.to_signed(_cut_photo(photo, wide))[None]
                if taken.name == picture
                else maps.read(taken.name, _shrink(wide, taken.scale))[None]
                for taken in stage.takes
            ]
            core = box[0] - wide[0], box[2] - wide[2], box[1] - box[0], box[3] - box[2]
            return box, np.array(core, np.int32), inputs

        with ThreadPoolExecutor(1) as reader:
            waiting = reader.submit(read, boxes[0])
            for box in boxes[1:]:
                ready, waiting = waiting.result(), reader.submit(read, box)
                yield ready
                del ready
            yield waiting.result()

    def _run(self, place: int, compact: bool):
        """A stage as one TensorFlow graph for tiles of all sizes."""
        if (place, compact) in self._runs:
            return self._runs[place, compact]
        tf, stage = self._tf, self.stages[place]

        def draw(inputs, known, core):
            given = self._statistics.Given(self.norms, known)
            with self._statistics.given(given):
                made = stage.network(inputs, training=False)
            made = made if isinstance(made, list) else [made]
            cores = [
                _crop(tf.cast(x, tf.float32), _smaller(core, each.scale))
                for x, each in zip(made, stage.gives, strict=True)
            ]
            own = tf.zeros((2, 0))
            if stage.norm is not None:
                own = tf.concat(stage.norm.measure(cores[-1]), axis=1)[0, :, 0]
                cores = cores[: stage.kept]
            if stage.norm is None or not compact:
                return [(x[0],) for x in cores], own
            return [_encode(tf, x[0]) for x in cores], own

        shapes = [tf.TensorSpec((1, None, None, m.channels)) for m in stage.takes]
        statistics = tf.TensorSpec((1, 2, self.channels))
        signature = [shapes, statistics, tf.TensorSpec((4,), tf.int32)]
        run = tf.function(draw, input_signature=signature)
        self._runs[place, compact] = run
        return run


def _crop(x, core):
    top, left, height, width = core[0], core[1], core[2], core[3]
    return x[:, top : top + height, left : left + width]


def _encode(tf, x):
    """Sixteen bits between the least and the most of every channel."""
    least, most = tf.reduce_min(x, axis=(0, 1)), tf.reduce_max(x, axis=(0, 1))
    step = tf.maximum((most - least) / LEVELS, 1e-30)
    return tf.cast((x - least) * (1 / step), tf.uint16), least + step / 2, step


def _edges(side: int, tile: int, step: int) -> list[tuple[int, int]]:
    """Cuts a side into pieces as equal as can be, at multiples of `step`."""
    count = max(1, -(-side // tile))
    edges = [side * n // count // step * step for n in range(count)] + [side]
    return list(zip(edges[:-1], edges[1:], strict=True))


def _widen(box, halo: int, height: int, width: int) -> tuple:
    top, bottom, left, right = box
    return (
        max(0, top - halo),
        min(height, bottom + halo),
        max(0, left - halo),
        min(width, right + halo),
    )


def _shrink(box, scale: int) -> tuple:
    """A box of the picture in a map: all but the picture's own ends divide."""
    return tuple(-(-edge // scale) for edge in box)


def _smaller(core, scale: int):
    """A core's place and sides in a map; again only ends leave a rest."""
    return (core + scale - 1) // scale


def _cut_photo(photo: np.ndarray, box) -> np.ndarray:
    """A part of a photo as `padding.pad` pads it, which is never made as a whole."""
    top, bottom, left, right = box
    height, width = photo.shape[:2]
    if bottom <= height and right <= width:
        return photo[top:bottom, left:right]
    rows = padding.reflect_places(top, bottom, height)
    columns = padding.reflect_places(left, right, width)
    return photo[rows[:, None], columns]


def _paste(cartoon: np.ndarray, box, signed: np.ndarray) -> None:
    top, bottom, left, right = box
    height, width = cartoon.shape[:2]
    levels = images.round_levels(images.to_levels(signed))
    cartoon[top:bottom, left:right] = levels[: height - top, : width - left]
