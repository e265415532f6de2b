#!/usr/bin/python3
"""Times the features of the 2015 Inception-v3 in PyTorch on CPU, in each of the usual ways to run it."""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

import machine

SIZE = 299


class Convolution(nn.Module):
    """Convolution without bias, batch normalisation without scale, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=0.001)
        nn.init.kaiming_normal_(self.convolution.weight, nonlinearity="relu")

    def forward(self, x):
        return functional.relu(self.norm(self.convolution(x)), inplace=True)


def same(inputs, outputs, height, width=None):
    """A convolution that keeps the map's size; one number is the side of a square kernel."""
    kernel = (height, height if width is None else width)
    return Convolution(inputs, outputs, kernel, padding=(kernel[0] // 2, kernel[1] // 2))


def halving(inputs, outputs):
    return Convolution(inputs, outputs, 3, stride=2)


class Joined(nn.Module):
    """The outputs of several parts over the same input, side by side."""

    def __init__(self, *parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x):
        return torch.cat([part(x) for part in self.parts], dim=1)


def average():
    # Padding does not count in the mean.
    return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)


def large_maps(inputs, pooled):
    return Joined(
        same(inputs, 64, 1),
        nn.Sequential(same(inputs, 48, 1), same(48, 64, 5)),
        nn.Sequential(same(inputs, 64, 1), same(64, 96, 3), same(96, 96, 3)),
        nn.Sequential(average(), same(inputs, pooled, 1)),
    )


def to_middle_maps(inputs):
    return Joined(
        halving(inputs, 384),
        nn.Sequential(same(inputs, 64, 1), same(64, 96, 3), halving(96, 96)),
        nn.MaxPool2d(3, stride=2),
    )


def middle_maps(inputs, width):
    wide, tall = (1, 7), (7, 1)
    return Joined(
        same(inputs, 192, 1),
        nn.Sequential(same(inputs, width, 1), same(width, width, *wide), same(width, 192, *tall)),
        nn.Sequential(
            same(inputs, width, 1),
            same(width, width, *tall),
            same(width, width, *wide),
            same(width, width, *tall),
            same(width, 192, *wide),
        ),
        nn.Sequential(average(), same(inputs, 192, 1)),
    )


def to_small_maps(inputs):
    return Joined(
        nn.Sequential(same(inputs, 192, 1), halving(192, 320)),
        nn.Sequential(same(inputs, 192, 1), same(192, 192, 1, 7), same(192, 192, 7, 1), halving(192, 192)),
        nn.MaxPool2d(3, stride=2),
    )


def small_maps(inputs, pool):
    def crossed():
        return Joined(same(384, 384, 1, 3), same(384, 384, 3, 1))

    return Joined(
        same(inputs, 320, 1),
        nn.Sequential(same(inputs, 384, 1), crossed()),
        nn.Sequential(same(inputs, 448, 1), same(448, 384, 3), crossed()),
        nn.Sequential(pool, same(inputs, 192, 1)),
    )


class Inception(nn.Module):
    """Uint8 images [n, 3, height, width] to features [n, 2048].

    The resize is TensorFlow's old one: pixel i of 299 lies at i * height / 299, and the last row and column go on
    beyond the edge. Both axes are products with a matrix, made for one size of image.
    """

    def __init__(self, height, width):
        super().__init__()
        self.register_buffer("rows", resize(height), persistent=False)
        self.register_buffer("columns", resize(width).T.contiguous(), persistent=False)
        self.layers = nn.Sequential(
            halving(3, 32),
            Convolution(32, 32, 3),
            same(32, 64, 3),
            nn.MaxPool2d(3, stride=2),
            same(64, 80, 1),
            Convolution(80, 192, 3),
            nn.MaxPool2d(3, stride=2),
            large_maps(192, 32),
            large_maps(256, 64),
            large_maps(288, 64),
            to_middle_maps(288),
            middle_maps(768, 128),
            middle_maps(768, 160),
            middle_maps(768, 160),
            middle_maps(768, 192),
            to_small_maps(768),
            small_maps(1280, average()),
            small_maps(2048, nn.MaxPool2d(3, stride=1, padding=1)),
        )

    def forward(self, images):
        x = torch.matmul(torch.matmul(self.rows, images.float()), self.columns)
        return self.layers((x - 128) * (1 / 128)).mean(dim=(2, 3))


def resize(size):
    """The matrix [299, size] of the bilinear resize along one axis."""
    places = torch.arange(SIZE, dtype=torch.float32) * (size / SIZE)
    low = places.floor().long()
    share = places - low
    matrix = torch.zeros(SIZE, size)
    matrix[torch.arange(SIZE), low] = 1 - share
    matrix[torch.arange(SIZE), (low + 1).clamp(max=size - 1)] += share
    return matrix


def channels_last(network):
    return network.to(memory_format=torch.channels_last)


def frozen(network, images):
    """Traced, with weights as constants and normalisations folded into the convolutions."""
    traced = torch.jit.freeze(torch.jit.trace(network, images))
    return torch.jit.optimize_for_inference(traced)


def compiled(network, images):
    """Compiled with weights as constants, in channels_last; from PyTorch 2 on."""
    return torch.compile(channels_last(network), options={"freezing": True})


VARIANTS = {
    "eager": lambda network, images: network,
    "eager, channels_last": lambda network, images: channels_last(network),
    "frozen": frozen,
    "frozen, channels_last": lambda network, images: frozen(channels_last(network), images),
}
if hasattr(torch, "compile"):
    VARIANTS["compiled, channels_last"] = compiled


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", default="32x32", help="height x width (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=50, help="images per call (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="threads of one operation (default: %(default)s)")
    parser.add_argument("--warmup", type=int, default=2, help="calls before timing (default: %(default)s)")
    parser.add_argument("--count", type=int, default=5, help="timed calls (default: %(default)s)")
    parser.add_argument("--variant", choices=VARIANTS, action="append", help="only this; may be repeated")
    parser.add_argument("--allocator", metavar="A", help=machine.ALLOCATOR_HELP)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    given = parser.parse_args()
    try:
        given.size = tuple(int(side) for side in given.images.split("x"))
        height, width = given.size
    except ValueError:
        parser.error(f"--images {given.images}: give height and width, such as 32x32")
    if min(height, width, given.batch, given.threads, given.count) < 1 or given.warmup < 0:
        parser.error("--images, --batch, --threads and --count must be at least 1, --warmup at least 0")
    machine.start_with(given.allocator, parser.error)
    return given


def measure(variant, given):
    """Images per second of one way to run the network: the median of the timed calls."""
    torch.manual_seed(0)
    network = Inception(*given.size).eval()
    count = sum(p.numel() for p in network.parameters())
    if count != 21_785_568:  # Filters, and a scale and a shift for each of 17,216 channels.
        raise AssertionError(f"{count} parameters")
    images = torch.randint(0, 256, (given.batch, 3, *given.size), dtype=torch.uint8)
    run = VARIANTS[variant](network, images)
    times = []
    for _ in range(given.warmup + given.count):
        start = time.perf_counter()
        features = run(images)
        times.append(time.perf_counter() - start)
    assert features.shape == (given.batch, 2048) and features.isfinite().all()
    return given.batch / statistics.median(times[given.warmup :])


@torch.inference_mode()
def main():
    given = arguments()
    torch.set_num_threads(given.threads)
    speeds = {variant: measure(variant, given) for variant in given.variant or VARIANTS}
    best = max(speeds, key=speeds.get)
    result = {
        **machine.versions(),
        "images": given.images,
        "batch": given.batch,
        "threads": given.threads,
        "warmup": given.warmup,
        "count": given.count,
        "images_per_second": speeds,
        "best": best,
    }
    if given.json:
        print(json.dumps(result))
        return
    print(machine.as_text(result))
    print("{images}, batch {batch}, {threads} threads, median of {count} after {warmup}".format(**result))
    for variant, speed in speeds.items():
        print(f"{variant:24}{speed:8.2f} images/s{' (best)' if variant == best else ''}")


if __name__ == "__main__":
    main()
