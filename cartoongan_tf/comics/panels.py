"""The panels of a comic page, each as an upright window without gutter."""

from dataclasses import dataclass, field

import numpy as np

from cartoongan_tf.comics.balloons import find_balloons, find_text
from cartoongan_tf.comics.ground import WORKING_AREA, WORKING_WIDTH, Ground, find_ground
from cartoongan_tf.comics.rectangles import largest_rectangle
from cartoongan_tf.comics.shapes import fill_holes, grow, outline, parts
from cartoongan_tf.pictures import images

cv2 = images.opencv()

SMALLEST = 0.095  # of the width: the short side of a panel
BRIDGE = 0.012  # of the width: what sticks out of a panel and is thinner is not it
MARGIN = 0.0025  # of the width: kept away from the gutter
SIDE = 0.5  # of a side that must be straight, for white beside it to be the picture's
FULL = 0.45  # of its frame that a window fills, if the panel has no straight sides
STRAIGHT = 0.35  # of an outline that is straight, if a panel's
PALE = 0.04  # of the width: the widest gutter that is too soft to be ground
SHORTEST = 0.025  # of the width: the length of a stroke of the brush between panels
THIN = 0.0025  # of the width: how thick it is at least
LONG = 5.5  # how much longer than thick
GAP = 0.016  # of the width: between two strokes
LETTERED = 0.25  # of what is drawn on a page lies under text: a page of credits
EMPTY = 0.25  # of a page's one panel that is empty in one piece: ground for credits
CALM = 4.0  # levels of standard deviation around a pixel where it is empty


@dataclass(frozen=True)
class Panel:
    """A window of a page, in the page's pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def cut(self, pixels: np.ndarray) -> np.ndarray:
        """The panel's part of the page, `(H, W, 3)`."""
        return pixels[self.top : self.bottom, self.left : self.right]


@dataclass
class Page:
    """What was found on a page.

    Args:
        panels: In the order of reading, from the left to the right.
        left_out: Pairs of a part of the page and why it gives no panel: `gutter` where
            the page's ground is in every large window, `lettered` where text or
            balloons are, `credits` of a whole page.
        framed: Whether margins or gutters were found. Without them the one panel is
            the whole page.
    """

    panels: list[Panel] = field(default_factory=list)
    left_out: list[tuple[Panel, str]] = field(default_factory=list)
    framed: bool = True


def find_panels(pixels: np.ndarray) -> Page:
    """Finds the panels of a page.

    A panel with straight upright sides is taken whole; a slanted, round or torn one
    gives its largest upright window, and so does one that holds balloons or text. What
    is drawn on the page's ground without a frame is none.

    Args:
        pixels: uint8 RGB `(H, W, 3)`.
    """
    height, width = pixels.shape[:2]
    share = min(1.0, WORKING_WIDTH / width, (WORKING_AREA / (width * height)) ** 0.5)
    small = pixels
    if share < 1:
        size = (round(width * share), max(1, round(height * share)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    small = np.ascontiguousarray(small)
    ground = find_ground(small)
    text = find_text(small)
    framed = bool(ground.mask.any())
    boxes, left_out = _find_boxes(small, ground, text)
    every = boxes + [box for box, _ in left_out]
    drawn = ~ground.mask
    full_of_text = (text & drawn).sum() > LETTERED * drawn.sum()
    if full_of_text or (framed and len(every) == 1 and _is_empty(small, every[0])):
        boxes, left_out = [], [((0, 0, *small.shape[1::-1]), "credits")]

    def enlarge(box):
        left, top, right, bottom = (side / share for side in box)
        return Panel(
            int(np.ceil(left)),
            int(np.ceil(top)),
            min(width, int(right)),
            min(height, int(bottom)),
        )

    return Page(
        _in_order([enlarge(box) for box in boxes]),
        [(enlarge(box), reason) for box, reason in left_out],
        framed,
    )


def _find_boxes(pixels: np.ndarray, ground: Ground, text: np.ndarray):
    """Boxes of panels; and pairs of other boxes and why they are none."""
    width = ground.mask.shape[1]
    least = SMALLEST * width
    margin = max(1, round(MARGIN * width))
    boxes, left_out = [], []
    for frame, shape in _find_shapes(ground, least):
        top, left = frame[0].start, frame[1].start
        window = largest_rectangle(shape)
        if not _is_panel(shape, window, least):
            side = frame[1].stop, frame[0].stop
            left_out.append(((left, top, *side), "gutter"))
            continue
        lettered = find_balloons(ground, frame, shape) | text[frame]
        x0, y0, x1, y1 = largest_rectangle(shape & ~lettered)
        if min(x1 - x0, y1 - y0) < least:
            x0, y0, x1, y1 = window
            box = left + x0, top + y0, left + x1, top + y1
            left_out.append((box, "lettered"))
            continue
        box = _draw_in((left + x0, top + y0, left + x1, top + y1), margin, ground)
        boxes += [_without_line(pixels, part) for part in _split(ground, box, least)]
    return boxes, left_out


def _find_shapes(ground: Ground, least: float):
    """What is drawn, part by part: frames as slices, and masks of that size."""
    width = ground.mask.shape[1]
    drawn = ~(ground.mask | _find_strokes(ground, least))
    bridge = 2 * round(BRIDGE * width / 2) + 1
    # With a border around, so that panels that bleed off the page are opened as well.
    opened = cv2.morphologyEx(
        cv2.copyMakeBorder(
            drawn.astype(np.uint8), *(4 * [bridge]), cv2.BORDER_REPLICATE
        ),
        cv2.MORPH_OPEN,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (bridge, bridge)),
    )[bridge:-bridge, bridge:-bridge]
    for frame, part in parts(opened):
        if min(part.shape) < least:
            continue
        # An inset in it is another part, and the gutter around that is not drawn.
        others = (opened[frame] > 0) & ~part
        shape = fill_holes(part) & drawn[frame] & ~others
        # The opening has made its corners round.
        yield (
            frame,
            _fill_bays(shape | (drawn[frame] & grow(shape, bridge // 2) & ~others)),
        )


def _find_strokes(ground: Ground, least: float) -> np.ndarray:
    """Gutters that the ground outside does not reach: around insets, or by a brush."""
    width = ground.mask.shape[1]
    rings = np.zeros(ground.mask.shape, bool)
    strokes = np.zeros(ground.mask.shape, bool)
    for box, part in parts(ground.layer.alike & ~ground.mask):
        high, wide = part.shape
        if max(high, wide) < SHORTEST * width:
            continue
        if (
            min(high, wide) >= least
            and part.mean() < 0.4
            and fill_holes(part).mean() > 0.8
        ):
            rings[box] |= part
            continue
        thick = 2 * part.sum() / max(1, cv2.arcLength(outline(part), True))
        is_stroke = THIN * width <= thick <= max(high, wide) / LONG
        if is_stroke and not ground.layer.fades_around(box, part, ground.mask):
            strokes[box] |= part
    if strokes.any():
        # One after the other they lead to the ground; a streak of light does not.
        near = grow(strokes | ground.mask, round(GAP * width / 2))
        for box, part in parts(near):
            if not (ground.mask[box] & part).any():
                strokes[box] &= ~part
    found = rings | strokes
    return grow(found, 3) if found.any() else found


def _draw_in(box: tuple, margin: int, ground: Ground) -> tuple:
    """A box that keeps away from gutters, but not from the end of the page."""
    height, width = ground.mask.shape
    left, top, right, bottom = box
    return (
        left + margin * (left > 0),
        top + margin * (top > 0),
        right - margin * (right < width),
        bottom - margin * (bottom < height),
    )


def _split(ground: Ground, box: tuple, least: float) -> list[tuple]:
    """Parts of a box on either side of pale straight bands, too soft for ground."""
    x0, y0, x1, y1 = box
    soft = ground.layer.soft[y0:y1, x0:x1]
    width = ground.mask.shape[1]
    away = round(0.007 * width)  # from the band: it fades
    for axis in (0, 1):
        share = soft.mean(axis=1 - axis)
        pale = np.concatenate([[False], share >= 0.8, [False]])
        edges = np.flatnonzero(pale[1:] != pale[:-1])
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            before, after = share[max(0, begin - 12) : begin], share[end : end + 12]
            if (
                begin >= least
                and len(share) - end >= least
                and end - begin <= PALE * width
                and max(before.min(), after.min()) < 0.5
            ):
                if axis == 0:
                    both = (
                        (x0, y0, x1, y0 + begin - away),
                        (x0, y0 + end + away, x1, y1),
                    )
                else:
                    both = (
                        (x0, y0, x0 + begin - away, y1),
                        (x0 + end + away, y0, x1, y1),
                    )
                return [part for one in both for part in _split(ground, one, least)]
    return [box]


def _fill_bays(shape: np.ndarray) -> np.ndarray:
    """Gives a panel the white of its picture that runs into the gutter.

    Such a bay opens to one side of the panel, and the side is straight around it. A
    corner that is cut or round opens to two, and a torn side is not straight.
    """
    height, width = shape.shape
    reach = 3
    straight = {
        "left": shape[:, :reach].any(axis=1).mean() >= SIDE,
        "right": shape[:, -reach:].any(axis=1).mean() >= SIDE,
        "top": shape[:reach].any(axis=0).mean() >= SIDE,
        "bottom": shape[-reach:].any(axis=0).mean() >= SIDE,
    }
    filled = shape.copy()
    for (rows, columns), bay in parts(~shape):
        touches = {
            "left": columns.start == 0,
            "right": columns.stop == width,
            "top": rows.start == 0,
            "bottom": rows.stop == height,
        }
        touched = [side for side, touch in touches.items() if touch]
        if len(touched) == 1 and straight[touched[0]]:
            filled[rows, columns] |= bay
    return filled


def _is_panel(shape: np.ndarray, window: tuple, least: float) -> bool:
    """Whether a shape is a panel, and not a figure on the page's ground."""
    wide, high = window[2] - window[0], window[3] - window[1]
    if min(wide, high) < least:
        return False
    if wide * high >= FULL * shape.size:
        return True
    corners = cv2.approxPolyDP(outline(shape), 3, True)[:, 0]
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    long = sides[sides >= 0.25 * max(shape.shape)].sum()
    return long >= STRAIGHT * sides.sum()


def _without_line(pixels: np.ndarray, box: tuple) -> tuple:
    """The box without the dark line that frames it, where it has one."""
    x0, y0, x1, y1 = box
    reach = max(4, round(0.01 * pixels.shape[1]))
    inner = pixels[y0:y1, x0:x1].max(axis=2)
    if min(inner.shape) < 4 * reach:
        return box
    cuts = []
    for lines in (inner.T, inner, inner.T[::-1], inner[::-1]):
        dark = (lines[: 2 * reach] < 80).mean(axis=1) >= 0.9
        last = np.flatnonzero(dark[:reach])
        cuts.append(int(last[-1]) + 2 if last.size and not dark[reach:].any() else 0)
    return x0 + cuts[0], y0 + cuts[1], x1 - cuts[2], y1 - cuts[3]


def _is_empty(pixels: np.ndarray, box: tuple) -> bool:
    """Whether a large part of a panel is a plain sheet, as for names to be put on."""
    left, top, right, bottom = box
    cut = pixels[top:bottom, left:right]
    share = min(1.0, 256 / min(cut.shape[:2]))
    gray = cv2.cvtColor(np.ascontiguousarray(cut), cv2.COLOR_RGB2GRAY)
    gray = cv2.resize(gray, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    mean = cv2.blur(gray.astype(np.float32), (9, 9))
    square = cv2.blur(gray.astype(np.float32) ** 2, (9, 9))
    calm = square - mean**2 < CALM**2
    left, top, right, bottom = largest_rectangle(calm, 1)
    return (right - left) * (bottom - top) >= EMPTY * calm.size


def _in_order(panels: list[Panel]) -> list[Panel]:
    """Tier by tier from the top, and from the left in each."""
    ordered: list[Panel] = []
    rest = sorted(panels, key=lambda panel: (panel.top, panel.left))
    while rest:
        middle = (rest[0].top + rest[0].bottom) / 2
        tier = [panel for panel in rest if panel.top < middle]
        ordered += sorted(tier, key=lambda panel: panel.left)
        rest = [panel for panel in rest if panel not in tier]
    return ordered
