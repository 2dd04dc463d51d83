"""The fidelity report: `report.json`, `report.md`, and the worst photo of each file."""

import json
from pathlib import Path

import numpy as np

from cartoongan_tf.pictures import images, layout

AMPLIFIED = 8  # the difference on a sheet: one level of 255 would not be seen


def write_report(folder: Path, report: dict) -> None:
    """Writes `report.json` and `report.md`.

    Args:
        folder: That of the export.
        report: As `bundle.export` builds it.
    """
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    (folder / "report.md").write_text(
        _to_markdown(report), encoding="utf-8", errors="backslashreplace"
    )


def draw_sheet(photo, truth, cartoon) -> np.ndarray:
    """Photo, Keras's cartoon, the file's, and their difference eight times enlarged.

    Args:
        photo: float32 RGB -1..1 `(height, width, 3)`, as the others.
        truth: Keras's.
        cartoon: The file's.
    """
    difference = AMPLIFIED * np.abs(images.to_levels(cartoon) - images.to_levels(truth))
    return layout.side_by_side(
        *(images.to_uint8(picture) for picture in (photo, truth, cartoon)),
        images.round_levels(difference),
    )


def _to_markdown(report: dict) -> str:
    photos = report["photos"]
    lines = [
        f"# {report['style']}: how near the exported files come to Keras",
        "",
        f"Measured on {len(photos['test'])} photos that nothing was chosen on (chosen "
        f"on {len(photos['calibration'])} for calibration and "
        f"{len(photos['validation'])} for validation; source: {photos['source']}). "
        "PSNR and SSIM against the Keras "
        "generator; largest error in units of -1..1. Times are the medians of one "
        f"interleaved run on {report['machine']['cores']} cores "
        f"({report['machine']['name']}), as a ratio to {report['latency_base']}.",
        "",
        "| file | variant | size | MB | of float32 | PSNR mean / worst | SSIM mean / "
        "worst | largest error | latency | |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in report["files"]:
        share = row["size_ratio"]
        lines.append(
            f"| {row['file']} | {row['variant']} | {row['image_size']} "
            f"| {row['bytes'] / 1e6:.2f} | {'' if share is None else f'{share:.3f}'} "
            f"| {row['psnr_mean']:.1f} / {row['psnr_worst']:.1f} "
            f"| {row['ssim_mean']:.4f} / {row['ssim_worst']:.4f} "
            f"| {row['largest_error']:.1e} | {row['latency_ratio']:.2f} "
            f"| {'; '.join(row['shortfalls']) or 'passed'} |"
        )
    lines += ["", "## The worst photo of each", ""]
    lines += ["Photo, Keras, the file, and their difference times 8.", ""]
    for row in report["files"]:
        lines += [
            f"**{row['file']}**, {row['image_size']} pixels: {row['worst_photo']}, "
            f"{row['psnr_worst']:.1f} dB",
            "",
            f"![{row['worst_photo']}]({row['sheet']})",
            "",
        ]
    lines += ["## What is in them", ""]
    for row in report["files"]:
        ops = ", ".join(f"{name} {count}" for name, count in row["ops"].items())
        lines += [f"- **{row['file']}**: {ops}"]
        if row["recipe"]:
            lines += [f"  - {json.dumps(row['recipe'])}"]
    return "\n".join(lines) + "\n"
