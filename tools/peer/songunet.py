"""SongUNet in its DDPM++ form (Song et al. 2021, Karras et al. 2022): the network F of the image experiments.

Weights carry the usual names, such as `enc.32x32_block0.norm0.weight`. Layout is NCHW by shape; memory may be
channels_last.
"""

import dataclasses
import math

import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass(frozen=True)
class Settings:
    """What decides the network's shape. num_blocks and dropout hold one entry per level, highest resolution first."""

    img_resolution: int
    channel_mult: tuple
    num_blocks: tuple
    dropout: tuple
    attn_resolutions: tuple = ()
    model_channels: int = 128
    in_channels: int = 3
    out_channels: int = 3

    def __post_init__(self):
        levels = len(self.channel_mult)
        for name in ("num_blocks", "dropout"):
            if len(getattr(self, name)) != levels:
                raise ValueError(f"{name} needs one entry for each of the {levels} levels")
        if self.img_resolution % 2 ** (levels - 1):
            raise ValueError(f"resolution {self.img_resolution} does not halve {levels - 1} times")

    def network(self):
        return SongUNet(self)


# The networks of the paper's tables 3 (CIFAR-10), 4 (CelebA) and 5 (ImageNet), with their parameter counts.
TABLES = {
    "cifar10": (Settings(32, (1, 2, 2), (3, 3, 3), (0.3, 0.3, 0.3)), 34_711_811),
    "celeba64": (Settings(64, (1, 2, 2, 2), (2, 3, 4, 5), (0.05, 0.05, 0.1, 0.2)), 58_679_427),
    "imagenet32": (Settings(32, (1, 1, 2), (4, 5, 7), (0.1, 0.3, 0.3), (16,)), 40_382_979),
}


def xavier(layer, gain=1.0):
    """Xavier-uniform weights times gain, zero biases; a convolution's fans count the kernel's area."""
    nn.init.xavier_uniform_(layer.weight)
    with torch.no_grad():
        layer.weight.mul_(gain)
    nn.init.zeros_(layer.bias)
    return layer


def convolution(inputs, outputs, kernel, gain=1.0):
    return xavier(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), gain)


class GroupNorm(nn.GroupNorm):
    """Normalises in float32 and returns x's type: on CPUs autocast leaves it to the caller."""

    def forward(self, x):
        return super().forward(x.float()).to(x.dtype)


def normalisation(channels):
    return GroupNorm(min(32, channels // 4), channels, eps=1e-6)


def attention(query, key, value):
    """Attention with one head over [batch, channels, positions] each."""
    if hasattr(functional, "scaled_dot_product_attention"):  # From PyTorch 2 on.
        query, key, value = (t.transpose(1, 2).unsqueeze(1) for t in (query, key, value))
        return functional.scaled_dot_product_attention(query, key, value).squeeze(1).transpose(1, 2)
    weights = torch.bmm(query.transpose(1, 2) / math.sqrt(query.shape[1]), key).softmax(dim=2)
    return torch.bmm(value, weights.transpose(1, 2))


def halve(x):
    return functional.avg_pool2d(x, 2)


def double(x):
    return functional.interpolate(x, scale_factor=2, mode="nearest")


class Block(nn.Module):
    """Residual block with noise embedding, optional resampling ("up", "down") and optional attention.

    Maps [batch, inputs, h, w] and the embedding [batch, embedded] to [batch, outputs, h', w'].
    """

    def __init__(self, inputs, outputs, embedded, dropout, attention=False, resample=None):
        super().__init__()
        self.dropout, self.resample = dropout, resample
        self.norm0 = normalisation(inputs)
        self.conv0 = convolution(inputs, outputs, 3)
        self.affine = xavier(nn.Linear(embedded, outputs))
        self.norm1 = normalisation(outputs)
        self.conv1 = convolution(outputs, outputs, 3, gain=1e-5)
        self.skip = convolution(inputs, outputs, 1) if resample or inputs != outputs else None
        self.norm2 = normalisation(outputs) if attention else None
        self.qkv = convolution(outputs, 3 * outputs, 1, gain=math.sqrt(0.2)) if attention else None
        self.proj = convolution(outputs, outputs, 1, gain=1e-5) if attention else None

    def forward(self, x, embedding, masks):
        h = functional.silu(self.norm0(x))
        h = halve(h) if self.resample == "down" else double(h) if self.resample == "up" else h
        h = self.conv0(h).add_(self.affine(embedding)[:, :, None, None])
        h = functional.silu(self.norm1(h))
        if self.training and self.dropout:
            h = h * self.mask(h, masks)
        y = self.conv1(h).add_(self.shortcut(x)).mul_(math.sqrt(0.5))
        return y if self.qkv is None else self.attend(y)

    def mask(self, h, masks):
        """This block's dropout mask, 0 or 1/(1 - dropout): the one in `masks`, else a new one, which is put there."""
        if self not in masks:
            keep = 1 - self.dropout
            masks[self] = torch.empty_like(h, requires_grad=False).bernoulli_(keep).div_(keep)
        return masks[self]

    def shortcut(self, x):
        # A 1x1 convolution commutes with both resamplings: it runs at the lower resolution.
        if self.skip is None:
            return x
        if self.resample == "down":
            return self.skip(halve(x))
        return double(self.skip(x)) if self.resample == "up" else self.skip(x)

    def attend(self, y):
        batch, channels, height, width = y.shape
        # The outputs of qkv interleave: q0, k0, v0, q1, ...
        parts = self.qkv(self.norm2(y)).reshape(batch, channels, 3, height * width)
        query, key, value = parts.unbind(2)  # [batch, channels, positions] each
        mixed = attention(query, key, value).reshape(y.shape)
        return self.proj(mixed).add_(y).mul_(math.sqrt(0.5))


class SongUNet(nn.Module):
    """F(x, label): [batch, in_channels, R, R] and noise labels [batch] to [batch, out_channels, R, R]."""

    def __init__(self, settings):
        super().__init__()
        self.settings = settings
        width = settings.model_channels
        exponents = torch.arange(width // 2, dtype=torch.float64) / (width // 2 - 1)
        self.register_buffer("frequencies", (1e-4**exponents).float(), persistent=False)
        self.map_layer0 = xavier(nn.Linear(width, 4 * width))
        self.map_layer1 = xavier(nn.Linear(4 * width, 4 * width))
        self.enc, self.dec = nn.ModuleDict(), nn.ModuleDict()
        self._build_decoder(self._build_encoder())

    def _levels(self):
        s = self.settings
        for level, multiple in enumerate(s.channel_mult):
            resolution = s.img_resolution >> level
            embedded, dropout = 4 * s.model_channels, s.dropout[level]

            def block(inputs, outputs, d=dropout, **options):
                return Block(inputs, outputs, embedded, d, **options)

            yield level, resolution, s.model_channels * multiple, resolution in s.attn_resolutions, block

    def _build_encoder(self):
        """Builds the encoder; returns the channels of its outputs, each of which is a skip."""
        skips = []
        for level, resolution, outputs, attention, block in self._levels():
            if level == 0:
                skips.append(self.settings.model_channels)
                self.enc[f"{resolution}x{resolution}_conv"] = convolution(self.settings.in_channels, skips[-1], 3)
            else:
                self.enc[f"{resolution}x{resolution}_down"] = block(skips[-1], skips[-1], resample="down")
                skips.append(skips[-1])
            for index in range(self.settings.num_blocks[level]):
                name = f"{resolution}x{resolution}_block{index}"
                self.enc[name] = block(skips[-1], outputs, attention=attention)
                skips.append(outputs)
        return skips

    def _build_decoder(self, skips):
        channels = skips[-1]
        lowest = len(self.settings.channel_mult) - 1
        for level, resolution, outputs, attention, block in reversed(list(self._levels())):
            prefix = f"{resolution}x{resolution}"
            if level == lowest:
                self.dec[f"{prefix}_in0"] = block(channels, channels, attention=True)
                self.dec[f"{prefix}_in1"] = block(channels, channels)
            else:
                self.dec[f"{prefix}_up"] = block(channels, channels, resample="up")
            last = self.settings.num_blocks[level]
            for index in range(last + 1):
                self.dec[f"{prefix}_block{index}"] = block(
                    channels + skips.pop(), outputs, attention=attention and index == last
                )
                channels = outputs
        self.dec[f"{prefix}_aux_norm"] = normalisation(channels)
        self.dec[f"{prefix}_aux_conv"] = convolution(channels, self.settings.out_channels, 3, gain=1e-5)

    def forward(self, x, label, masks=None):
        """Two calls with the same dictionary `masks` have the same dropout: the first call fills it."""
        masks = {} if masks is None else masks
        angles = label[:, None] * self.frequencies  # [batch, model_channels / 2]
        embedding = torch.cat([angles.sin(), angles.cos()], dim=1)
        embedding = functional.silu(self.map_layer0(embedding))
        embedding = functional.silu(self.map_layer1(embedding))
        skips = []
        for layer in self.enc.values():
            x = layer(x, embedding, masks) if isinstance(layer, Block) else layer(x)
            skips.append(x)
        for name, layer in self.dec.items():
            if name.endswith("_aux_norm"):
                x = functional.silu(layer(x))
            elif name.endswith("_aux_conv"):
                x = layer(x)
            else:
                x = torch.cat([x, skips.pop()], dim=1) if "_block" in name else x
                x = layer(x, embedding, masks)
        return x
