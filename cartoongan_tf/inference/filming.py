"""A film's frames drawn one after the other, so that drawing and colour do not jump.

What is chosen once for a photo is chosen once for a shot: the size of the drawing. What
is found in every frame anew (the norms' statistics, faces, exposure) is followed from
frame to frame. And each drawing is blended with the one before, moved along with what
moved in the film. Nothing of this crosses a cut.

Reference: Ruder et al., Artistic Style Transfer for Videos, 2016 (warped previous
output, with a mask of where it holds); Kroeger et al., Fast Optical Flow using Dense
Inverse Search, 2016.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from cartoongan_tf.films.cuts import WINDOW, with_cuts
from cartoongan_tf.inference.statistics import pool
from cartoongan_tf.pictures import colors, draw_sizes, images, padding
from cartoongan_tf.pictures.faces import Face, find_faces
from cartoongan_tf.pictures.joining import Join

cv2 = images.opencv()

STEADY = 0.6  # of the drawing before, where it holds
ALIKE = 10.0  # levels: the film differs so much from its frame before where it does not
LOOK_AHEAD = 6  # frames of a shot, in three of which faces decide its draw size
LOOK_EVERY = 4  # frames between two looks for faces
FOLLOW = 0.35  # a face's box goes so much of its way to where it was found, each frame
FADE = 1 / 6  # a face's weight grows or shrinks so much each frame
FIT = 0.9  # of the exposure before, where the photo's is put onto a cartoon
NORMS = 0.9  # of the norms' statistics before


class Filming:
    """Draws the frames of one film in order.

    Args:
        cartoonizer: A `Cartoonizer`; its draw size, color and faces hold.
        strength: 1 for the cartoon, 0 for the film, between them a blend.
        steady: How much of the drawing before is kept where the film did not change,
            0..1; 0 draws every frame by itself.
        state: What `state` gave after some frame: drawing goes on after it.

    Raises:
        ValueError: When `strength` or `steady` is out of its range.
    """

    def __init__(self, cartoonizer, strength=1.0, steady=STEADY, state=None):
        if not 0 <= strength <= 1:
            raise ValueError(f"`strength` must be in 0..1. Received: {strength}")
        if not 0 <= steady < 1:
            raise ValueError(f"`steady` must be in 0..1, below 1. Received: {steady}")
        self.cartoonizer, self.strength, self.steady = cartoonizer, strength, steady
        # A file of one size shrinks frames itself, each by its own statistics.
        known = steady and cartoonizer.size is None
        self._network = cartoonizer.with_statistics() if known else None
        self._begin_shot()
        state = {} if state is None else state
        if "longest" in state:
            self._longest = int(state["longest"])
            self._count = int(state["count"])
            self._tracks = [_Track(*row) for row in state["tracks"]]
        if "small" in state:
            self._small, self._levels = state["small"], state["levels"]
        if "fit" in state:
            self._fit = tuple(map(float, state["fit"]))
        self._norms = state.get("norms")

    def state(self) -> dict[str, np.ndarray]:
        """All that the next frame's drawing depends on, as arrays.

        To be asked for after a frame came out of `draw`, before the next is.
        """
        found = {
            "longest": np.array(self._longest),
            "count": np.array(self._count),
            "tracks": np.array([track.row() for track in self._tracks]).reshape(-1, 10),
        }
        if self._small is not None:
            found |= {"small": self._small, "levels": self._levels}
        if self._fit is not None:
            found["fit"] = np.array(self._fit)
        if self._norms is not None:
            found["norms"] = self._norms
        return found

    def draw(self, frames: Iterable[tuple], known=(), beside=iter) -> Iterator[tuple]:
        """Draws frames, looking a few of them ahead.

        Args:
            frames: Tuples whose last is uint8 RGB `(H, W, 3)`; what else they hold is
                handed on.
            known: The pictures just before the first, where drawing goes on in a film:
                `cuts.KNOWN` of them.
            beside: May run the iterator that it is given in another thread: of the
                frames as the network leaves them.

        Yields:
            The same tuples, with the cartoon in the picture's place.
        """
        through = beside(self._through_network(frames, known, self._norms))
        try:
            for item, cut, longest, small, levels, norms in through:
                photo = item[-1]
                if cut:
                    self._begin_shot()
                self._longest, self._norms = longest, norms
                yield (*item[:-1], self._draw(photo, small, levels))
        finally:
            through.close()

    def _through_network(self, frames, known, norms):
        """Each frame, whether it begins a shot, and what the network makes of it.

        Knows nothing of the drawing that goes on meanwhile but the state it began with.
        """
        longest = self._longest
        for item, cut, rest in with_cuts(frames, known, LOOK_AHEAD + WINDOW):
            photo, small, levels = item[-1], None, None
            if self.strength > 0:
                if cut:
                    seen = [photo, *(other[-1] for other in rest[2::3])]
                    longest = self._choose_size(seen)
                    norms = self._gather([self._shrink(p, longest) for p in seen])
                small = self._shrink(photo, longest)
                levels, norms = self._run(small, norms)
            yield item, cut, longest, small, levels, norms

    def _begin_shot(self):
        self._longest = 0  # 0: as large as the film is
        self._count = 0
        self._tracks: list[_Track] = []
        self._small = self._levels = self._fit = self._norms = None

    def _choose_size(self, pictures) -> int:
        """The shot's draw size, by the faces in its first frames; 0 is full."""
        wanted = self.cartoonizer.draw_size
        if wanted != "auto":
            return 0 if wanted == "full" else wanted
        sizes = []
        for other in pictures:
            seen = find_faces(other) if self.cartoonizer.faces else []
            sizes.append(draw_sizes.choose(max(other.shape[:2]), seen)[0])
        return sorted(sizes)[len(sizes) // 2]

    def _shrink(self, photo, longest):
        if not longest:
            return photo
        return draw_sizes.shrink(photo, longest, self.cartoonizer.fixed_size)

    def _gather(self, pictures):
        """The norms' statistics over the shot's first frames; None without norms."""
        if self._network is None:
            return None
        parts = [self._network(_signed(picture))[1] for picture in pictures]
        return pool(parts, [1] * len(parts)).astype(np.float32)

    def _run(self, small, norms):
        """What the network makes of a frame, and the statistics for the next."""
        if self._network is None:
            return self.cartoonizer.draw_levels(small), None
        signed, own = self._network(_signed(small), norms, NORMS)
        norms = NORMS * norms + np.float32(1 - NORMS) * own
        return images.to_levels(padding.crop(signed[0], *small.shape[:2])), norms

    # ---------------------------------------------------------------- a frame

    def _draw(self, photo, small, levels) -> np.ndarray:
        strength = self.strength
        if strength == 0:
            return photo.copy()
        levels = self._recolor(levels, small, photo)
        levels = self._hold(levels, small)
        self._count += 1
        if small.shape == photo.shape:
            return images.round_levels(_blend(levels, photo, strength))
        whole = Join(small, levels, *photo.shape[:2])
        result = np.empty_like(photo)
        for top, bottom in whole.strips():
            rows = whole.rows(photo, top, bottom)
            rows = _blend(rows, photo[top:bottom], strength)
            result[top:bottom] = images.round_levels(rows)
        return result

    def _recolor(self, levels, small, photo):
        color = self.cartoonizer.color
        if color == "style":
            return levels
        if color == "photo":
            fit = colors.exposure(levels, small)
            if self._fit is not None:
                before = self._fit
                fit = tuple(
                    FIT * old + (1 - FIT) * new
                    for old, new in zip(before, fit, strict=True)
                )
            self._fit = fit
            return colors.keep_color(levels, small, fit)
        return colors.tame_color(levels, small, self._faces(photo, small.shape))

    def _faces(self, photo, shape):
        """Where faces are, 0..1, or None: looked for now and then, and followed."""
        if not self.cartoonizer.faces:
            return None
        if self._count % LOOK_EVERY == 0:
            self._look(find_faces(photo))
        total = None
        for track in self._tracks:
            track.step()
            own = draw_sizes.weights([track.face()], photo.shape, shape)
            if own is not None and track.weight > 0:
                own = own * np.float32(track.weight)
                total = own if total is None else np.maximum(total, own)
        self._tracks = [t for t in self._tracks if t.weight > 0 or t.seen]
        return total

    def _look(self, found):
        first = self._count == 0
        for track in self._tracks:
            track.seen -= 1
        for face in found:
            box = np.array([face.left, face.top, face.width, face.height])
            near = [t for t in self._tracks if t.is_near(box)]
            if near:
                near[0].target, near[0].seen = box, 2
            else:
                weight = 1.0 if first else 0.0
                self._tracks.append(_Track(*box, weight, 2))

    def _hold(self, levels, small):
        """Blends a drawing with the one before, where that one still holds."""
        if not self.steady:
            return levels
        levels = np.asarray(levels, np.float32)
        if self._small is not None and self._small.shape == small.shape:
            gray, before = (
                cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
                for picture in (small, self._small)
            )
            height, width = gray.shape
            if (
                min(height, width) >= LEAST_FLOW
                and max(height, width) >= 2 * LEAST_FLOW
            ):
                # A new one each time: a used one remembers, and a drawing that goes on
                # from a state would be another.
                preset = cv2.DISOPTICAL_FLOW_PRESET_FAST
                flow = cv2.DISOpticalFlow_create(preset).calc(gray, before, None)
            else:
                flow = np.zeros((height, width, 2), np.float32)
            rows, columns = np.mgrid[:height, :width].astype(np.float32)
            place = (columns + flow[..., 0], rows + flow[..., 1])
            border = cv2.BORDER_REPLICATE
            old = cv2.remap(self._levels, *place, cv2.INTER_CUBIC, borderMode=border)
            was = cv2.remap(self._small, *place, cv2.INTER_LINEAR, borderMode=border)
            apart = cv2.blur(cv2.absdiff(small, was), (3, 3)).max(axis=2)
            share = _SHARES[apart] * np.float32(self.steady)
            inside = (place[0] >= 0) & (place[0] <= width - 1)
            inside &= (place[1] >= 0) & (place[1] <= height - 1)
            share *= inside
            levels = levels + share[..., None] * (old - levels)
        self._small, self._levels = small, levels
        return levels


# Pixels, and twice as many of the long side: smaller pictures have no coarse scale, and
# OpenCV's flow of them is not the same each time.
LEAST_FLOW = 64
# Of the drawing before, by how many levels the film's frames differ.
_SHARES = np.exp(-((np.arange(256) / ALIKE) ** 2)).astype(np.float32)


class _Track:
    """A face that is followed: its box, its weight, and how lately it was seen."""

    def __init__(self, left, top, width, height, weight, seen, *target):
        self.box = np.array([left, top, width, height], np.float64)
        self.weight, self.seen = float(weight), int(seen)
        self.target = np.array(target if len(target) else self.box, np.float64)

    def row(self):
        return [*self.box, self.weight, self.seen, *self.target]

    def face(self) -> Face:
        return Face(*map(float, self.box), 1.0, np.zeros((4, 2)))

    def is_near(self, box) -> bool:
        apart = np.abs(box[:2] + box[2:] / 2 - self.target[:2] - self.target[2:] / 2)
        return bool((apart < 0.6 * np.maximum(box[2:], self.target[2:])).all())

    def step(self):
        self.box += FOLLOW * (self.target - self.box)
        step = FADE if self.seen > 0 else -FADE
        self.weight = min(1.0, max(0.0, self.weight + step))


def _signed(photo):
    return images.to_signed(padding.pad(photo))[None]


def _blend(levels, photo, strength):
    if strength == 1:
        return levels
    return strength * levels + (1 - strength) * photo.astype(np.float32)
