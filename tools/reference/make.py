#!/usr/bin/env python3
"""Recomputes the reference arrays of Couplet's tests: --check compares with the stored files, --write rewrites them.

Needs NumPy, and PyTorch for the networks.
"""

import argparse
import importlib
import pathlib
import sys

import numpy

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src" / "test" / "resources" / "reference"
MODULES = {
    "schedules.npz": "schedules",
    "optimizers.npz": "optimizers",
    "assignment.npz": "transport",
    "metrics.npz": "metrics",
    "statistics.npz": "metrics",
    "statistics_float32.npz": "metrics",
    "songunet_ddpmpp.npz": "consistency",
    "songunet_ncsnpp.npz": "consistency",
    "songunet_classes.npz": "songunet",
    "adm.npz": "adm",
    "param_counts.txt": "songunet",
}
ROW = "{:23} {:>6} {:>4}  {:>7}  {:>5}  {}"
SHOWN_FAULTS = 5


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true", help="compare; exit code 1 unless every array agrees")
    mode.add_argument("--write", action="store_true", help="write the files; arrays that are kept stay as they are")
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER, help="of the files (default: the tests')")
    parser.add_argument("files", nargs="*", metavar="FILE", help=f"all by default: {', '.join(MODULES)}")
    given = parser.parse_args()
    if unknown := set(given.files) - set(MODULES):
        parser.error(f"no script makes {', '.join(sorted(unknown))}")
    return given


def recomputed(path, reference):
    """All arrays of a file; only those that are kept are read."""
    kept = {}
    if reference.kept:
        with numpy.load(path) as stored:
            kept = {name: stored[name] for name in reference.kept}
    return {name: numpy.asarray(array) for name, array in reference.compute(kept).items()}


def check(path, reference):
    """Compares a file with what it should hold; prints its row and returns whether all arrays agree."""
    arrays = recomputed(path, reference)
    with numpy.load(path) as file:
        stored = {name: file[name] for name in file.files}
    faults = [f"{name}: not stored" for name in arrays if name not in stored]
    faults += [f"{name}: no script makes it" for name in stored if name not in arrays]
    errors = {}
    for name in (name for name in arrays if name in stored):
        kinds = [f"{a.dtype}{list(a.shape)}" for a in (arrays[name], stored[name])]
        if kinds[0] != kinds[1]:
            faults.append(f"{name}: stored as {kinds[1]}, not {kinds[0]}")
            continue
        errors[name] = reference.difference(arrays[name], stored[name])
        limit = reference.tolerance(name, stored[name])
        if not errors[name] <= limit:  # NaN is a fault.
            faults.append(f"{name}: differs by {errors[name]:.1e}, more than {limit:.0e}")
    worst = max(errors, key=errors.get)
    limit = reference.tolerance(worst, stored[worst])
    return show(path.name, len(arrays), len(reference.kept), f"{errors[worst]:.1e}", f"{limit:.0e}", faults)


def check_text(path, text):
    """The same for a text, line by line."""
    found, stored = text.splitlines(), path.read_text().splitlines()
    faults = [f"line {i}: {b!r} should be {a!r}" for i, (a, b) in enumerate(zip(found, stored), 1) if a != b]
    if len(found) != len(stored):
        faults.append(f"{len(stored)} lines should be {len(found)}")
    return show(path.name, len(found), 0, "-", "equal", faults)


def show(file, arrays, kept, largest, limit, faults):
    print(ROW.format(file, arrays, kept, largest, limit, f"{len(faults)} WRONG" if faults else "ok"))
    for fault in sorted(faults)[:SHOWN_FAULTS]:
        print(f"    {fault}")
    return not faults


def write(path, reference):
    """Writes a file under another name, then renames it."""
    part = path.with_name(f"part.{path.name}")
    if callable(reference):
        part.write_text(reference())
    else:
        save = numpy.savez_compressed if reference.compressed else numpy.savez
        save(part, **recomputed(path, reference))
    part.replace(path)
    print(f"wrote {path}")


def each(given):
    """Checks or writes each file; yields whether it is as it should be."""
    for file in given.files or MODULES:
        path = given.folder / file
        try:
            reference = importlib.import_module(MODULES[file]).REFERENCES[file]
        except ModuleNotFoundError as missing:
            print(ROW.format(file, "-", "-", "-", "-", f"not done: needs {missing.name}"))
            yield False
            continue
        try:
            if given.write:
                write(path, reference)
            else:
                yield check_text(path, reference()) if callable(reference) else check(path, reference)
        except FileNotFoundError as missing:
            sys.exit(f"{missing.filename}: no such file; --folder must hold the reference files")
        for name, reason in getattr(reference, "kept", {}).items():
            print(f"    kept as stored: {name}: {reason}")


def main():
    given = arguments()
    if given.check:
        print(ROW.format("file", "arrays", "kept", "largest", "limit", "verdict"))
    good = list(each(given))
    if strangers := {path.name for path in given.folder.glob("*.npz")} - set(MODULES):
        print(f"no script makes {', '.join(sorted(strangers))}")
    sys.exit(0 if all(good) and not strangers else 1)


if __name__ == "__main__":
    main()
