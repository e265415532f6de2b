#!/usr/bin/python3
"""Times the training step of the paper's image experiments in PyTorch, or checks it against reference arrays.

--device cuda has not been run yet.
"""

import argparse
import dataclasses
import json
import pathlib
import resource
import statistics
import sys
import time

import numpy
import torch

import machine
from adm import TABLES as ADM_TABLES
from songunet import TABLES as SONG_TABLES, Settings, SongUNet
from training import Execution, LionWithAverage, Trainer, column, consistency, consistency_loss, generator_induced

REFERENCES = pathlib.Path(__file__).resolve().parents[2] / "src" / "test" / "resources" / "reference"
TABLES = SONG_TABLES | ADM_TABLES
LAYOUTS = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", choices=TABLES, default="cifar10", help="network (default: %(default)s)")
    parser.add_argument("--width", type=int, metavar="CHANNELS", help="model_channels, other than the table's")
    parser.add_argument("--head", type=int, metavar="CHANNELS", help="channels of an ADM head, other than the table's")
    parser.add_argument("--batch", type=int, default=4, help="images per step (default: %(default)s)")
    parser.add_argument("--mu", type=float, default=0.0, help="GC(mu) with round(mu * batch) rows; 0 is IC (default)")
    parser.add_argument("--threads", type=int, default=2, help="threads of one operation (default: %(default)s)")
    parser.add_argument("--layout", choices=LAYOUTS, default="channels_last", help="(default: %(default)s)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="(default: %(default)s)")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help="(default: %(default)s)")
    parser.add_argument("--compile", action="store_true", help="with torch.compile, from PyTorch 2 on")
    parser.add_argument("--warmup", type=int, default=2, help="steps before timing (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=10, help="timed steps (default: %(default)s)")
    parser.add_argument("--levels", type=int, default=11, help="noise levels N (default: %(default)s, N(0))")
    parser.add_argument("--sigma-min", type=float, default=0.002, help="lowest noise level (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    parser.add_argument("--allocator", metavar="A", help=machine.ALLOCATOR_HELP)
    parser.add_argument(
        "--check",
        metavar="NPZ",
        type=pathlib.Path,
        nargs="?",
        const=REFERENCES / "songunet_ddpmpp.npz",
        help="compare with reference arrays and exit; default: those of Couplet's tests",
    )
    given = parser.parse_args()
    if not 0 <= given.mu <= 1:
        parser.error("--mu must lie in [0, 1]")
    if min(given.batch, given.threads, given.steps) < 1 or given.warmup < 0 or given.levels < 2:
        parser.error("--batch, --threads and --steps must be at least 1, --levels at least 2, --warmup at least 0")
    if given.device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: PyTorch sees no GPU here")
    if given.compile and not hasattr(torch, "compile"):
        parser.error(f"--compile: PyTorch {torch.__version__} has no torch.compile; take 2.0 or newer")
    if given.check and not (given.check.is_file() and given.check.with_suffix(".json").is_file()):
        parser.error(f"--check {given.check}: no such file, or no .json of the same name beside it")
    machine.start_with(given.allocator, parser.error)
    return given


def measure(given):
    """Runs the warm-up and the timed steps; returns what to report, times in ms."""
    settings, parameters = TABLES[given.table]
    changes = {"model_channels": given.width, "channels_per_head": given.head}
    if changes := {name: value for name, value in changes.items() if value}:
        settings, parameters = dataclasses.replace(settings, **changes), None
    network = settings.network().to(given.device).to(memory_format=LAYOUTS[given.layout])
    count = sum(p.numel() for p in network.parameters())
    if parameters is not None and count != parameters:
        raise AssertionError(f"{given.table}: {count} parameters, not {parameters}")
    execution = Execution(LAYOUTS[given.layout], given.device, given.precision == "bfloat16", given.compile)
    trainer = Trainer(network, given.batch, given.mu, given.levels, given.sigma_min, execution)
    losses, times = [], []
    for _ in range(given.warmup + given.steps):
        start = time.perf_counter()
        losses.append(trainer.step())
        times.append(1000 * (time.perf_counter() - start))
    warmup, times = times[: given.warmup], times[given.warmup :]
    median = statistics.median(times)
    return {
        **machine.versions(),
        "table": given.table,
        "parameters": count,
        "batch": given.batch,
        "mu": given.mu,
        "generator_induced_rows": trainer.rows,
        "threads": given.threads,
        "layout": given.layout,
        "device": given.device,
        "precision": given.precision,
        "compiled": given.compile,
        "warmup": given.warmup,
        "steps": given.steps,
        "median_ms": median,
        "min_ms": min(times),
        "max_ms": max(times),
        "images_per_second": 1000 * given.batch / median,
        "peak_memory_bytes": peak_memory(given.device),
        "warmup_ms": warmup,
        "times_ms": times,
        "losses": losses,
    }


def peak_memory(device):
    """Largest memory so far, bytes: of tensors on a GPU, else resident."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def as_text(result):
    return (
        "{machine}\n"
        "{table} ({parameters:,} parameters), batch {batch}, mu {mu:g} ({generator_induced_rows} rows), "
        "{threads} threads, {layout}, {way}, {precision}, {steps} steps after {warmup}\n"
        "ms/step: median {median_ms:.0f}, min {min_ms:.0f}, max {max_ms:.0f}; {images_per_second:.3f} images/s; "
        "last loss {0:.4g}"
    ).format(
        result["losses"][-1],
        machine=machine.as_text(result),
        way="compiled" if result["compiled"] else "eager",
        **result,
    )


def per_level(value, levels):
    return tuple(value) if isinstance(value, list) else (value,) * levels


def reference_settings(path):
    """The settings in the JSON file beside a reference; networks other than DDPM++ are refused."""
    stored = json.loads(path.with_suffix(".json").read_text())
    known = {"img_resolution", "in_channels", "out_channels", "model_channels", "channel_mult"}
    known |= {"num_blocks", "attn_resolutions", "dropout"}
    if set(stored) - known:
        sys.exit(f"{path}: only plain DDPM++ is written here, not {sorted(set(stored) - known)}")
    levels = len(stored["channel_mult"])
    stored["num_blocks"] = per_level(stored["num_blocks"], levels)
    stored["dropout"] = per_level(stored["dropout"], levels)
    stored["channel_mult"] = tuple(stored["channel_mult"])
    stored["attn_resolutions"] = tuple(stored["attn_resolutions"])
    return Settings(**stored)


def reference_network(arrays, prefix, settings, layout):
    """A network with the weights named prefix/NAME; strict in both directions."""
    network = SongUNet(settings)
    state = {}
    for name in arrays.files:
        if not name.startswith(prefix + "/"):
            continue
        if name.endswith("resample_filter"):  # Built in: [1, 1], hence 1/4 in each place.
            assert numpy.all(arrays[name] == 0.25), name
        else:
            state[name[len(prefix) + 1 :]] = torch.from_numpy(arrays[name])
    network.load_state_dict(state, strict=True)
    return network.to(memory_format=layout)


def optimizer_errors(execution):
    """The relative errors of six steps of Lion and of the moving average."""
    arrays = numpy.load(REFERENCES / "optimizers.npz")
    network = torch.nn.Linear(7, 5, bias=False)
    network.weight.data = torch.from_numpy(arrays["p0"].copy())
    optimizer = LionWithAverage(network, execution, learning_rate=1e-2, decay=0.9)
    weights, averages = [], []
    for gradient in torch.from_numpy(arrays["grads"]):
        network.weight.grad = gradient.clone()
        optimizer.step()
        weights.append(network.weight.detach().clone())
        averages.append(optimizer.ema.weight.clone())
    expected = {"lion": arrays["lion_lr1e-2_b0.9_0.99_wd0"], "ema": arrays["ema_decay0.9_over_lion"]}
    return {
        name: relative_error(torch.stack(found).numpy(), expected[name])
        for name, found in (("lion", weights), ("ema", averages))
    }


def relative_error(found, expected):
    """The norm of the difference over the norm."""
    return numpy.linalg.norm(found - expected) / numpy.linalg.norm(expected)


def check(path, execution, sigma_min):
    """Prints the relative error of every quantity; returns whether all pass."""
    layout = execution.memory_format
    arrays = numpy.load(path)
    settings = reference_settings(path)
    network = reference_network(arrays, "param", settings, layout)
    ema = reference_network(arrays, "ema", settings, layout).eval()
    x, z = (torch.from_numpy(arrays[name]).contiguous(memory_format=layout) for name in "xz")
    sigma_i, sigma_next = (torch.from_numpy(arrays[name]) for name in ("sigma_i", "sigma_ip1"))
    noisy = x + column(sigma_i, x) * z
    errors = optimizer_errors(execution)
    induce, loss = execution.of(generator_induced), execution.of(consistency_loss)

    def compare(name, value, reference=None):
        expected = arrays[name] if reference is None else reference
        found = value.detach().double().numpy()
        errors[name] = relative_error(found, expected)

    with torch.no_grad():
        compare("raw_F", network(x, (sigma_i.log() / 4).float()))
        compare("f_theta", consistency(network, noisy, sigma_i, sigma_min))
        x_hat = induce(ema, x, z, sigma_i, sigma_min, len(x))
    compare("gc_xhat", x_hat)
    induced = torch.from_numpy(arrays["gc_mask"])[:, None, None, None] > 0
    for coupling, start in (("ic", x), ("gc", torch.where(induced, x_hat, x))):
        network.zero_grad(set_to_none=True)
        pair = loss(network, start, z, sigma_i, sigma_next, sigma_min)
        pair.loss.backward()
        for name, value in vars(pair).items():
            compare(f"{coupling}/{'huber' if name == 'distance' else name}", value)
        for name, weight in network.named_parameters():
            compare(f"{coupling}/grad/{name}", weight.grad)
    return verdict(errors)


def verdict(errors, forward=1e-5, gradient=1e-4):
    """Prints forward errors singly and the worst gradient of each coupling; returns whether all are within limits."""
    gradients = {name: error for name, error in errors.items() if "/grad/" in name}
    for name, error in errors.items():
        if name not in gradients:
            print(f"{name:12} {error:.1e}")
    for coupling in ("ic", "gc"):
        worst = max((n for n in gradients if n.startswith(coupling)), key=gradients.get)
        print(f"worst of {sum(n.startswith(coupling) for n in gradients)} gradients: {worst} {gradients[worst]:.1e}")
    # "not <=" so that NaN fails.
    bad = [n for n, e in errors.items() if not e <= (gradient if n in gradients else forward)]
    print(f"FAILED: {', '.join(bad)}" if bad else f"passed (limits: forward {forward:g}, gradients {gradient:g})")
    return not bad


def main():
    given = arguments()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    # Float32 products and convolutions of GPUs may round their factors to TF32, as TensorFlow's do.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    if given.check:
        print(machine.as_text(machine.versions()))
        execution = Execution(LAYOUTS[given.layout], compiled=given.compile)
        sys.exit(0 if check(given.check, execution, given.sigma_min) else 1)
    result = measure(given)
    print(json.dumps(result) if given.json else as_text(result))


if __name__ == "__main__":
    main()
