"""Sees every picture once, and sums up what was seen: a report's figures."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from cartoongan_tf.evaluation import (
    distances,
    hues,
    kernels,
    measures,
    metrics,
    resizing,
)
from cartoongan_tf.networks.features import StyleFeatures
from cartoongan_tf.pictures import images
from cartoongan_tf.reports.extractors import agreement

KEPT = 96  # pictures of each, whose patches the style distance looks at
PHOTOS = "the photos"
CARTOONS = "the cartoons"
BLURRED = "the photos, blurred"
RECOLOURED = "the photos in the cartoons' palette"
ANOTHER = "another photo"
SQUEEZED = "the photos as JPEG 75"
REFERENCES = (PHOTOS, RECOLOURED, BLURRED, SQUEEZED, ANOTHER)


@dataclass
class Seen:
    """What is kept of one contestant's pictures."""

    vectors: list = field(default_factory=list)
    windows: tuple = field(default_factory=lambda: ([], []))
    colours: list = field(default_factory=list)
    pictures: list = field(default_factory=list)
    rows: dict = field(default_factory=dict)

    def layer(self, number: int) -> np.ndarray:
        """Features of all windows at one layer."""
        return np.concatenate(self.windows[number])


class Jury:
    """Judges pictures of photos, one photo at a time.

    Beside the contestants it judges anchors that nobody drew: the photos themselves,
    the same in the cartoons' palette, blurred, from a JPEG, and another photo in the
    place of each. What a contestant is worth shows between them.

    Args:
        extractor: Of `extractors.load`.
        cartoons: uint8 RGB pictures, or none.
        photos: Some of the photos, for the palette; any sizes.
        seed: Of halves, windows, pixels, patches.
        jpeg: Quality of the JPEG that every picture is put through, or None.
    """

    def __init__(self, extractor, cartoons=(), photos=(), seed=0, jpeg=None):
        self.extractor, self.seed, self.jpeg = extractor, seed, jpeg
        self.network = StyleFeatures()
        self.seen: dict[str, Seen] = {}
        self.cartoons = Seen()
        self.before = None
        self.recolour = None
        pixels = [[], []]
        for number, cartoon in enumerate(cartoons):
            cartoon = self._code(cartoon)
            self._keep(self.cartoons, [cartoon], number)
            self.cartoons.rows[str(number)] = measures.of_cartoon(cartoon)
            pixels[1].append(_pixels(cartoon, number))
        if pixels[1] and len(photos):
            pixels[0] = [_pixels(photo, n) for n, photo in enumerate(photos)]
            self.recolour = hues.Transfer(*map(np.concatenate, pixels))

    def see(self, key: str, photo, drawn: dict, truth=None) -> dict[str, dict]:
        """Judges all pictures of one photo.

        Args:
            key: The photo's name.
            photo: uint8 RGB.
            drawn: A picture of the photo's size from each contestant, by name.
            truth: The teacher's picture, or None.

        Returns:
            The measures of each picture, anchors' too.
        """
        photo = self._code(photo)
        pictures = {name: self._code(picture) for name, picture in drawn.items()}
        truth = None if truth is None else self._code(truth)
        own = {
            PHOTOS: photo,
            BLURRED: cv2.GaussianBlur(photo, (0, 0), 2),
            SQUEEZED: resizing.through_jpeg(photo, 75),
        }
        if self.recolour is not None:
            own[RECOLOURED] = self.recolour(photo)
        if self.before is not None:
            own[ANOTHER] = images.resize(self.before, *photo.shape[:2])
        self.before = photo
        pictures = {**own, **pictures}
        number = len(self.seen.get(PHOTOS, Seen()).rows)
        vectors, maps = self.extractor(list(pictures.values()))
        windows = [self._windows([p], number) for p in pictures.values()]
        seen = self._look(np.concatenate(windows))
        result = {}
        for n, (name, picture) in enumerate(pictures.items()):
            row = measures.of_picture(picture, photo, truth)
            row["structure"] = agreement(maps[n], maps[0])
            kept = self.seen.setdefault(name, Seen())
            kept.vectors.append(vectors[n])
            part = slice(n * kernels.WINDOWS, (n + 1) * kernels.WINDOWS)
            for layer, features in zip(kept.windows, seen, strict=True):
                layer.append(features[part])
            self._keep_colours(kept, picture, number)
            kept.rows[key] = result[name] = row
        return result

    def sum_up(self) -> dict:
        """The figures of all contestants and anchors.

        Returns:
            `methods`: by name, by measure, an `Estimate` or None; `anchors`: a list of
            what, measure and `Estimate`.
        """
        methods = {}
        photos = self.seen[PHOTOS]
        for name, kept in self.seen.items():
            columns = {key for row in kept.rows.values() for key in row}
            figures = {
                key: distances.mean([row.get(key) for row in kept.rows.values()])
                for key in columns
            }
            figures |= self._to_photos(name, kept, photos)
            methods[name] = figures
        if self.cartoons.rows:
            self._to_cartoons(methods, photos)
            columns = next(iter(self.cartoons.rows.values()))
            methods[CARTOONS] = {
                key: distances.mean([r[key] for r in self.cartoons.rows.values()])
                for key in columns
            }
        return {"methods": methods, "anchors": self._anchors(methods)}

    def _to_photos(self, name, kept, photos) -> dict:
        if name in (PHOTOS, ANOTHER) or len(kept.vectors) < 3:
            return {}
        one, other = kept.vectors, photos.vectors
        return {"kid_photos": distances.kernel_inception(one, other, paired=True)}

    def _to_cartoons(self, methods, photos) -> None:
        wanted = self.cartoons
        own = [
            kernels.kernel_distance(photos.layer(n), wanted.layer(n)) for n in (0, 1)
        ]
        for name, kept in self.seen.items():
            if name == ANOTHER:
                continue
            figures, count = methods[name], len(kept.rows)
            if min(count, len(wanted.vectors)) >= 3:
                figures["kid_cartoons"] = distances.kernel_inception(
                    kept.vectors, wanted.vectors
                )
            if min(count, len(wanted.vectors)) > self.extractor.channels:
                figures["fid_cartoons"] = distances.frechet(
                    kept.vectors, wanted.vectors
                )
            for n, key in enumerate(("conv3_3", "conv4_3")):
                value = kernels.kernel_distance(kept.layer(n), wanted.layer(n))
                figures[key] = distances.Estimate(
                    value / max(own[n], 1e-6), None, count
                )
            figures["palette"] = distances.grouped(
                lambda part: hues.palette_distance(part, wanted.colours, self.seed),
                kept.colours,
            )
            value = metrics.style_distance(kept.pictures, wanted.pictures, self.seed)
            figures["style_distance"] = distances.Estimate(
                value["style_distance"], None, len(kept.pictures)
            )
        self._together(methods)

    def _together(self, methods) -> None:
        """The product of style and content, where there is what it is made of."""
        whole = methods[PHOTOS].get("kid_cartoons")
        floors = methods.get(ANOTHER)
        if whole is None or floors is None or whole.value <= 0:
            return
        for name, figures in methods.items():
            kid = figures.get("kid_cartoons")
            if kid is None or name == ANOTHER:
                continue
            style = max(0.0, kid.value) / whole.value
            lost = np.mean(
                [
                    (1 - figures[key].value) / max(1 - floors[key].value, 1e-6)
                    for key in ("structure", "outlines_kept")
                ]
            )
            figures["together"] = distances.Estimate(
                float((1 + style) * (1 + np.clip(lost, 0, 1))), None, kid.count
            )

    def _anchors(self, methods) -> list[dict]:
        found = []

        def add(what, estimate):
            if estimate is not None:
                found.append({"what": what, "key": "kid", "estimate": estimate})

        add("photos against cartoons", methods[PHOTOS].get("kid_cartoons"))
        for what, kept in (
            ("cartoons, half against half", self.cartoons),
            ("photos, half against half", self.seen[PHOTOS]),
        ):
            vectors = np.array(kept.vectors)
            if len(vectors) >= 6:
                order = np.random.default_rng(self.seed).permutation(len(vectors))
                half = len(vectors) // 2
                halves = vectors[order[:half]], vectors[order[half:]]
                add(what, distances.kernel_inception(*halves))
        add("photos as JPEG 75 against photos", methods[SQUEEZED].get("kid_photos"))
        return found

    def _code(self, picture) -> np.ndarray:
        if self.jpeg is None:
            return picture
        return resizing.through_jpeg(picture, self.jpeg)

    def _keep(self, kept: Seen, pictures, number: int) -> None:
        vectors, _ = self.extractor(pictures)
        kept.vectors += list(vectors)
        for layer, features in zip(
            kept.windows, self._look(self._windows(pictures, number)), strict=True
        ):
            layer.append(features)
        for picture in pictures:
            self._keep_colours(kept, picture, number)

    def _keep_colours(self, kept: Seen, picture, number: int) -> None:
        kept.colours.append(hues.sample(picture, self.seed + number))
        if len(kept.pictures) < KEPT:
            kept.pictures.append(_to_height(picture))

    def _windows(self, pictures, number: int) -> np.ndarray:
        # One photo's windows lie at the same places in every picture of it.
        return kernels.cut_windows(pictures, seed=(self.seed, number))

    def _look(self, windows) -> list[np.ndarray]:
        answers = self.network(images.to_signed(windows))
        return [np.asarray(answer) for answer in answers]


def _pixels(picture, seed: int, count: int = 500) -> np.ndarray:
    pixels = picture.reshape(-1, 3)
    return pixels[np.random.default_rng(seed).integers(0, len(pixels), count)]


def _to_height(picture) -> np.ndarray:
    """A picture at the one height at which patches are compared."""
    height, width = picture.shape[:2]
    wide = max(56, round(width * kernels.HEIGHT / height))
    return images.resize(picture, kernels.HEIGHT, wide)
