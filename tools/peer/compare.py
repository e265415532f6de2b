#!/usr/bin/python3
"""Runs Couplet's training step and the peer's in turn on this machine and prints a table of both in Markdown.

Every round runs each of them once, so that what else the machine does hits all alike. A ratio is that of the medians of
all rounds' steps; behind it stand the lowest and the highest ratio of one round. GFLOP/s are those of `couplet bench`:
what a step has to compute (4 forward passes for IC, 4.5 for GC(0.5)) over the time it took.

On a CPU the peer is PyTorch eager and, with --peer-compile, also compiled. Ratios are to the faster of both. The peer's
step is first checked against reference arrays, those that Couplet's tests hold its step against.

--device gpu compares float32 (TF32) and bfloat16 at batch 512: Couplet with its pointwise work and with all of its step
compiled by XLA, PyTorch eager and compiled. That part HAS NOT BEEN RUN yet. It needs Couplet built for GPUs
(COUPLET_MAVEN_ARGS=-Pgpu) and a PyTorch 2 with CUDA in the Python that runs this script.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import time

import machine

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MU = {"ic": 0.0, "gc": 0.5}
NAMES = {"ic": "IC", "gc": "GC(0.5)"}


def arguments():
    def words(text):
        return text.split(",")

    def numbers(text):
        return [int(word) for word in words(text)]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", choices=("cifar10", "celeba64", "imagenet32", "imagenet64"), default="cifar10", help="network")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu", help="default: %(default)s")
    parser.add_argument("--batches", type=numbers, help="default: 4,16,64; on a GPU 512")
    parser.add_argument("--precisions", type=words, help="default: float32; on a GPU float32,bfloat16")
    parser.add_argument("--couplings", type=words, default=["ic", "gc"], help="default: ic,gc")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--warmup", type=int, default=2, help="untimed steps of a run; default: %(default)s")
    parser.add_argument("--steps", type=int, default=4, help="timed steps of a run; default: %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="of one operation, on a CPU; default: %(default)s")
    parser.add_argument("--peak", type=float, help="GFLOP/s of the machine; default: what `couplet bench` assumes")
    parser.add_argument("--peer-compile", action="store_true", help="on a CPU PyTorch compiled (torch.compile), too")
    parser.add_argument("--allocator", metavar="A", help=f"the peer's {machine.ALLOCATOR_HELP}")
    parser.add_argument("--under", metavar="COMMAND", default="", help="runs each contestant, such as taskset -c 0,1")
    parser.add_argument("--couplet", default=ROOT / "tools" / "couplet", help="default: tools/couplet")
    given = parser.parse_args()
    given.batches = given.batches or ([4, 16, 64] if given.device == "cpu" else [512])
    given.precisions = given.precisions or (["float32"] if given.device == "cpu" else ["float32", "bfloat16"])
    if set(given.precisions) - {"float32", "bfloat16"}:
        parser.error("--precisions: give some of float32, bfloat16")
    if set(given.couplings) - set(MU):
        parser.error(f"--couplings: give some of {', '.join(MU)}")
    if min(given.rounds, given.steps, given.threads, *given.batches) < 1 or given.warmup < 0:
        parser.error("--rounds, --steps, --threads and --batches must be at least 1, --warmup at least 0")
    if not os.access(given.couplet, os.X_OK):
        parser.error(f"--couplet {given.couplet}: no such program")
    given.compiled = given.peer_compile or given.device == "gpu"
    probe_peer(given, parser)
    return given


def probe_peer(given, parser):
    machine.allocator(given.allocator, parser.error)
    probe = [sys.executable, "-c", "import torch; print(torch.cuda.is_available(), hasattr(torch, 'compile'))"]
    seen = subprocess.run(probe, capture_output=True, text=True)
    if seen.returncode:
        parser.error(f"{sys.executable} has no PyTorch; run this with a Python that has")
    gpu, compiler = (word == "True" for word in seen.stdout.split())
    if given.device == "gpu" and not gpu:
        parser.error("--device gpu: PyTorch sees no GPU here")
    if given.peer_compile and not compiler:
        parser.error(f"--peer-compile: the PyTorch of {sys.executable} has no torch.compile; take 2.0 or newer")
    if given.peer_compile and given.device == "cpu" and not shutil.which(os.environ.get("CXX", "g++")):
        parser.error("--peer-compile: PyTorch needs a C++ compiler here; install g++, or set CXX to one")


@dataclasses.dataclass
class Contestant:
    """One of those compared: its name, its command, and what each round's run printed."""

    name: str
    command: list
    is_peer: bool
    runs: list = dataclasses.field(default_factory=list)
    others: float = 0.0  # The highest share of the processors that other programs used during one run.

    def run(self):
        with machine.Others() as others:
            done = subprocess.run([str(word) for word in self.command], stdout=subprocess.PIPE, text=True)
        self.others = max(self.others, others.share)
        if done.returncode:
            sys.exit(f"{self.name} ended with code {done.returncode}: {' '.join(map(str, self.command))}")
        printed = json.loads(done.stdout)
        self.runs.append(printed if self.is_peer else {**printed, **printed["results"][0]})

    def median(self):
        return statistics.median(t for run in self.runs for t in run["times_ms"])

    def memory(self):
        return max(run.get("peak_memory_bytes", 0) for run in self.runs)

    def ratio(self, peer):
        """Median over the peer's, with the lowest and the highest of one round."""
        rounds = [mine["median_ms"] / other["median_ms"] for mine, other in zip(self.runs, peer.runs)]
        return f"{self.median() / peer.median():.2f} ({min(rounds):.2f}-{max(rounds):.2f})"


@dataclasses.dataclass
class Setting:
    """What all contestants of a comparison do."""

    coupling: str
    batch: int
    precision: str
    contestants: list

    def work(self):
        return self.batch * (4 + MU[self.coupling]) * len(self.contestants)

    def words(self):
        return f"{NAMES[self.coupling]}, batch {self.batch}, {self.precision}"


def ours(given, coupling, batch, precision, xla):
    command = shlex.split(given.under) + [given.couplet, "bench", "--json"]
    command += ["--config", ROOT / "configs" / f"{given.table}_{coupling}.textproto"]
    command += ["--batch", batch, "--xla", xla, "--warmup", given.warmup, "--steps", given.steps]
    command += ["--threads", given.threads if given.device == "cpu" else 0]
    # Some configs split their batch into many micro-batches; the peer does not.
    command += ["--set", "optimizer.accumulate=1"]
    command += ["--peak", given.peak] if given.peak else []
    # The config's own precision is float32.
    command += ["--precision", precision] if precision != "float32" else []
    return Contestant("Couplet, step compiled" if xla == "step" else "Couplet", command, False)


def peer(given, coupling, batch, precision, compiled):
    command = step_command(given, compiled) + ["--table", given.table, "--json", "--mu", MU[coupling]]
    command += ["--batch", batch, "--warmup", given.warmup, "--steps", given.steps]
    command += ["--device", "cuda" if given.device == "gpu" else "cpu", "--precision", precision]
    return Contestant("PyTorch, compiled" if compiled else "PyTorch", command, True)


def step_command(given, compiled):
    command = shlex.split(given.under) + [sys.executable, HERE / "step.py", "--threads", given.threads]
    command += ["--allocator", given.allocator] if given.allocator else []
    return command + (["--compile"] if compiled else [])


def settings(given):
    gpu = given.device == "gpu"
    for precision in given.precisions:
        for coupling in given.couplings:
            for batch in given.batches:
                each = (given, coupling, batch, precision)
                contestants = [ours(*each, "pointwise" if gpu else "winograd"), peer(*each, False)]
                contestants += [ours(*each, "step")] if gpu else []
                contestants += [peer(*each, True)] if given.compiled else []
                yield Setting(coupling, batch, precision, contestants)


def check_peer(given):
    """Ends the program where the peer's step, in one of the ways it is timed, differs from the reference arrays."""
    for compiled in [False, True] if given.compiled else [False]:
        command = [str(word) for word in step_command(given, compiled) + ["--check"]]
        checked = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if checked.returncode:
            sys.exit(f"{checked.stdout}the peer's check ended with code {checked.returncode}: {shlex.join(command)}")
        print(f"peer {'compiled' if compiled else 'eager'}: {checked.stdout.splitlines()[-1]}", file=sys.stderr)


def tensorflow(given):
    """TensorFlow's version and its library, from `couplet doctor`."""
    command = shlex.split(given.under) + [str(given.couplet), "doctor"]
    doctor = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    found = re.search(r"^\w+ +TensorFlow +(.*)", doctor.stdout, re.MULTILINE)
    return f"TensorFlow {found.group(1)}" if found else "TensorFlow of unknown version"


def measure(given, all_settings):
    total, done, begun = given.rounds * sum(s.work() for s in all_settings), 0, time.monotonic()
    for setting in all_settings:
        for turn in range(given.rounds):
            for contestant in setting.contestants:
                contestant.run()
                if given.device == "gpu" and not contestant.is_peer and not contestant.runs[-1]["gpus"]:
                    sys.exit("Couplet sees no GPU; set COUPLET_MAVEN_ARGS=-Pgpu, or ask `couplet doctor` why")
                done += setting.work() / len(setting.contestants)
                left = (time.monotonic() - begun) * (total / done - 1)
                print(
                    f"{setting.words()}, round {turn + 1} of {given.rounds}: {contestant.name} "
                    f"{contestant.runs[-1]['median_ms']:.0f} ms; about {left / 60:.0f} min left",
                    file=sys.stderr,
                )


def rows(setting):
    own = next(c for c in setting.contestants if not c.is_peer).runs[0]
    peak = own.get("peak_gflops") if setting.precision == "float32" or "as given" in own["peak"] else None
    yardstick = min((c for c in setting.contestants if c.is_peer), key=Contestant.median)
    for contestant in setting.contestants:
        speed = 1000 * own["gflop_per_step"] / contestant.median()
        # On a GPU Couplet's is the process's resident memory, which compares with nothing.
        memory = contestant.memory() if contestant.is_peer or not own["gpus"] else 0
        yield [
            NAMES[setting.coupling],
            setting.batch,
            setting.precision,
            contestant.name,
            f"{contestant.median():.0f}",
            f"{speed:.0f}",
            f"{speed / peak:.0%}" if peak else "-",
            f"{memory / 1e9:.2f} GB" if memory else "-",
            contestant.ratio(yardstick) if contestant is not yardstick else "1",
        ]


def as_markdown(given, all_settings, tensorflow):
    contestants = all_settings[0].contestants
    own, other = (next(c for c in contestants if c.is_peer == is_peer).runs[0] for is_peer in (False, True))
    yardstick = "x the faster PyTorch" if given.compiled else "x PyTorch"
    head = ["step", "batch", "precision", "", "ms/step", "GFLOP/s", "of peak", "memory", yardstick]
    lines = [head, ["---"] * len(head)] + [row for setting in all_settings for row in rows(setting)]
    table = "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
    others = max(c.others for setting in all_settings for c in setting.contestants)
    threads = f"{given.threads} threads, " if given.device == "cpu" else ""
    return (
        f"{own['processor']}, {own['cores']} cores, {machine.caches()}; {own['peak']}.\n"
        f"{own['couplet']} with {tensorflow}.\n"
        f"{machine.as_text(other)}, {other['layout']}.\n"
        f"{given.table}, {threads}medians of {given.rounds} x {given.steps} steps at most. "
        f"Other programs used up to {others:.0%} of the processors during a run.\n\n{table}"
    )


def main():
    given = arguments()
    all_settings = list(settings(given))
    check_peer(given)
    tensorflow_version = tensorflow(given)
    try:
        measure(given, all_settings)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # What was measured before a failure or Ctrl-C is not lost.
        measured = [s for s in all_settings if all(c.runs for c in s.contestants)]
        if measured:
            print(as_markdown(given, measured, tensorflow_version))


if __name__ == "__main__":
    main()
