"""Comic pages as a source of pictures: every panel is an offer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.comics.panels import Page, Panel, find_panels
from cartoongan_tf.films.sources import Offer, shrink_short
from cartoongan_tf.pictures import images, paths

GLANCES = 12  # files of a folder that tell whether they are pages
NAMED = 3  # files that a note names


@dataclass
class PageSource:
    """The panels of comic pages.

    Args:
        files: Pairs of a page's file and its place below the folder that was named.
        name: Of their folder in the dataset.
        path: What was named.
        size: Short side of the pictures; 0 keeps the page's scale.
    """

    files: list[tuple[Path, Path]]
    name: str
    path: Path
    size: int
    damaged: list[str] = field(init=False, default_factory=list)
    _panels: int = field(init=False, default=0)
    _whole: list[str] = field(init=False, default_factory=list)

    @property
    def length(self) -> int:
        """How many steps there are to go: pages."""
        return len(self.files)

    def offers(self, watch=None) -> Iterator[Offer]:
        """The panels in the order of reading; `watch` is told how many pages were read.

        One page is in memory at a time.
        """
        sources = [path for path, _ in self.files]
        wanted = [
            place.with_name(paths.cut(paths.stem(place), ".jpg"))
            for _, place in self.files
        ]
        places = paths.apart(wanted, sources)
        for number, (file, _) in enumerate(self.files):
            if watch is not None:
                watch(number)
            try:
                with terminal.quiet_libraries():
                    pixels = images.read(file).pixels
            except ValueError as error:
                self.damaged.append(str(error))
                yield Offer(places[number], file.name, _raise(error))
                continue
            page = find_panels(pixels)
            if not page.framed:
                self._whole.append(file.name)
            self._panels += len(page.panels)
            for index, (panel, unfit) in enumerate(_list_parts(page, pixels), 1):
                name = paths.cut(places[number].stem, f"-{index}.jpg")
                place = places[number].with_name(name)
                yield Offer(
                    place, f"{file.stem}-{index}", self._cut(pixels, panel), unfit
                )

    def _cut(self, pixels, panel):
        def read():
            return shrink_short(panel.cut(pixels), self.size)

        return read

    def facts(self) -> dict:
        """What was found out, once all offers were made."""
        notes = []
        if self._whole:
            names = ", ".join(self._whole[:NAMED])
            more = len(self._whole) - NAMED
            names += f" and {more:,} more" if more > 0 else ""
            notes.append(f"Without gutters, taken whole: {names}")
        return {
            "kind": "pages",
            "files": len(self.files),
            "panels": self._panels,
            "notes": notes,
        }


def _list_parts(page: Page, pixels: np.ndarray) -> list[tuple[Panel, str | None]]:
    """Panels, then what is left out and why; the whole page if nothing is on it."""
    parts = [(panel, None) for panel in page.panels] + page.left_out
    height, width = pixels.shape[:2]
    return parts or [(Panel(0, 0, width, height), "blank")]


def _raise(error):
    def read():
        raise error

    return read


def are_pages(files: list[Path]) -> bool:
    """Whether picture files are comic pages: half of them have two panels or more.

    Some, evenly spread, are looked at.
    """
    step = max(1, len(files) // GLANCES)
    looked, pages = 0, 0
    for file in files[::step][:GLANCES]:
        try:
            with terminal.quiet_libraries():
                pixels = images.read(file).pixels
        except ValueError:
            continue
        looked += 1
        pages += len(find_panels(pixels).panels) >= 2
    return looked > 0 and 2 * pages >= looked
