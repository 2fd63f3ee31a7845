"""What the page says of the machine and the versions."""
import os
import platform
import re
import shutil
import subprocess


def first(command, pattern=r"(.*)", otherwise="unknown"):
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    except OSError:
        return otherwise
    found = re.search(pattern, output)
    return found.group(1).strip() if found else otherwise


def processor():
    """Model and instruction sets, as Linux or macOS say."""
    try:
        with open("/proc/cpuinfo") as file:
            text = file.read()
    except OSError:
        return first(["sysctl", "-n", "machdep.cpu.brand_string"]), ""
    def value(name): return (re.search(rf"^{name}\s*: (.*)$", text, re.M) or [None, "unknown"])[1]
    flags = value("flags").split()
    family = f"family {value('cpu family')}, model {value('model')}"
    sets = [name for name in ("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile") if name in flags]
    return f"{value('model name')} ({family})", ", ".join(sets)


def memory():
    try:
        with open("/proc/meminfo") as file:
            kilobytes = int(re.search(r"MemTotal:\s+(\d+)", file.read())[1])
        return f"{kilobytes / 2**20:.0f} GB"
    except OSError:
        return "unknown"


def facts(python, root):
    """Names and values, in the order of the page."""
    model, sets = processor()
    listed = first([python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"], r"(?s)(.*)")
    versions = dict(line.split("==") for line in listed.splitlines() if "==" in line)
    peers = ("torch", "jax", "jaxlib", "optax", "keras", "scikit-learn", "pandas", "polars", "pyarrow", "numpy", "scipy")
    return {
        "processor": f"{model}; {sets}" if sets else model,
        "cores": f"{os.cpu_count()} logical",
        "memory": memory(),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "load when it began": f"{os.getloadavg()[0]:.1f} (a machine of its own has below 1)",
        "Swift": first(["swift", "--version"], r"Swift version ([^\n]*)"),
        "BLAS of Lacuna": first(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", "libopenblas*"],
                                r"(libopenblas0-pthread [^\n]*)", "the system's"),
        "Lacuna": first(["git", "-C", root, "describe", "--always", "--dirty"]),
        "Python": platform.python_version(),
        "peers": ", ".join(f"{name} {versions.get(name, 'absent')}" for name in peers),
        "valgrind": first(["valgrind", "--version"]) if shutil.which("valgrind") else "absent",
    }
