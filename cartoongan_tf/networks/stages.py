"""A generator cut where it must wait for statistics of the whole picture.

A norm of a large picture can be computed when the map before it has been seen to its
end. So a generator is a row of stages, each of them local: its outputs at some place
depend on its inputs within `halo` pixels around it, and on statistics that are known.
"""

import math
from dataclasses import dataclass

import keras
from keras import layers

from cartoongan_tf.networks.layers import DepthToSpace, Enlarge, GlobalMean
from cartoongan_tf.networks.statistics import Measuring, find_norms

TRUNK = 4  # how many times smaller than the picture the trunk's sides are, at least


@dataclass(frozen=True)
class Map:
    """A feature map that is kept between stages, or the photo.

    Args:
        name: Of the layer that makes it.
        scale: How many times smaller than the picture its sides are.
        channels: How many.
    """

    name: str
    scale: int
    channels: int

    @property
    def values(self) -> float:
        """Numbers for each pixel of the picture."""
        return self.channels / self.scale**2


@dataclass(frozen=True)
class Stage:
    """A part of a generator that can be drawn tile by tile.

    Args:
        network: Of all `takes`, in their order, to all `gives`.
        takes: Maps that it reads; the first stages' is the photo.
        gives: Maps that it makes.
        kept: How many of `gives`, from the first, later stages read.
        norm: The norm whose statistics the last of `gives` is there for, or None for
            the last stage, which gives the cartoon.
        halo: How many pixels of the picture around a place it looks at, at most; a
            multiple of `coarsest` of all stages.
    """

    network: keras.Model
    takes: tuple[Map, ...]
    gives: tuple[Map, ...]
    kept: int
    norm: Measuring | None
    halo: int


class _Graph:
    """A functional network as layers that know their inputs."""

    def __init__(self, generator):
        self.makers, self.scales, self.readers = {}, {}, {}
        for layer in generator.layers:
            tensor = layer.output
            self.makers[id(tensor)] = layer
            known = [self.scales[id(t)] for t in self.inputs(layer)] or [1]
            known = [scale for scale in known if scale is not None]
            self.scales[id(tensor)] = _scale(layer, known[0]) if known else None
            for read in self.inputs(layer):
                self.readers.setdefault(id(read), []).append(layer)

        self.coarsest = max(scale or TRUNK for scale in self.scales.values())

    def inputs(self, layer) -> list:
        if isinstance(layer, layers.InputLayer):
            return []
        return layer.input if isinstance(layer.input, list) else [layer.input]

    def describe(self, tensor) -> Map:
        layer = self.makers[id(tensor)]
        return Map(layer.name, self.scales[id(tensor)], tensor.shape[-1])

    def walk(self, target, known: dict):
        """Which known tensors a target is made of, which others, and how far it looks.

        Args:
            target: A tensor.
            known: Tensors at which to stop, by id.

        Returns:
            Ids of the known ones and of the others; pixels.
        """
        reaches = {}

        def reach(tensor):
            if id(tensor) not in reaches:
                layer = self.makers[id(tensor)]
                far = 0
                if id(tensor) not in known:
                    own = _reach(layer) * (self.scales[id(self.inputs(layer)[0])] or 0)
                    far = own + max(reach(t) for t in self.inputs(layer))
                reaches[id(tensor)] = far
            return reaches[id(tensor)]

        far = reach(target)
        used = {each for each in reaches if each in known}
        return used, set(reaches) - used, far


def coarsest(stages: list[Stage]) -> int:
    """The multiple of pixels at which all maps of some stages can be cut."""
    maps = [each for stage in stages for each in (*stage.takes, *stage.gives)]
    return max(TRUNK, *(each.scale for each in maps))


def cut(generator: keras.Model) -> list[Stage]:
    """Cuts a generator into its stages.

    Kept from stage to stage are the maps of the trunk that are still read, and in
    front of a norm the map itself, unless it is too large: then the next stage makes
    it again from what there is. The photo can be read by all.

    Args:
        generator: One of ours.
    """
    graph = _Graph(generator)
    photo = generator.input
    norms = find_norms(generator)
    # Of several inputs the first is the map.
    targets = [graph.inputs(norm)[0] for norm in norms] + [generator.output]
    trunk = [graph.describe(t).values for t in targets if graph.scales[id(t)] >= TRUNK]
    largest = 2 * max(trunk, default=0)  # a residual stream, and what is added to it
    kept, waiting, found = {}, None, []
    for place, target in enumerate(targets):
        known = {id(photo): photo, **kept}
        if waiting is not None:
            known[id(waiting)] = waiting
        used, made, halo = graph.walk(target, known)
        is_last = place == len(norms)
        stay = [] if is_last else _outstanding(graph, made, id(target))
        gives = [*stay, target]
        halo = max(graph.walk(tensor, known)[2] for tensor in gives)
        keeps = not is_last and graph.describe(target).values <= largest
        takes = [known[each] for each in known if each in used]
        found.append(
            Stage(
                keras.Model(takes, gives),
                tuple(graph.describe(t) for t in takes),
                tuple(graph.describe(t) for t in gives),
                len(stay) + keeps,
                None if is_last else norms[place],
                math.ceil(halo / graph.coarsest) * graph.coarsest,
            )
        )
        kept.update((id(tensor), tensor) for tensor in stay)
        if keeps:
            waiting = target
            if len(graph.readers[id(target)]) > 1:  # others than the norm, and later
                kept[id(target)] = target
    return found


def _outstanding(graph, made, target) -> list:
    """Maps of the trunk, beside the target, that layers of later stages read."""
    found = []
    for each, layer in graph.makers.items():
        if each not in made or each == target or (graph.scales[each] or 0) < TRUNK:
            continue
        if any(id(reader.output) not in made for reader in graph.readers.get(each, ())):
            found.append(layer.output)
    return found


def _scale(layer, scale: int) -> int | None:
    """That of what a layer gives, from that of what it takes."""
    if isinstance(layer, GlobalMean):
        return None  # no map at all
    if isinstance(layer, layers.Conv2DTranspose):
        return scale // layer.strides[0]
    if isinstance(layer, layers.Conv2D):
        return scale * layer.strides[0]
    if isinstance(layer, (Enlarge, layers.UpSampling2D)):
        return scale // 2
    if isinstance(layer, DepthToSpace):
        return scale // layer.side
    return scale


def _reach(layer) -> int:
    """How many of its own input's pixels around a place a layer looks at."""
    if isinstance(layer, layers.Conv2D):  # a transposed one is no Conv2D
        return layer.kernel_size[0] // 2
    if isinstance(layer, (layers.Conv2DTranspose, Enlarge)):
        return 1
    return 0
