"""adm.npz: a small network of ADM (Dhariwal & Nichol 2021, as Karras et al. 2022 configure it), its output and gradients.

Everything is computed in float64 from inputs rounded to float32. Images are NCHW, convolutions OIHW, linear maps [out, in];
arrays are float32:

- `param/NAME`: the weights, drawn; in the order of the network
- `x`, `c_noise`, `classes`: images, noise labels, and class labels (int32; -1 is none)
- `raw_F` = F(x, c_noise, classes); `raw_F_unlabelled`: the same without the class labels' weights
- `grad/NAME`: the gradients of half the mean square of `raw_F`

The network is a list of (name, kind, channels in, channels out, attention) and a function that applies it.
"""

import dataclasses
import math

import numpy
import torch
from torch.nn import functional

from reference import Reference


@dataclasses.dataclass(frozen=True)
class Settings:
    resolution: int
    width: int
    mult: tuple
    blocks: int
    attention: tuple
    head: int = 64
    embedding: int = 4
    classes: int = 0
    images: int = 3

    @property
    def embedded(self):
        return self.width * self.embedding


SMALL = Settings(8, 4, (2, 3), 1, (8,), head=4, classes=3)
NETWORKS = {
    "adm_imagenet64": Settings(64, 192, (1, 2, 3, 4), 3, (32, 16, 8), classes=1000),
    "adm_imagenet64_unlabelled": Settings(64, 192, (1, 2, 3, 4), 3, (32, 16, 8)),
}


def layers(s):
    """The blocks in the order in which they run; `joined` ones take the latest skip beside their input."""
    found, skips = [], []
    channels = s.width * s.mult[0]
    found.append((f"enc.{s.resolution}x{s.resolution}_conv", "conv", s.images, channels, False))
    skips.append(channels)
    for level, factor in enumerate(s.mult):
        size = s.resolution >> level
        if level > 0:
            found.append((f"enc.{size}x{size}_down", "down", channels, channels, False))
            skips.append(channels)
        for block in range(s.blocks):
            found.append((f"enc.{size}x{size}_block{block}", "block", channels, s.width * factor, size in s.attention))
            channels = s.width * factor
            skips.append(channels)
    for level in range(len(s.mult) - 1, -1, -1):
        size, outputs = s.resolution >> level, s.width * s.mult[level]
        if level == len(s.mult) - 1:
            found.append((f"dec.{size}x{size}_in0", "block", channels, channels, True))
            found.append((f"dec.{size}x{size}_in1", "block", channels, channels, False))
        else:
            found.append((f"dec.{size}x{size}_up", "up", channels, channels, False))
        for block in range(s.blocks + 1):
            name = f"dec.{size}x{size}_block{block}"
            found.append((name, "joined", channels + skips.pop(), outputs, size in s.attention))
            channels = outputs
    found.append(("out_norm", "norm", channels, channels, False))
    found.append(("out_conv", "conv", channels, s.images, False))
    return found


def shapes(s):
    """Names and shapes of all weights in their order."""
    found = {}

    def add(name, *weight):
        found[f"{name}.weight"], found[f"{name}.bias"] = weight, weight[:1]

    add("map_layer0", s.embedded, s.width)
    add("map_layer1", s.embedded, s.embedded)
    if s.classes:
        found["map_label.weight"] = (s.embedded, s.classes)
    for name, kind, inputs, outputs, attention in layers(s):
        if kind == "conv":
            add(name, outputs, inputs, 3, 3)
        elif kind == "norm":
            add(name, outputs)
        else:
            add(f"{name}.norm0", inputs)
            add(f"{name}.conv0", outputs, inputs, 3, 3)
            add(f"{name}.affine", 2 * outputs, s.embedded)
            add(f"{name}.norm1", outputs)
            add(f"{name}.conv1", outputs, outputs, 3, 3)
            if inputs != outputs:
                add(f"{name}.skip", outputs, inputs, 1, 1)
            if attention:
                add(f"{name}.norm2", outputs)
                add(f"{name}.qkv", 3 * outputs, outputs, 1, 1)
                add(f"{name}.proj", outputs, outputs, 1, 1)
    return found


def parameters(s):
    return sum(math.prod(shape) for shape in shapes(s).values())


def apply(s, weights, x, label, classes=None):
    """F: x [batch, channels, R, R], label [batch], classes [batch] with -1 for none, weights by name."""

    def conv(name, x):
        weight = weights[f"{name}.weight"]
        return functional.conv2d(x, weight, weights[f"{name}.bias"], padding=weight.shape[-1] // 2)

    def linear(name, x):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name, x):
        groups = x.reshape(len(x), min(32, x.shape[1] // 4), -1)
        centred = groups - groups.mean(2, keepdim=True)
        x = (centred / (centred.square().mean(2, keepdim=True) + 1e-5).sqrt()).reshape(x.shape)
        return x * weights[f"{name}.weight"][:, None, None] + weights[f"{name}.bias"][:, None, None]

    def resize(kind, x):
        if kind == "down":
            return functional.avg_pool2d(x, 2)
        return x.repeat_interleave(2, 2).repeat_interleave(2, 3) if kind == "up" else x

    def attend(name, y):
        # The outputs of qkv are q0, k0, v0, q1, ... of the first head, then those of the next.
        heads = y.shape[1] // s.head
        triples = conv(f"{name}.qkv", norm(f"{name}.norm2", y)).reshape(len(y), heads, s.head, 3, -1)
        q, k, v = triples.unbind(3)  # [batch, heads, channels, positions]
        share = (q.transpose(2, 3) @ k / math.sqrt(s.head)).softmax(3)  # [batch, heads, query, key]
        return conv(f"{name}.proj", (v @ share.transpose(2, 3)).reshape(y.shape))

    def block(name, kind, x, embedding):
        h = conv(f"{name}.conv0", resize(kind, silu(norm(f"{name}.norm0", x))))
        scale, shift = linear(f"{name}.affine", embedding)[:, :, None, None].chunk(2, dim=1)
        h = conv(f"{name}.conv1", silu(norm(f"{name}.norm1", h) * (1 + scale) + shift))
        skip = resize(kind, x)
        return h + (conv(f"{name}.skip", skip) if f"{name}.skip.weight" in weights else skip)

    half = s.width // 2
    angles = label[:, None] * 10_000 ** (-torch.arange(half, dtype=x.dtype) / half)
    embedding = linear("map_layer1", silu(linear("map_layer0", torch.cat([angles.cos(), angles.sin()], dim=1))))
    if classes is not None:
        rows = weights["map_label.weight"].T[classes.clamp(min=0).long()]
        embedding = embedding + rows * (classes >= 0)[:, None]
    embedding = silu(embedding)
    skips = []
    for name, kind, _, _, attention in layers(s):
        if kind == "conv":
            x = conv(name, x)
        elif kind == "norm":
            x = silu(norm(name, x))
        else:
            x = block(name, kind, torch.cat([x, skips.pop()], dim=1) if kind == "joined" else x, embedding)
            x = x + attend(name, x) if attention else x
        if name.startswith("enc."):
            skips.append(x)
    return x


def silu(x):
    return x * torch.sigmoid(x)


def drawn_weight(name, normal):
    """Far from the initial values of training, of which many are 0, so that every layer matters."""
    if normal.ndim > 1:
        return normal / math.sqrt(normal[0].size)
    norm = "norm" in name and name.endswith("weight")
    return 1 + 0.1 * normal if norm else 0.1 * normal


def compute(_):
    s, normal = SMALL, numpy.random.default_rng(5).standard_normal
    drawn = {name: drawn_weight(name, normal(shape)).astype("float32") for name, shape in shapes(s).items()}
    x = normal((3, s.images, s.resolution, s.resolution)).astype("float32")
    label = numpy.array([-1.5, 0.25, 1.1], "float32")
    classes = numpy.array([2, -1, 0], "int32")
    weights = {name: torch.from_numpy(array).double().requires_grad_() for name, array in drawn.items()}
    inputs = torch.from_numpy(x).double(), torch.from_numpy(label).double()
    output = apply(s, weights, *inputs, torch.from_numpy(classes))
    (output.square().mean() / 2).backward()
    arrays = {f"param/{name}": array for name, array in drawn.items()}
    arrays |= {"x": x, "c_noise": label, "classes": classes, "raw_F": output}
    arrays["raw_F_unlabelled"] = apply(s, weights, *inputs)
    arrays |= {f"grad/{name}": weight.grad for name, weight in weights.items()}
    return {n: a.detach().float().numpy() if isinstance(a, torch.Tensor) else a for n, a in arrays.items()}


REFERENCES = {"adm.npz": Reference(compute, compressed=True)}
