"""What a measurement in PyTorch runs on: the allocator, the versions, the processor's caches, and who else is there."""

import ctypes.util
import os
import pathlib
import platform
import re
import resource
import sys

ALLOCATOR_HELP = "memory allocator: tcmalloc, system or a library's file; default: tcmalloc where it is installed"
SYSTEM = "the C library's"


def find_tcmalloc():
    """The name under which the loader finds tcmalloc, or None."""
    return ctypes.util.find_library("tcmalloc") or ctypes.util.find_library("tcmalloc_minimal")


def allocator(choice, fail):
    """The library to preload for a choice of ALLOCATOR_HELP, "" for none; `fail` takes the line about a bad one."""
    if choice == "system":
        return ""
    if choice in (None, "tcmalloc"):
        found = find_tcmalloc()
        if choice and not found:
            fail("--allocator tcmalloc: it is not installed (Debian: libgoogle-perftools4)")
        return found or ""
    if not os.path.isfile(choice):
        fail(f"--allocator {choice}: no such file; give tcmalloc, system or a library's file")
    return os.path.abspath(choice)


def start_with(choice, fail):
    """Starts this process anew with the chosen allocator, unless it runs with it: it must be there from the start."""
    library = allocator(choice, fail)
    preloaded = os.environ.get("LD_PRELOAD", "")
    if choice is None and preloaded:  # What the caller preloads is a choice, too.
        return
    if preloaded != library:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "LD_PRELOAD": library})
    if choice and library and loaded_allocator() == SYSTEM:
        fail(f"--allocator {choice}: {library} is not loaded; the line above says why")


def loaded_allocator():
    """The files that are preloaded, as the loader found them; else SYSTEM."""
    words = os.environ.get("LD_PRELOAD", "").replace(":", " ").split()
    names = tuple(os.path.basename(os.path.realpath(word) if "/" in word else word) for word in words)
    maps = pathlib.Path("/proc/self/maps").read_text().splitlines()
    # Of a library that was named without a folder the file has a longer name: the loader follows links.
    found = {line.split()[-1] for line in maps if os.path.basename(line.split()[-1]).startswith(names)}
    return ", ".join(sorted(found)) if names and found else SYSTEM


def versions():
    """What the results depend on besides the program, by name."""
    import torch  # compare.py needs the rest of this file and has no use for PyTorch.

    onednn = re.search(r"(?:MKL-DNN|oneDNN) v([\d.]+)", torch.__config__.show())
    return {
        "framework": f"PyTorch {torch.__version__}",
        "onednn": onednn.group(1) if onednn else "none",
        "python": platform.python_version(),
        "allocator": loaded_allocator(),
    }


def as_text(versions):
    return "{framework} with oneDNN {onednn} on Python {python}, allocator: {allocator}".format(**versions)


def caches():
    """The sizes of the first core's caches, in words. Where a machine hides them oneDNN guesses."""
    sizes = []
    for folder in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((folder / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            sizes.append(f"L{level} {size}")
    return f"caches visible ({', '.join(sizes)})" if sizes else "caches hidden"


class Others:
    """The share of the processors that others used while this program's children ran, in a `with` block; Linux only."""

    def __enter__(self):
        self.begun = self._seconds()
        return self

    def __exit__(self, *failure):
        total, busy, own = (after - before for before, after in zip(self.begun, self._seconds()))
        self.share = max(0.0, busy - own) / total if total else 0.0

    @staticmethod
    def _seconds():
        """Of all processors: seconds in all, seconds not idle, and seconds of children that have ended."""
        first = pathlib.Path("/proc/stat").read_text().splitlines()[0]
        # user, nice, system, idle, iowait, irq, softirq, steal; guests count as users.
        ticks = [int(word) / os.sysconf("SC_CLK_TCK") for word in first.split()[1:9]]
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return sum(ticks), sum(ticks) - ticks[3] - ticks[4], children.ru_utime + children.ru_stime
