"""What the figures of this folder were measured on."""

import platform


def processor() -> str:
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        names = {line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")}
    return ", ".join(sorted(names)) or platform.machine()
