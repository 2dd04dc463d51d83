"""What a report notes of the machine and the libraries that made it."""

import importlib.metadata
import os
import platform
import sys
from pathlib import Path

from cartoongan_tf import __version__

LIBRARIES = (
    ("tensorflow", "tensorflow"),
    ("keras", "keras"),
    ("numpy", "numpy"),
    ("pillow", "pillow"),
    ("opencv", "opencv-python"),
    ("onnxruntime", "onnxruntime"),
)
# What decides how fast networks are drawn: docs/measured.md.
FEATURES = ("avx2", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_bf16")


def versions() -> dict[str, str]:
    """Versions of this project, of Python and of what pictures depend on."""
    found = {"cartoongan_tf": __version__, "python": sys.version.split()[0]}
    for name, distribution in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> str:
    """The processor in words: kind, cores, what it has for networks."""
    words = [platform.machine() or "unknown", f"{os.cpu_count()} cores"]
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return ", ".join(words)
    lines = dict(
        (part.strip() for part in line.split(":", 1))
        for line in text.splitlines()
        if ":" in line
    )
    words[0] = lines.get("model name", words[0])
    flags = set(lines.get("flags", "").split())
    return ", ".join(words + [flag for flag in FEATURES if flag in flags])
