"""ADM's UNet (Dhariwal & Nichol 2021, as Karras et al. 2022 configure it), without class labels; see songunet.py."""

import dataclasses

import torch
from torch import nn
from torch.nn import functional

from songunet import GroupNorm, double, halve


@dataclasses.dataclass(frozen=True)
class Settings:
    img_resolution: int
    channel_mult: tuple
    num_blocks: int
    attn_resolutions: tuple
    model_channels: int = 192
    dropout: float = 0.1
    channels_per_head: int = 64
    in_channels: int = 3

    def network(self):
        return AdmUNet(self)


# With its parameter count.
TABLES = {"imagenet64": (Settings(64, (1, 2, 3, 4), 3, (32, 16, 8)), 295_131_267)}


def normalisation(channels):
    return GroupNorm(min(32, channels // 4), channels, eps=1e-5)


def zero(layer):
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


class Block(nn.Module):
    """Maps [batch, inputs, h, w] and the embedding [batch, embedded] to [batch, outputs, h', w']."""

    def __init__(self, inputs, outputs, s, attention=False, resample=None):
        super().__init__()
        self.dropout, self.resample, self.head = s.dropout, resample, s.channels_per_head
        self.norm0 = normalisation(inputs)
        self.conv0 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.affine = nn.Linear(4 * s.model_channels, 2 * outputs)
        self.norm1 = normalisation(outputs)
        self.conv1 = zero(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None
        self.norm2 = normalisation(outputs) if attention else None
        self.qkv = nn.Conv2d(outputs, 3 * outputs, 1) if attention else None
        self.proj = zero(nn.Conv2d(outputs, outputs, 1)) if attention else None

    def resized(self, x):
        return halve(x) if self.resample == "down" else double(x) if self.resample == "up" else x

    def forward(self, x, embedding, masks):
        h = self.conv0(self.resized(functional.silu(self.norm0(x))))
        scale, shift = self.affine(embedding)[:, :, None, None].chunk(2, dim=1)
        h = functional.silu(torch.addcmul(shift, self.norm1(h), scale + 1))
        if self.training and self.dropout:
            h = h * self.mask(h, masks)
        x = self.resized(x)
        y = self.conv1(h).add_(x if self.skip is None else self.skip(x))
        return y if self.qkv is None else self.attend(y)

    def mask(self, h, masks):
        if self not in masks:
            keep = 1 - self.dropout
            masks[self] = torch.empty_like(h, requires_grad=False).bernoulli_(keep).div_(keep)
        return masks[self]

    def attend(self, y):
        parts = self.qkv(self.norm2(y)).reshape(len(y), -1, self.head, 3, y.shape[2] * y.shape[3])
        query, key, value = (part.transpose(2, 3) for part in parts.unbind(3))  # [batch, heads, positions, channels]
        mixed = functional.scaled_dot_product_attention(query, key, value).transpose(2, 3)
        return self.proj(mixed.reshape(y.shape)).add_(y)


class AdmUNet(nn.Module):
    """F(x, label): [batch, in_channels, R, R] and noise labels [batch] to [batch, in_channels, R, R]."""

    def __init__(self, settings):
        super().__init__()
        self.settings = s = settings
        width = s.model_channels
        exponents = torch.arange(width // 2, dtype=torch.float64) / (width // 2)
        self.register_buffer("frequencies", (1e-4**exponents).float(), persistent=False)
        self.map_layer0, self.map_layer1 = nn.Linear(width, 4 * width), nn.Linear(4 * width, 4 * width)
        channels = width * s.channel_mult[0]
        self.enc, self.dec, skips = nn.ModuleDict(), nn.ModuleDict(), [channels]
        for level, factor in enumerate(s.channel_mult):
            size = s.img_resolution >> level
            if level == 0:
                self.enc[f"{size}x{size}_conv"] = nn.Conv2d(s.in_channels, channels, 3, padding=1)
            else:
                self.enc[f"{size}x{size}_down"] = Block(channels, channels, s, resample="down")
                skips.append(channels)
            for index in range(s.num_blocks):
                self.enc[f"{size}x{size}_block{index}"] = Block(
                    channels, width * factor, s, attention=size in s.attn_resolutions
                )
                channels = width * factor
                skips.append(channels)
        for level, factor in reversed(list(enumerate(s.channel_mult))):
            size = s.img_resolution >> level
            if level == len(s.channel_mult) - 1:
                self.dec[f"{size}x{size}_in0"] = Block(channels, channels, s, attention=True)
                self.dec[f"{size}x{size}_in1"] = Block(channels, channels, s)
            else:
                self.dec[f"{size}x{size}_up"] = Block(channels, channels, s, resample="up")
            for index in range(s.num_blocks + 1):
                self.dec[f"{size}x{size}_block{index}"] = Block(
                    channels + skips.pop(), width * factor, s, attention=size in s.attn_resolutions
                )
                channels = width * factor
        self.out_norm = normalisation(channels)
        self.out_conv = zero(nn.Conv2d(channels, s.in_channels, 3, padding=1))

    def forward(self, x, label, masks=None):
        """Two calls with the same dictionary `masks` have the same dropout: the first call fills it."""
        masks = {} if masks is None else masks
        angles = label[:, None] * self.frequencies
        embedding = functional.silu(self.map_layer0(torch.cat([angles.cos(), angles.sin()], dim=1)))
        embedding = functional.silu(self.map_layer1(embedding))
        skips = []
        for layer in self.enc.values():
            x = layer(x, embedding, masks) if isinstance(layer, Block) else layer(x)
            skips.append(x)
        for name, layer in self.dec.items():
            x = layer(torch.cat([x, skips.pop()], dim=1) if "_block" in name else x, embedding, masks)
        return self.out_conv(functional.silu(self.out_norm(x)))
