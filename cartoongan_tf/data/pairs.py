"""What a teacher draws: windows of photos, each beside its cartoon, kept in files."""

import hashlib
import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cartoongan_tf.data.lists import Pictures
from cartoongan_tf.pictures import images, layout, paths

cv2 = images.opencv()

EXPOSURE = 0.4  # largest step of a window's exposure, in stops
OFTEN = 0.3  # windows whose shades are bent, and those in another light
GAMMA = 0.4  # largest logarithm of the power that bends them
LIGHT = 0.07  # deviation of the channels' gains, as logarithms
AT_ONCE = 4  # windows that the teacher draws together
PART = 32  # pairs in a file
SHOWN = 8  # in the sheet to look at
ABOUT, SHEET = "about.json", "look.png"


class Pairs:
    """Pairs of a window of a photo and the teacher's picture of that window.

    The teacher sees what the student will: it draws the window after it was cut,
    shrunk, flipped, exposed and lit, for its norms look at all that they are given.
    Each pair is a pure function of the seed and its number. They lie in files of 32,
    arrays `(pairs, size, 2 * size, 3)` that are not read but mapped, so that a training
    with thousands of them starts in seconds; `look.png` shows the first ones, photo
    left, cartoon right.

    Args:
        folder: Where they are kept.
        photos: Files.
        size: Side of the windows, a multiple of 4.
        seed: Decides which photo, window, flip, exposure and light.
        margin: Pixels that the teacher draws around a window, reflected, and that are
            cut off its picture: a network that pads with zeros draws lines along the
            border (hayao's in skies), and the student need not learn them.
    """

    def __init__(
        self, folder: Path, photos: list[Path], size: int, seed: int = 0, margin=0
    ):
        self.folder, self.size, self.seed = Path(folder), size, seed
        self.margin = margin
        self.photos = Pictures(photos)
        self.parts = {}

    def path(self, part: int) -> Path:
        """Where a file of 32 pairs is kept."""
        return self.folder / f"{part:05d}.npy"

    def make(self, teacher, count: int) -> None:
        """Draws those of the first `count` pairs that are missing, 32 at a time.

        Args:
            teacher: Of float32 windows in -1..1 and a margin, what it draws of them
                without the margin; `Teacher`, say.
            count: How many there are to be.
        """
        parts = range(-(-count // PART))
        missing = [part for part in parts if not self.path(part).exists()]
        if not missing:
            return
        paths.check_folder(self.folder).mkdir(parents=True, exist_ok=True)
        total = len(parts) * PART
        done = total - len(missing) * PART
        desc = f"teacher, {self.size} pixels"
        with tqdm(total=total, initial=done, desc=desc) as bar:
            for part in missing:
                drawn = []
                for at in range(part * PART, (part + 1) * PART, AT_ONCE):
                    numbers = range(at, at + AT_ONCE)
                    windows = np.stack([self.cut(number) for number in numbers])
                    signed = teacher(images.to_signed(windows), self.margin)
                    cartoons = images.to_uint8(signed)
                    drawn.append(np.concatenate([windows, cartoons], axis=2))
                    bar.update(AT_ONCE)
                with paths.replacing(self.path(part)) as temporary:
                    with open(temporary, "wb") as file:  # save() would add a suffix
                        np.save(file, np.concatenate(drawn))
                if part == 0:
                    rows = list(np.concatenate(drawn)[:SHOWN])
                    images.write(self.folder / SHEET, layout.lay_out(rows))

    def cut(self, number: int) -> np.ndarray:
        """A pair's window of a photo: uint8 `(size, size, 3)`."""
        rng = np.random.default_rng((self.seed, number))
        at, zoom, top, left, flip, exposure, bent, lit = rng.random(8)
        photo = self.photos[int(at * len(self.photos))]
        height, width = photo.shape[:2]
        short = min(height, width)
        # Small windows, their lines as the photo has them, as often as large ones.
        side = round(min(short, self.size) ** (1 - zoom) * short**zoom)
        y, x = int(top * (height - side + 1)), int(left * (width - side + 1))
        window = images.resize(photo[y : y + side, x : x + side], self.size, self.size)
        if flip < 0.5:
            window = window[:, ::-1]
        light = window.astype(np.float32) * 2 ** (EXPOSURE * (2 * exposure - 1))
        if bent < OFTEN:
            power = np.exp(rng.uniform(-GAMMA, GAMMA))
            light = 255 * (np.clip(light, 0, 255) / 255) ** power
        if lit < OFTEN:
            light = light * np.exp(rng.normal(0, LIGHT, 3))
        return images.round_levels(light.astype(np.float32))

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """A pair that `make` has drawn: photo and cartoon, uint8.

        Raises:
            ValueError: When its file is missing or damaged.
        """
        part, place = divmod(number, PART)
        if part not in self.parts:
            self.parts[part] = self._open(self.path(part))
        pair = self.parts[part][place]
        return pair[:, : self.size], pair[:, self.size :]

    def _open(self, path: Path) -> np.ndarray:
        wanted = (PART, self.size, 2 * self.size, 3)
        try:
            pairs = np.load(path, mmap_mode="r")
        except (OSError, ValueError) as error:
            pairs, why = None, str(error).splitlines()[0]
        if pairs is None or pairs.shape != wanted or pairs.dtype != np.uint8:
            found = why if pairs is None else f"{pairs.dtype} of shape {pairs.shape}"
            raise ValueError(
                f"A file of pairs must be uint8 of shape {wanted}. Received: {path}, "
                f"{found}; delete it, and it is drawn again"
            )
        return pairs


def describe_pairs(
    teacher: Path, photos: list[Path], size: int, seed: int, margin: int = 0
) -> dict:
    """What pairs depend on: of one teacher, these photos, and such windows."""
    digest = hashlib.sha256()
    for photo in photos:
        digest.update(paths.mark(photo, photo.name))
    return {
        "teacher": hashlib.sha256(Path(teacher).read_bytes()).hexdigest(),
        "photos": digest.hexdigest(),
        "image_size": size,
        "seed": seed,
        "margin": margin,
        "drawn": 2,  # how: 1 knew no light, and took statistics with the margin
    }


def name_pairs(about: dict) -> str:
    """A folder's name for pairs that `describe_pairs` describes."""
    text = json.dumps(about, sort_keys=True)
    return f"pairs-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def claim_folder(folder: Path, about: dict) -> None:
    """Says in a folder what its pairs depend on; one that says otherwise is refused.

    Raises:
        ValueError: When it holds other pairs, or something else.
    """
    file = Path(folder) / ABOUT
    if file.is_file():
        try:
            said = json.loads(file.read_text())
        except ValueError:
            said = {}
        apart = [key for key in about if said.get(key) != about[key]]
        if apart:
            raise ValueError(
                "`pairs` must be a folder of pairs of this teacher, these photos, "
                f"`image_size`, `seed` and `margin`. Received: {folder}, with another "
                f"{', another '.join(apart)}; take another folder"
            )
        return
    if Path(folder).is_dir() and any(Path(folder).iterdir()):
        raise ValueError(
            f"`pairs` must be a new folder, or one of pairs. Received: {folder}"
        )
    paths.check_folder(folder).mkdir(parents=True, exist_ok=True)
    with paths.replacing(file) as temporary:
        temporary.write_text(json.dumps(about, indent=2) + "\n")


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
