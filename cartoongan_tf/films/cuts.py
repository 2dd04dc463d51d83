"""Where a new shot begins, told of frames that come one by one."""

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np
from scenedetect import AdaptiveDetector, FrameTimecode

from cartoongan_tf.pictures import images

cv2 = images.opencv()

SIDE = 144  # short side of what cuts are found in
WINDOW = 2  # frames to either side that a cut is compared with
KNOWN = 2 * WINDOW + 1  # frames before, from which on the answer is the same

# PySceneDetect's detector that a pan does not fool: a cut changes so many times as much
# as the frames around it do. Its own 3 misses cuts amid fast motion; and a cut too many
# costs less here, a drawing that begins anew, than one too few.
_DETECTOR = {"adaptive_threshold": 2.5, "min_content_val": 15.0, "min_scene_len": 1}


def with_cuts(
    frames: Iterable[tuple], known: Iterable[np.ndarray] = (), ahead: int = WINDOW
) -> Iterator[tuple]:
    """Frames, each with those that follow it in the same shot.

    Args:
        frames: Tuples whose last is uint8 RGB `(H, W, 3)`.
        known: Pictures just before the first, `KNOWN` of them, where there are any.
        ahead: So many frames that follow are looked at; at least `WINDOW`.

    Yields:
        The frame's tuple, whether it begins a shot, and a list of the tuples of up to
        `ahead - WINDOW` frames that follow in its shot. The first begins one where
        nothing is `known`.
    """
    detector = AdaptiveDetector(window_width=WINDOW, **_DETECTOR)
    number, size, cuts = 0, None, set()

    def look(pixels):
        nonlocal number, size
        if size is None:
            height, width = pixels.shape[:2]
            shrink = min(1.0, SIDE / min(height, width))
            size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        bgr = np.ascontiguousarray(small[..., ::-1])
        for cut in detector.process_frame(FrameTimecode(number, 25.0), bgr):
            cuts.add(cut.frame_num)
        number += 1

    for pixels in known:
        look(pixels)
    if not number:
        cuts.add(0)
    waiting, first = deque(), number
    ends = False
    source = iter(frames)
    while True:
        while not ends and len(waiting) <= ahead:
            item = next(source, None)
            if item is None:
                ends = True
            else:
                look(item[-1])
                waiting.append(item)
        if not waiting:
            return
        sure = min(len(waiting) - (0 if ends else WINDOW), ahead - WINDOW + 1)
        rest = []
        for step in range(1, sure):
            if first + step in cuts:
                break
            rest.append(waiting[step])
        item = waiting.popleft()
        yield item, first in cuts, rest
        cuts.discard(first)
        first += 1
