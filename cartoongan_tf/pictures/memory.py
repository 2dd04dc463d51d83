"""How much memory there is to be had."""

from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def available() -> int | None:
    """Bytes that can be taken without swapping; None where the system does not tell.

    In a container it is the container's limit that counts.
    """
    limits = []
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                limits.append(int(line.split()[1]) * 1024)
    except (OSError, ValueError):
        pass
    try:
        most = int((_CGROUP / "memory.max").read_text())
        limits.append(most - int((_CGROUP / "memory.current").read_text()))
    except (OSError, ValueError):  # no container, or "max"
        pass
    return max(0, min(limits)) if limits else None
