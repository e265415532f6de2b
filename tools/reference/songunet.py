"""SongUNet (Song et al. 2021) as DDPM++ and NCSN++, in PyTorch: a list of layers, and a function that applies them.

Images are NCHW, convolutions OIHW, linear maps [out, in]. Shares nothing with tools/peer.
Also param_counts.txt: parameter counts of these networks and of ADM's, and the shapes of one.
"""

import dataclasses
import math

import numpy
import torch
from torch.nn import functional

import adm
from reference import Reference


@dataclasses.dataclass(frozen=True)
class Settings:
    """DDPM++ by default; `ncsnpp` gives Fourier features, the residual encoder and its filter."""

    resolution: int
    mult: tuple
    blocks: tuple
    attention: tuple = ()
    width: int = 128
    images: int = 3
    ncsnpp: bool = False
    classes: int = 0

    @property
    def filter(self):
        """The FIR filter: the outer product, normalised to sum 1; [1, 1, taps, taps]."""
        taps = torch.tensor([1.0, 3, 3, 1] if self.ncsnpp else [1.0, 1], dtype=torch.float64)
        return (torch.outer(taps, taps) / taps.sum() ** 2)[None, None]


NETWORKS = {
    "cifar10_table3": Settings(32, (1, 2, 2), (3, 3, 3)),
    "edm_cifar10_ddpmpp": Settings(32, (2, 2, 2), (4, 4, 4), (16,)),
    "edm_64_ddpmpp": Settings(64, (1, 2, 2, 2), (4, 4, 4, 4), (16,)),
    "edm_cifar10_ncsnpp": Settings(32, (2, 2, 2), (4, 4, 4), (16,), ncsnpp=True),
    "celeba_table4": Settings(64, (1, 2, 2, 2), (2, 3, 4, 5)),
    "imagenet_table5": Settings(32, (1, 1, 2), (4, 5, 7), (16,)),
}


@dataclasses.dataclass(frozen=True)
class Layer:
    """kind: conv, block, down, up (blocks that resample), joined (a block that takes a skip), aux (NCSN++'s), norm."""

    name: str
    kind: str
    inputs: int
    outputs: int
    attention: bool = False

    @property
    def resamples(self):
        return self.kind in ("down", "up")


def layers(s):
    """The layers in the order in which they run: encoder, decoder."""
    found, skips, channels, aux = [], [], s.width, s.images
    sizes = [f"{s.resolution >> level}x{s.resolution >> level}" for level in range(len(s.mult))]

    def add(name, kind, inputs, outputs, attention=False):
        found.append(Layer(name, kind, inputs, outputs, attention))
        return outputs

    for level, size in enumerate(sizes):
        if level == 0:
            add(f"enc.{size}_conv", "conv", s.images, channels)
        else:
            add(f"enc.{size}_down", "down", channels, channels)
            if s.ncsnpp:
                aux = add(f"enc.{size}_aux_residual", "aux", aux, channels)
        skips.append(channels)
        for block in range(s.blocks[level]):
            attention = s.resolution >> level in s.attention
            channels = add(f"enc.{size}_block{block}", "block", channels, s.width * s.mult[level], attention)
            skips.append(channels)
    for level, size in reversed(list(enumerate(sizes))):
        if level == len(sizes) - 1:
            add(f"dec.{size}_in0", "block", channels, channels, attention=True)
            add(f"dec.{size}_in1", "block", channels, channels)
        else:
            add(f"dec.{size}_up", "up", channels, channels)
        for block in range(s.blocks[level] + 1):
            attention = s.resolution >> level in s.attention and block == s.blocks[level]
            inputs = channels + skips.pop()
            channels = add(f"dec.{size}_block{block}", "joined", inputs, s.width * s.mult[level], attention)
    add(f"dec.{sizes[0]}_aux_norm", "norm", channels, channels)
    add(f"dec.{sizes[0]}_aux_conv", "conv", channels, s.images)
    return found


def shapes(s):
    """Names and shapes of all arrays in their order; the filters and Fourier frequencies among them are not trained."""
    found, embedded = {}, 4 * s.width
    noise = s.width * (2 if s.ncsnpp else 1)

    def add(name, *weight, filtered=False):
        found[f"{name}.weight"], found[f"{name}.bias"] = weight, weight[:1]
        if filtered:
            found[f"{name}.resample_filter"] = tuple(s.filter.shape)

    if s.ncsnpp:
        found["map_noise.freqs"] = (noise // 2,)
    if s.classes:
        add("map_label", noise, s.classes)
    add("map_layer0", embedded, noise)
    add("map_layer1", embedded, embedded)
    for layer in layers(s):
        name, inputs, outputs = layer.name, layer.inputs, layer.outputs
        if layer.kind in ("conv", "aux"):
            add(name, outputs, inputs, 3, 3, filtered=layer.kind == "aux")
        elif layer.kind == "norm":
            add(name, outputs)
        else:
            add(f"{name}.norm0", inputs)
            add(f"{name}.conv0", outputs, inputs, 3, 3, filtered=layer.resamples)
            add(f"{name}.affine", outputs, embedded)
            add(f"{name}.norm1", outputs)
            add(f"{name}.conv1", outputs, outputs, 3, 3)
            if layer.resamples or inputs != outputs:
                add(f"{name}.skip", outputs, inputs, 1, 1, filtered=layer.resamples)
            if layer.attention:
                add(f"{name}.norm2", outputs)
                add(f"{name}.qkv", 3 * outputs, outputs, 1, 1)
                add(f"{name}.proj", outputs, outputs, 1, 1)
    return found


def trained(name):
    return not name.endswith(("resample_filter", "freqs"))


def apply(s, weights, x, label, classes=None):
    """F: x [batch, channels, R, R], label [batch], weights by name, all float64; classes [batch], -1 for none."""

    def conv(name, x, padding=None):
        """Of the same size, unless padding says otherwise."""
        weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
        padding = weight.shape[-1] // 2 if padding is None else padding
        return functional.conv2d(x, weight, bias, padding=padding)

    def linear(name, x):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name, x):
        """Mean 0 and variance 1 over the pixels and channels of each group, then an affine map per channel."""
        groups = x.reshape(len(x), min(32, x.shape[1] // 4), -1)
        centred = groups - groups.mean(2, keepdim=True)
        x = (centred / (centred.square().mean(2, keepdim=True) + 1e-6).sqrt()).reshape(x.shape)
        return x * weights[f"{name}.weight"][:, None, None] + weights[f"{name}.bias"][:, None, None]

    def resample(kind, x, padding=(s.filter.shape[-1] - 1) // 2):
        """Each channel by the filter at stride 2; up by its transpose, times 4."""
        kernel = s.filter.repeat(x.shape[1], 1, 1, 1)
        if kind == "down":
            return functional.conv2d(x, kernel, stride=2, padding=padding, groups=x.shape[1])
        return functional.conv_transpose2d(x, 4 * kernel, stride=2, padding=padding, groups=x.shape[1])

    def block(layer, x, embedding):
        name = layer.name
        h, skip = silu(norm(f"{name}.norm0", x)), x
        if layer.resamples:
            h, skip = resample(layer.kind, h), resample(layer.kind, x)
        h = conv(f"{name}.conv0", h) + linear(f"{name}.affine", embedding)[:, :, None, None]
        h = conv(f"{name}.conv1", silu(norm(f"{name}.norm1", h)))
        y = (h + (conv(f"{name}.skip", skip) if f"{name}.skip.weight" in weights else skip)) / math.sqrt(2)
        return (y + attend(name, y)) / math.sqrt(2) if layer.attention else y

    def attend(name, y):
        # The outputs of qkv interleave: q0, k0, v0, q1, ...
        q, k, v = conv(f"{name}.qkv", norm(f"{name}.norm2", y)).reshape(len(y), y.shape[1], 3, -1).unbind(2)
        share = (q.transpose(1, 2) @ k / math.sqrt(y.shape[1])).softmax(2)  # [batch, query, key]
        return conv(f"{name}.proj", (v @ share.transpose(1, 2)).reshape(y.shape))

    embedding = noise_features(s, weights, label)
    if s.classes:
        one_hot = functional.one_hot(classes.long() + 1, s.classes + 1)[:, 1:].double()
        embedding = embedding + linear("map_label", one_hot * math.sqrt(s.classes))
    for name in ("map_layer0", "map_layer1"):
        embedding = silu(linear(name, embedding))
    aux, skips = x, []
    for layer in layers(s):
        if layer.kind == "aux":
            # Convolution and filter with their paddings added up first.
            image = resample("down", conv(layer.name, aux, padding=1 + (s.filter.shape[-1] - 1) // 2), padding=0)
            x = aux = skips[-1] = (x + image) / math.sqrt(2)
            continue
        if layer.kind == "norm":
            x = silu(norm(layer.name, x))
        elif layer.kind == "conv":
            x = conv(layer.name, x)
        else:
            x = torch.cat([x, skips.pop()], dim=1) if layer.kind == "joined" else x
            x = block(layer, x, embedding)
        if layer.name.startswith("enc."):
            skips.append(x)
    return x


def silu(x):
    return x * torch.sigmoid(x)


def noise_features(s, weights, label):
    """[sin, cos] of the label times each frequency: [batch, noise channels]."""
    if s.ncsnpp:
        frequencies = 2 * math.pi * weights["map_noise.freqs"]
    else:
        frequencies = 10_000 ** (-torch.arange(s.width // 2, dtype=torch.float64) / (s.width // 2 - 1))
    angles = label[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def parameter_counts():
    """The text of param_counts.txt."""
    lines = ["# Trainable values per network"]
    for name, settings in NETWORKS.items():
        count = sum(math.prod(shape) for array, shape in shapes(settings).items() if trained(array))
        lines.append(f"count {name} {count}")
    lines += [f"count {name} {adm.parameters(settings)}" for name, settings in adm.NETWORKS.items()]
    first = "cifar10_table3"
    layouts = "convolutions OIHW, linear maps [out, in]"
    lines.append(f"# Weights of {first} as the reference names and orders them: {layouts}")
    for name, shape in shapes(NETWORKS[first]).items():
        if trained(name):
            lines.append(f"shape {name} {'x'.join(map(str, shape))}")
    return "\n".join(lines) + "\n"


def with_classes(_):
    """A small network that is told classes: its output, and the gradients of half its mean square."""
    s, normal = Settings(8, (1, 2), (1, 1), (4,), width=8, classes=5), numpy.random.default_rng(7).standard_normal
    drawn = {}
    for name, shape in shapes(s).items():
        if trained(name):
            values = normal(shape)
            values *= 1 / math.sqrt(values[0].size) if values.ndim > 1 else 0.1
            drawn[name] = (values + ("norm" in name and name.endswith("weight"))).astype("float32")
    x = normal((4, s.images, s.resolution, s.resolution)).astype("float32")
    label, classes = numpy.array([-1.5, 0.25, 1.1, 0.25], "float32"), numpy.array([4, -1, 0, 2], "int32")
    weights = {name: torch.from_numpy(array).double().requires_grad_() for name, array in drawn.items()}
    given = torch.from_numpy(x).double(), torch.from_numpy(label).double(), torch.from_numpy(classes)
    output = apply(s, weights, *given)
    (output.square().mean() / 2).backward()
    arrays = {f"param/{name}": array for name, array in drawn.items()}
    arrays |= {"x": x, "c_noise": label, "classes": classes, "raw_F": output.detach().float().numpy()}
    return arrays | {f"grad/{name}": weight.grad.float().numpy() for name, weight in weights.items()}


REFERENCES = {
    "param_counts.txt": parameter_counts,
    "songunet_classes.npz": Reference(with_classes, compressed=True),
}
