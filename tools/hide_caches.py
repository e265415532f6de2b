#!/usr/bin/env python3
"""Makes an AMD machine behave like one that hides its cache sizes (decision 13), for tests.

    tools/hide_caches.py         oneDNN sees no caches any more, in any Couplet of this user
    tools/hide_caches.py --undo  it sees them again

Virtual machines that report no caches make oneDNN in TensorFlow 2.18 compute some convolutions
wrongly, and Couplet must be right there too. This changes one number in TensorFlow's native library
where JavaCPP unpacked it: the CPUID leaf that AMD's processors answer with their caches (0x8000001D)
becomes one that they answer with zeros. `couplet doctor` then finds wrong operations. What self-tests
remember of this user's programs is deleted each time.
"""

import argparse
import mmap
import os
import pathlib
import shutil
import sys

LEAF = bytes.fromhex("b81d000080")  # mov eax, 0x8000001D
EMPTY = bytes.fromhex("b8ffffff8f")  # mov eax, 0x8FFFFFFF
CPUID = bytes.fromhex("0fa2")
NEAR = 16  # bytes from the one to the other


def library(cache):
    found = sorted(cache.glob("tensorflow-core-native-*/**/libtensorflow_cc.so.2"))
    if not found:
        sys.exit(f"{cache}: no TensorFlow library; run `tools/couplet doctor` once")
    return found[-1]


def forget():
    """Deletes what self-tests remember: it was found with the other library."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    for verdicts in (cache / "couplet").glob("self-test-*.txt"):
        verdicts.unlink()
        print(f"{verdicts}: deleted")


def hide(path, original):
    if original.exists():
        sys.exit(f"{path}: hides the caches already")
    changed = path.with_name(path.name + ".new")
    shutil.copy2(path, changed)
    times = path.stat()
    places = 0
    with open(changed, "r+b") as file, mmap.mmap(file.fileno(), 0) as code:
        at = code.find(LEAF)
        while at >= 0:
            if CPUID in code[at : at + NEAR]:
                code[at : at + len(LEAF)] = EMPTY
                places += 1
            at = code.find(LEAF, at + 1)
    if places == 0:
        changed.unlink()
        sys.exit(f"{path}: asks for AMD's caches nowhere")
    # JavaCPP unpacks the library again when its time or its size has changed.
    os.utime(changed, ns=(times.st_atime_ns, times.st_mtime_ns))
    os.link(path, original)
    os.replace(changed, path)
    print(f"{path}: caches hidden in {places} places")


def undo(path, original):
    if not original.exists():
        sys.exit(f"{path}: hides no caches")
    os.replace(original, path)
    print(f"{path}: as it was")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--undo", action="store_true")
    parser.add_argument(
        "--cache",
        type=pathlib.Path,
        default=pathlib.Path.home() / ".javacpp/cache",
        help="where JavaCPP unpacks libraries (default: %(default)s)",
    )
    arguments = parser.parse_args()
    path = library(arguments.cache)
    (undo if arguments.undo else hide)(path, path.with_name(path.name + ".visible"))
    forget()


main()
