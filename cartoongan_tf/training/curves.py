"""A run's history as a picture: `curves.png`."""

from pathlib import Path

from cartoongan_tf.pictures import paths

PANELS = (
    ("losses", ("g_loss", "d_loss", "cycle_loss", "identity_loss", "cam_loss")),
    ("content_loss", ("content_loss",)),
    (
        "what D answers (1: the artist's)",
        ("d_cartoon", "d_smooth", "d_fake", "d_photo", "d_fake_photo"),
    ),
    ("content gradient / adversarial gradient", ("content_ratio",)),
    ("style distance (1: the photos' own)", ("style_distance",)),
    ("contrast / outlines kept, of the photos'", ("contrast", "outlines_kept")),
)


def draw_curves(rows: list[dict], path: Path) -> None:
    """Draws every metric of a history over the run's steps, a panel a subject.

    Args:
        rows: Of `history.csv`, strings by column.
        path: The PNG, written whole or not at all.
    """
    from matplotlib.figure import Figure  # half a second, at the end of a run alone

    figure = Figure(figsize=(13, 7), layout="constrained")
    panels = figure.subplots(2, 3).ravel()
    begun = [int(row["step"]) for row in rows if row.get("phase") == "init"]
    for panel, (title, names) in zip(panels, PANELS, strict=True):
        for name in names:
            points = [
                (int(row["step"]), float(row[name])) for row in rows if row.get(name)
            ]
            if points:
                dot = "o" if len(points) == 1 else None
                panel.plot(*zip(*points, strict=True), label=name, marker=dot)
        panel.set_title(title)
        panel.set_xlabel("step")
        panel.grid(alpha=0.3)
        if begun and len(begun) < len(rows):
            panel.axvline(max(begun), color="grey", linestyle=":")
        if panel.lines[:1] and panel.get_legend_handles_labels()[0]:
            panel.legend(fontsize="small")
    with paths.replacing(Path(path)) as temporary:
        figure.savefig(temporary, format="png", dpi=80)
