"""Which of the pictures of a source are kept, and why the others are not."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cartoongan_tf.films.duplicates import Gallery
from cartoongan_tf.films.sources import Offer
from cartoongan_tf.films.unfit import REASONS, judge
from cartoongan_tf.pictures import images, layout
from cartoongan_tf.pictures.sheets import ContactSheet, find_palette

LEFT_OUT_A_REASON = 24  # pictures of each reason that the sheet of them shows


@dataclass
class Selection:
    """Judges offers one by one; writes those that are kept.

    Args:
        gallery: What was kept so far, of all sources of this kind.
        rules: Reasons of `unfit.REASONS` that count.
        folder: Where pictures are written to; None judges only.
        label: Put before a picture's name in the gallery.
    """

    gallery: Gallery
    rules: tuple[str, ...] = tuple(REASONS)
    folder: Path | None = None
    label: str = ""
    kept: list[tuple[Path, tuple[int, int]]] = field(default_factory=list)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    offered: int = 0
    sheet: ContactSheet = field(default_factory=ContactSheet)
    sheets_of_left_out: dict[str, ContactSheet] = field(default_factory=dict)

    def offer(self, offer: Offer) -> str | None:
        """Keeps the picture, or tells the reason for which it is not kept."""
        self.offered += 1
        try:
            pixels = offer.read()
        except ValueError as error:
            if "damaged" not in self.rules:
                raise
            self.left_out.append((offer.caption, "damaged", str(error)))
            return "damaged"
        like = ""
        reason = offer.unfit if offer.unfit in self.rules else None
        reason = reason or judge(pixels, self.rules)
        if reason is None and "duplicate" in self.rules:
            twin = self.gallery.find(pixels)
            if twin is not None:
                reason, like = "duplicate", f"{twin[0]} ({twin[1]:.2f})"
        if reason is not None:
            self.left_out.append((offer.caption, reason, like))
            sheet = self.sheets_of_left_out.setdefault(
                reason, ContactSheet(LEFT_OUT_A_REASON)
            )
            sheet.add(pixels, f"{reason} {offer.caption}")
            return reason
        if self.folder is not None:
            path = self.folder / offer.place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(images.encode(pixels, offer.place.suffix))
        self.gallery.add(f"{self.label}{offer.place.name}", pixels)
        self.kept.append((offer.place, pixels.shape[:2]))
        self.sheet.add(pixels, offer.caption)
        return None

    def thin_out(self, most: int) -> None:
        """Drops pictures evenly until at most `most` are kept."""
        if len(self.kept) <= most:
            return
        stay = {int(number * len(self.kept) / most) for number in range(most)}
        for number, (place, _) in enumerate(self.kept):
            if number not in stay:
                self.left_out.append((place.stem, "limit", ""))
                if self.folder is not None:
                    (self.folder / place).unlink()
        self.kept = [kept for number, kept in enumerate(self.kept) if number in stay]

    def summary(self) -> dict:
        """Counts, sizes and colours, for the report."""
        counts = Counter(reason for _, reason, _ in self.left_out)
        return {
            "offered": self.offered,
            "kept": len(self.kept),
            "left_out": {
                reason: counts[reason]
                for reason in (*REASONS, "limit")
                if counts[reason]
            },
            "smallest_side": min((min(size) for _, size in self.kept), default=0),
            "palette": find_palette(self.sheet.thumbs),
        }

    def write_sheets(self, folder: Path, name: str) -> None:
        """Writes the two contact sheets and the list of what was left out."""
        if self.kept:
            colors = find_palette(self.sheet.thumbs)
            images.write(folder / f"{name}.jpg", self.sheet.draw(colors))
        rows = [sheet.draw() for sheet in self.sheets_of_left_out.values()]
        if rows:
            images.write(folder / f"{name}-left-out.jpg", layout.stack(rows, gap=12))
        path = folder / f"{name}-left-out.csv"
        told = {"encoding": "utf-8", "errors": "backslashreplace"}
        with open(path, "w", newline="", **told) as file:
            table = csv.writer(file)
            table.writerow(("what", "reason", "detail"))
            table.writerows(self.left_out)
