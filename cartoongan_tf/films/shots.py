"""A film's shots, and from each the frames to keep: sharp, and not within a fade."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scenedetect import AdaptiveDetector, FrameTimecode

from cartoongan_tf.films.frames import WHOLE, Box, Film, Frame
from cartoongan_tf.films.unfit import is_blank, sharpness
from cartoongan_tf.pictures import images

cv2 = images.opencv()

RATE = 6.0  # frames looked at a second
LOOK = 0.5  # seconds to either side in which a fade shows
SIDE = 144  # short side of what cuts and sharpness are found in
THUMB = (32, 18)  # width, height of what fades are found in
STEADY = 1.06  # contrast from one sample to the next in a fade of up to 2 seconds
LIKE = 0.95  # correlation of what is the same picture, fading
VISIBLE = 2.0  # levels of standard deviation: below it there is nothing to compare

# PySceneDetect's detector that a pan does not fool: a cut changes twice as much as the
# frames around it do. (3 times is for all frames; we look at every fourth.)
_DETECTOR = {"adaptive_threshold": 2.0, "min_content_val": 12.0, "window_width": 2}


@dataclass
class KeyFrame:
    """A frame worth judging: the best of its part of a shot."""

    frame: Frame
    shot: int
    faded: bool = False  # all of that part lies in a fade or a dissolve

    @property
    def time(self) -> float:
        """Seconds from the film's beginning."""
        return self.frame.time


@dataclass
class _Sample:
    number: int
    frame: Frame
    thumb: np.ndarray  # float, zero mean
    contrast: float
    sharp: float
    blank: bool
    cut: bool = False
    faded: bool = False

    @property
    def rank(self):
        return (not self.faded and not self.blank, self.sharp)


@dataclass
class Shots:
    """Looks for the key frames of a film; counts what it saw.

    Args:
        film: The film.
        every: Seconds of a shot that one key frame stands for.
        boxes: The part of the frame that is not black bars, by `Frame.form`.
        start: From this second on.
        end: Up to this one.
    """

    film: Film
    every: float = 1.0
    boxes: dict[tuple, Box] = field(default_factory=dict)
    start: float = 0.0
    end: float = math.inf
    seen: int = field(init=False, default=0)  # frames looked at
    count: int = field(init=False, default=0)  # shots found

    def key_frames(self, watch=None) -> Iterator[KeyFrame]:
        """The best frame of every `every` seconds of each shot, in order.

        Args:
            watch: Is told the time of every frame looked at.
        """
        best, begin = None, None
        self.count = 0
        for sample in self._final_samples(watch):
            # A fade changes as fast as a cut; the shot before it goes on.
            fresh = best is None or (sample.cut and not sample.faded)
            if fresh or sample.frame.time >= begin + self.every - 0.5 / RATE:
                if best is not None:
                    yield self._key_frame(best)
                self.count += fresh
                best, begin = sample, sample.frame.time
            elif sample.rank > best.rank:
                best = sample
        if best is not None:
            yield self._key_frame(best)

    def _key_frame(self, sample: _Sample) -> KeyFrame:
        return KeyFrame(sample.frame, self.count, sample.faded)

    def _final_samples(self, watch) -> Iterator[_Sample]:
        """Samples with all that their neighbours tell of them; few at a time."""
        detector = AdaptiveDetector(min_scene_len=1, **_DETECTOR)
        around: deque[_Sample] = deque()
        due = 0  # index in `around` of the first sample that was not given out
        size = None  # width and height of what the detector was shown first
        for number, frame in enumerate(self.film.frames(RATE, self.start, self.end)):
            self.seen += 1
            if watch is not None:
                watch(frame.time)
            small = frame.small(SIDE, self.boxes.get(frame.form, WHOLE))
            around.append(_measure(number, frame, small))
            bgr = np.ascontiguousarray(small[..., ::-1])
            size = size or small.shape[1::-1]
            if small.shape[1::-1] != size:  # the film goes on in another form
                bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
            for cut in detector.process_frame(FrameTimecode(number, RATE), bgr):
                for sample in around:
                    sample.cut |= sample.number == cut.frame_num
            # A cut is told of two frames later, a fade seen from half a second on.
            while due < len(around) - 4 and around[due].frame.time + LOOK < frame.time:
                yield _with_fade(around, due)
                due += 1
                while around[0].frame.time < around[due].frame.time - 2 * LOOK:
                    around.popleft()
                    due -= 1
        while due < len(around):
            yield _with_fade(around, due)
            due += 1


def _measure(number: int, frame: Frame, small: np.ndarray) -> _Sample:
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    thumb = cv2.resize(gray, THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
    thumb = (thumb - thumb.mean()).ravel()
    return _Sample(
        number, frame, thumb, float(thumb.std()), sharpness(gray), is_blank(gray)
    )


def _with_fade(around, index: int) -> _Sample:
    """The sample, `faded` where what is before and after it says so."""
    sample = around[index]
    time = sample.frame.time

    def at(moment):
        return min(around, key=lambda other: abs(other.frame.time - moment)).thumb

    if 0 < index < len(around) - 1:
        sample.faded = is_mixed(sample.thumb, at(time - LOOK), at(time + LOOK))
    # The ends of a fade too, which are in its middle for a neighbour.
    for middle in range(max(1, index - 1), min(len(around) - 1, index + 2)):
        thumbs = (around[middle + step].thumb for step in (0, -1, 1))
        sample.faded |= is_fading(*thumbs)
    return sample


def is_fading(now: np.ndarray, before: np.ndarray, after: np.ndarray) -> bool:
    """Whether one and the same picture steadily loses or gains contrast.

    Args:
        now: Brightness, `(N,)`, zero mean; so are the other two.
        before: A sixth of a second earlier.
        after: A sixth of a second later.
    """
    first, second = _contrast_kept(before, now), _contrast_kept(now, after)
    return max(first, second) < 1 / STEADY or STEADY < min(first, second)


def _contrast_kept(one: np.ndarray, other: np.ndarray) -> float:
    """How much of its contrast a picture keeps; 1 where they are not one picture."""
    power, power_after = float(one @ one), float(other @ other)
    if min(power, power_after) < len(one) * VISIBLE**2:
        return 1.0
    if float(one @ other) < LIKE * math.sqrt(power * power_after):
        return 1.0
    return math.sqrt(power_after / power)


def is_mixed(now: np.ndarray, before: np.ndarray, after: np.ndarray) -> bool:
    """Whether a picture is a mixture of an earlier and a later, other one.

    It is, when `a * before + b * after` explains nearly all of it with a share of both.
    Where something moves neither does, and a cut leaves nothing of one of them.

    Args:
        now: Brightness, `(N,)`, zero mean; so are the other two.
        before: Half a second earlier.
        after: Half a second later.
    """
    powers = [float(x @ x) for x in (now, before, after)]
    if min(powers) < len(now) * VISIBLE**2:
        return False
    if float(before @ after) > 0.7 * math.sqrt(powers[1] * powers[2]):
        return False  # the same picture before and after
    pair = np.stack([before, after], 1)
    shares, *_ = np.linalg.lstsq(pair, now, rcond=None)
    rest = now - pair @ shares
    explained = 1 - float(rest @ rest) / powers[0]
    return explained > 0.9 and min(shares) > 0.12 and max(shares) < 0.9
