"""A training run's folder: `<runs>/<style>/00001/`."""

import json
import os
from contextlib import contextmanager
from pathlib import Path

from cartoongan_tf.pictures import paths

try:
    import fcntl
except ImportError:  # Windows: no lock, as before
    fcntl = None


class Run:
    """The numbered folder that a run owns.

    It holds `config.json` (what was asked for), `history.csv`, `logs/` (TensorBoard),
    `samples/` (a grid an epoch), `backup/` (to resume from), `generator.keras`
    (averaged weights; the last step's are in `generator-raw.keras`) and `curves.png`.
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder = Path(folder)
        self.config_path = self.folder / "config.json"
        self.history = self.folder / "history.csv"
        self.logs = self.folder / "logs"
        self.samples = self.folder / "samples"
        self.backup = self.folder / "backup"
        self.generator = self.folder / "generator.keras"
        self.raw_generator = self.folder / "generator-raw.keras"
        self.curves = self.folder / "curves.png"

    @classmethod
    def create(cls, root: str | os.PathLike, style: str, config: dict) -> "Run":
        """Makes the next numbered folder of a style and writes its `config.json`.

        Raises:
            ValueError: When it cannot be written.
        """
        parent = paths.check_folder(paths.check_utf8(Path(root) / style))
        parent.mkdir(parents=True, exist_ok=True)
        numbers = [int(f.name) for f in parent.iterdir() if f.name.isdecimal()]
        number = max(numbers, default=0) + 1
        while True:
            run = cls(parent / f"{number:05d}")
            try:
                run.folder.mkdir()
                break
            except FileExistsError:  # another run began in this instant
                number += 1
        run.write_config(config)
        return run

    @classmethod
    def open(cls, folder: str | os.PathLike) -> "Run":
        """Opens a run that exists.

        Raises:
            ValueError: When the folder is not a run's.
        """
        run = cls(folder)
        if not run.config_path.is_file():
            raise ValueError(
                "`--resume` must be a run's folder, such as runs/paprika/00001, with a "
                f"config.json. Received: {run.folder}"
            )
        run.read_config()
        paths.check_folder(paths.check_utf8(run.folder))
        return run

    @contextmanager
    def locked(self):
        """Keeps a second process from training the same run at the same time.

        Raises:
            ValueError: When one does.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "w") as file:
            if fcntl is not None:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise ValueError(
                        "A run must be trained by one process at a time. Received: "
                        f"{self.folder}, which another is training"
                    ) from None
            yield

    def write_config(self, config: dict) -> None:
        """Writes `config.json`, whole or not at all."""
        with paths.replacing(self.config_path) as temporary:
            temporary.write_text(json.dumps(config, indent=2) + "\n")

    def read_config(self) -> dict:
        """What the run was asked for."""
        try:
            config = json.loads(self.config_path.read_text())
            if not isinstance(config, dict):
                raise ValueError("no JSON object")
        except (OSError, ValueError) as error:
            raise ValueError(
                f"A run's config.json must be whole. Received: {self.config_path} "
                f"({error})"
            ) from error
        return config
