"""What a teacher draws: windows of photos, each beside its cartoon, kept in files."""

import hashlib
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cartoongan_tf.data.lists import Pictures
from cartoongan_tf.pictures import images, paths

cv2 = images.opencv()

EXPOSURE = 0.4  # largest step of a window's exposure, in stops
AT_ONCE = 4  # windows that the teacher draws together


class Pairs:
    """Pairs of a window of a photo and the teacher's picture of that window.

    The teacher sees what the student will: it draws the window after it was cut,
    shrunk, flipped and exposed, for its norms look at all that they are given. Each
    pair is a pure function of the seed and its number, and a PNG that can be looked at:
    photo left, cartoon right.

    Args:
        folder: Where they are kept.
        photos: Files.
        size: Side of the windows, a multiple of 4.
        seed: Decides which photo, window, flip and exposure.
        margin: Pixels that the teacher sees around a window, reflected, and that are
            cut off its picture: a network that pads with zeros draws lines along the
            border (hayao's in skies), and the student need not learn them.
    """

    def __init__(
        self, folder: Path, photos: list[Path], size: int, seed: int = 0, margin=0
    ):
        self.folder, self.size, self.seed = Path(folder), size, seed
        self.margin = margin
        self.photos = Pictures(photos)

    def path(self, number: int) -> Path:
        """Where a pair is kept."""
        return self.folder / f"{number:05d}.png"

    def make(self, teacher, count: int) -> None:
        """Draws those of the first `count` pairs that are missing.

        Args:
            teacher: Generator, of float32 pictures in -1..1.
            count: How many there are to be.
        """
        missing = [n for n in range(count) if not self.path(n).exists()]
        if not missing:
            return
        paths.check_folder(self.folder).mkdir(parents=True, exist_ok=True)
        with tqdm(total=count, initial=count - len(missing), desc="teacher") as bar:
            for at in range(0, len(missing), AT_ONCE):
                numbers = missing[at : at + AT_ONCE]
                windows = np.stack([self.cut(number) for number in numbers])
                cartoons = images.to_uint8(
                    teacher(images.to_signed(self._frame(windows)))
                )
                if self.margin:
                    inside = slice(self.margin, -self.margin)
                    cartoons = cartoons[:, inside, inside]
                for number, *pair in zip(numbers, windows, cartoons, strict=True):
                    images.write(self.path(number), np.concatenate(pair, axis=1))
                bar.update(len(numbers))

    def _frame(self, windows: np.ndarray) -> np.ndarray:
        around = (self.margin, self.margin)
        return np.pad(windows, ((0, 0), around, around, (0, 0)), "reflect")

    def cut(self, number: int) -> np.ndarray:
        """A pair's window of a photo: uint8 `(size, size, 3)`."""
        rng = np.random.default_rng((self.seed, number))
        at, zoom, top, left, flip, exposure = rng.random(6)
        photo = self.photos[int(at * len(self.photos))]
        height, width = photo.shape[:2]
        short = min(height, width)
        # Small windows, their lines as the photo has them, as often as large ones.
        side = round(min(short, self.size) ** (1 - zoom) * short**zoom)
        y, x = int(top * (height - side + 1)), int(left * (width - side + 1))
        window = images.resize(photo[y : y + side, x : x + side], self.size, self.size)
        if flip < 0.5:
            window = window[:, ::-1]
        gain = 2 ** (EXPOSURE * (2 * exposure - 1))
        return images.round_levels(window.astype(np.float32) * gain)

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """A pair that `make` has drawn: photo and cartoon, uint8.

        Raises:
            ValueError: When its file is missing or damaged.
        """
        pair = images.read(self.path(number)).pixels
        if pair.shape != (self.size, 2 * self.size, 3):
            raise ValueError(
                f"A pair must be two pictures of {self.size} pixels. Received: "
                f"{self.path(number)}, of shape {pair.shape}; delete it, and it is "
                "drawn again"
            )
        return pair[:, : self.size], pair[:, self.size :]


def name_pairs(
    teacher: Path, photos: list[Path], size: int, seed: int, margin: int = 0
) -> str:
    """A folder's name for pairs of one teacher, these photos, and such windows."""
    digest = hashlib.sha256(Path(teacher).read_bytes())
    for photo in photos:
        digest.update(paths.mark(photo, photo.name))
    digest.update(f"{size} {seed}{f' {margin}' if margin else ''}".encode())
    return f"pairs-{digest.hexdigest()[:12]}"


def hold_out(photos: list[Path], one_in: int) -> tuple[list[Path], list[Path]]:
    """Photos to learn from, and one in so many that are only for scores.

    Raises:
        ValueError: When either would be none.
    """
    held = photos[::one_in] if one_in else []
    learnt = [photo for photo in photos if photo not in set(held)]
    if not learnt:
        raise ValueError(
            "There must be photos to learn from. Received: "
            f"{len(photos)}, one in {one_in} held out"
        )
    return learnt, held
