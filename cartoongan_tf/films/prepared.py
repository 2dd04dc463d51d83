"""A style's dataset on disk as it grows: sources added whole, and the report of all."""

import json
import os
import shutil
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

from cartoongan_tf.films.frames import clock
from cartoongan_tf.films.unfit import REASONS
from cartoongan_tf.pictures import paths

PARTS = {"cartoons": (2302, 4573), "photos": (5402, 5402)}  # paper, section 4
FEW = 2000
TRAINING_SIZE = 256

_MORE = {
    "cartoons": "add more films or pages, or try --every 0.5 or --similarity 0.9",
    "photos": "add more folders by --photos",
}


class PreparedSet:
    """`data/<style>`: its `photos/`, its `cartoons/`, and the report on them.

    Each source has a folder of its own in one of the two, and an entry in
    `prepared/report.json`. `prepared/` is not looked at by training.

    Args:
        folder: The style's.
        report: Where the report is; `folder/prepared` by default.
    """

    def __init__(
        self, folder: str | os.PathLike, report: str | os.PathLike | None = None
    ):
        self.folder = Path(folder)
        self.report = Path(report) if report else self.folder / "prepared"
        self.records: list[dict] = self._read()

    def _read(self) -> list[dict]:
        path = self.report / "report.json"
        try:
            records = json.loads(path.read_text(encoding="utf-8"))["sources"]
            assert all(isinstance(record["name"], str) for record in records)
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
            raise ValueError(
                f"The report must be whole; move it away to begin a new one. "
                f"Received: {path} ({error})"
            ) from error
        return [r for r in records if (self.folder / r["part"] / r["name"]).is_dir()]

    # ------------------------------------------------------------ names

    def choose_name(self, part: str, stem: str, source: Path, taken=()) -> str:
        """The folder's name for a source: its own, numbered where another has it."""
        base = "".join(c if c.isalnum() or c in "-_.+ " else "_" for c in stem)
        # Its pictures have the time in their names too.
        base = paths.cut(base.strip(" .")[:80], most=200) or "source"
        name, number = base, 2
        while (part, name) in taken or self._is_of_another(part, name, source):
            name = f"{base}_{number}"
            number += 1
        return name

    def _is_of_another(self, part, name, source) -> bool:
        record = self.find(part, name)
        return record is not None and record["source"] != os.path.realpath(source)

    def find(self, part: str, name: str) -> dict | None:
        """What the report says of a source, if it is there."""
        return next(
            (r for r in self.records if (r["part"], r["name"]) == (part, name)), None
        )

    def is_done(self, part: str, name: str, identity: dict, overwrite: bool) -> bool:
        """Whether just this was prepared before.

        Raises:
            ValueError: When there is something else, and it may not be overwritten.
        """
        target = self.folder / part / name
        if overwrite or not os.path.lexists(target):
            return False
        record = self.find(part, name)
        if record is None:
            raise ValueError(
                "Pictures that this command did not make must not be in the way, "
                f"unless --overwrite is given. Received: {target}"
            )
        if record["identity"] == identity:
            return True
        changed = [k for k in identity if record["identity"].get(k) != identity[k]]
        raise ValueError(
            f"Pictures must not exist, unless --overwrite is given. Received: "
            f"{target}, made with another {', '.join(changed)}"
        )

    # ------------------------------------------------------------ adding

    @contextmanager
    def adding(self, part: str, name: str):
        """Gives an empty folder, for `pictures/` and `report/`; gone in the end."""
        made = [f for f in (self.folder.parent, self.folder) if not f.exists()]
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clear_dead()
        room = self.folder / f".prepare.tmp{os.getpid()}"
        shutil.rmtree(room, ignore_errors=True)
        try:
            (room / "pictures").mkdir(parents=True)
            (room / "report").mkdir()
            with open(room / ".lock", "w") as lock:
                if fcntl is not None:
                    fcntl.flock(lock, fcntl.LOCK_EX)
                yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)
            for folder in reversed(made):
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()

    def _clear_dead(self) -> None:
        """Removes what a killed run left: nobody holds its lock."""
        if fcntl is None:
            return
        for room in self.folder.glob(".prepare.tmp*"):
            try:
                with open(room / ".lock") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(room, ignore_errors=True)
            except OSError:
                pass  # another run is at work, or begins

    def commit(self, room: Path, record: dict) -> None:
        """Puts a source's pictures and report in their places.

        The report first, so that pictures are never there without their entry; an entry
        without pictures is left out when the report is read.
        """
        part, name = record["part"], record["name"]
        target = self.folder / part / name
        self.report.mkdir(parents=True, exist_ok=True)
        for file in (room / "report").iterdir():
            shutil.move(file, self.report / file.name)
        self.records = [
            r for r in self.records if (r["part"], r["name"]) != (part, name)
        ]
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.records.append({**record, "prepared": now})
        self._write()
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            os.replace(target, room / "replaced")
        os.replace(room / "pictures", target)

    def add_report(self, room: Path, record: dict) -> None:
        """Puts a source's report alone in its place, for a trial."""
        self.report.mkdir(parents=True, exist_ok=True)
        for file in (room / "report").iterdir():
            shutil.move(file, self.report / file.name)
        self.records.append(record)
        self._write()

    def _write(self) -> None:
        style = self.folder.name
        document = {
            "style": style,
            "warnings": self.warnings(),
            "sources": self.records,
        }
        texts = {
            "report.json": json.dumps(document, indent=2, ensure_ascii=False),
            "report.md": "\n".join(self._as_text()) + "\n",
        }
        for name, text in texts.items():
            # A name that is no UTF-8 is escaped, as JSON reads it back.
            with paths.replacing(self.report / name) as temporary:
                temporary.write_text(text, encoding="utf-8", errors="backslashreplace")

    # ------------------------------------------------------------ report

    def warnings(self) -> list[str]:
        """What users should know of the dataset as a whole."""
        found = []
        for part, (least, most) in PARTS.items():
            records = [r for r in self.records if r["part"] == part]
            kept = sum(r["kept"] for r in records)
            if records and kept < FEW:
                paper = f"{least:,} to {most:,}" if least != most else f"{most:,}"
                found.append(
                    f"{kept:,} {part} are few: the paper trained with {paper}. "
                    f"For more, {_MORE[part]}."
                )
        for record in self.records:
            found += record_warnings(record)
        return found

    def _as_text(self) -> list[str]:
        lines = [f"# {self.folder.name}: what was prepared", ""]
        lines += [f"- **Warning**: {warning}" for warning in self.warnings()]
        for record in self.records:
            base = f"{record['part']}-{record['name']}"
            lines += [
                "",
                f"## {record['part']}/{record['name']}",
                "",
                record["source"],
                "",
            ]
            lines += [f"- {line}" for line in describe(record)]
            if record["kept"]:
                lines += ["", f"![what was kept]({_link(base)}.jpg)"]
            if record["left_out"]:
                lines += ["", f"![what was left out]({_link(base)}-left-out.jpg)", ""]
                lines += [f"Each one, with its reason: `{base}-left-out.csv`"]
        return lines


def _link(name: str) -> str:
    return name.replace(" ", "%20")


def describe(record: dict) -> list[str]:
    """A source's entry in plain words."""
    lines = []
    if record["kind"] == "film":
        lines.append(
            f"{clock(record['seconds'])} of film, {record['frames_looked_at']:,} "
            f"frames looked at, {record['shots']:,} shots"
        )
        if record["without_bars"] != record["stored_size"]:
            lines.append(
                f"black bars cut: {record['stored_size']} to {record['without_bars']}"
            )
    elif record["kind"] == "pages":
        lines.append(f"{record['files']:,} comic pages, {record['panels']:,} panels")
    else:
        lines.append(f"{record['files']:,} files")
    lines.append(f"{record['kept']:,} kept of {record['offered']:,} looked at closely")
    for reason, count in record["left_out"].items():
        meaning = REASONS.get(reason, "more than --limit asks for")
        lines.append(f"{count:,} {reason}: {meaning}")
    if record["palette"]:
        colors = ", ".join(f"{c} {share:.0%}" for c, share in record["palette"])
        lines.append(f"colours: {colors}")
    return lines + record["notes"]


def record_warnings(record: dict) -> list[str]:
    """What users should know of one source."""
    found = []
    name, offered = record["name"], max(1, record["offered"])
    share = {reason: count / offered for reason, count in record["left_out"].items()}
    if share.get("subtitled", 0) > 0.15:
        found.append(
            f"{name}: {share['subtitled']:.0%} have subtitles in the picture. An "
            "edition without them gives more."
        )
    if share.get("blurred", 0) > 0.4:
        found.append(
            f"{name}: {share['blurred']:.0%} are blurred. If the film is that soft all "
            "over, use --keep blurred, or a better edition."
        )
    if record["kept"] and record["smallest_side"] < TRAINING_SIZE:
        found.append(
            f"{name}: pictures of {record['smallest_side']} pixels; training takes "
            f"{TRAINING_SIZE} and would enlarge them."
        )
    return found
