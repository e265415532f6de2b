#!/usr/bin/env python3
"""foreign.zip: weight files as PyTorch, safetensors and EDM's and ECT's training write them, and what they compute.

    python3 foreign.py              # writes the tests' foreign.zip
    python3 foreign.py --full DIR   # pickles of three published networks with random weights, and their outputs

Needs PyTorch, NumPy and safetensors. The networks are those of `songunet.py`. Weights are multiples of 1/64, which
float16 and bfloat16 have too: every file of one network holds the same numbers. Files of foreign.zip:

- `ddpmpp.pkl`: as EDM's training writes its snapshots, with classes of `torch_utils.persistence` and augmentation
- `ddpmpp.pt`, `ddpmpp_stream.pt`, `ddpmpp.safetensors`: the same weights as a state_dict
- `half.pt`, `bfloat16.pt`, `double.pt`, `strided.pt`, `big.pt`: in other types, orders of axes, and big-endian
- `ncsnpp.pkl`: as ECT's training writes its snapshots, of a network with three classes
- `adm.pkl`: EDM's other network, with heads of four channels, which EDM's code can't be told
- `loose.pt`: a tensor beside two entries with networks; `unclear.pt`: two entries with other names; `flat.pt`: two
  networks whose names begin with `ema.` and `net.`; `nested.pt`: such names in an entry; `deep.pt`: two entries in an
  entry; `deeper.pt`: one of them; `kinds.pt`: dictionaries of other classes; `beside.pt`: one
  beside an entry of others, and a dictionary that holds itself; `dotted.pt`: a name with a dot; `twice.pt`: two of one
  name in two entries; of networks of one tensor
- `types.pt`, `types_stream.pt`, `types.safetensors`: a float32 tensor beside tensors of types that Couplet does not read
- `evil.pkl`, `evil.pt`: calls of `os.system` that would make the file `executed`
- `expected.npz`: `x` NCHW, `sigma`, `classes` (-1: none); `ddpmpp` and `adm` = D(x, sigma, classes) of EDM;
  `ncsnpp` = f(sigma x, sigma, classes) of ECT; float64
"""

import argparse
import collections
import functools
import io
import math
import pathlib
import pickle
import sys
import types
import zipfile

import numpy
import torch

import adm
import songunet

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src" / "test" / "resources" / "reference"
SMALL = {"resolution": 8, "mult": (1, 2), "blocks": (1, 1), "attention": (4,), "width": 4}
# EDM's networks of CIFAR-10, DDPM++ and NCSN++, and of ImageNet at 64 x 64: 1.7 GB in all.
FULL = ("edm_cifar10_ddpmpp", "edm_cifar10_ncsnpp", "adm_imagenet64")
SIGMA_DATA = 0.5
SIGMA_MIN = 0.003  # ECT's.
AUGMENTATIONS = 9
# ECT's evaluation, whose boundary Couplet finds in the source text that a pickle carries.
SOURCES = {
    "EDMPrecond": "c_skip = self.sigma_data ** 2 / (sigma ** 2 + self.sigma_data ** 2)\n",
    "ECMPrecond": "c_skip = self.sigma_data ** 2 / ((sigma - self.sigma_min) ** 2 + self.sigma_data ** 2)\n",
}


# What EDM's torch_utils.persistence puts on the wire.

persistence = types.ModuleType("torch_utils.persistence")
sys.modules["torch_utils"] = types.ModuleType("torch_utils")
sys.modules["torch_utils.persistence"] = persistence


def _reconstruct_persistent_obj(meta):
    raise NotImplementedError


_reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
persistence._reconstruct_persistent_obj = _reconstruct_persistent_obj


class Settings(dict):
    """Stands for dnnlib.EasyDict: a dictionary of a class that readers do not have."""


class Persistent:
    """An object that is pickled as a call with its class's name, its source and its state."""

    def __reduce__(self):
        meta = {
            "type": "class",
            "version": 6,
            "module_src": self.source,
            "class_name": self.kind,
            "state": dict(self.__dict__),
        }
        return _reconstruct_persistent_obj, (meta,), None


class Plain(Persistent):
    def __init__(self, kind, **state):
        self.kind, self.source = kind, ""
        self.__dict__.update(state)


class Module(Persistent, torch.nn.Module):
    def __init__(self, kind, source="", **kwargs):
        super().__init__()
        self.kind, self.source = kind, source
        self._init_args, self._init_kwargs = (), kwargs


def drawn(settings, quantized, shapes=songunet.shapes):
    """Weights by name, float32; filters and frequencies among them."""
    torch.manual_seed(5)
    weights = {}
    for name, shape in shapes(settings).items():
        if name.endswith("resample_filter"):
            weights[name] = settings.filter.float() if shape[-1] > 2 else torch.full(shape, 0.25)
            continue
        values = torch.randn(shape)
        if name.endswith("freqs"):
            values *= 4
        elif values.dim() > 1:
            values /= math.sqrt(values[0].numel())
        else:
            values = 0.2 * values + (1.0 if "norm" in name and name.endswith("weight") else 0.0)
        weights[name] = (values * 64).round() / 64 if quantized else values
    return weights


def kind(path, weights):
    name = ".".join(path)
    weight = weights.get(f"{name}.weight")
    if path[-1] == "skip":
        return "Conv2d"
    if path[-1] == "map_noise":
        return "FourierEmbedding" if f"{name}.freqs" in weights else "PositionalEmbedding"
    if weight is None:
        return "UNetBlock"
    return {4: "Conv2d", 2: "Linear", 1: "GroupNorm"}[weight.dim()]


def network(type, settings, weights, **kwargs):
    """A tree of modules with EDM's names and classes."""
    root = Module(type, **kwargs)
    root.map_noise = Module(kind(["map_noise"], weights))
    root.map_augment = Module("Linear", in_features=AUGMENTATIONS)
    root.map_augment.weight = torch.nn.Parameter(torch.ones(settings.width, AUGMENTATIONS), False)
    for name, value in weights.items():
        *path, leaf = name.split(".")
        at = root
        for i, part in enumerate(path):
            if part not in at._modules:
                child = torch.nn.ModuleDict() if part in ("enc", "dec") else Module(kind(path[: i + 1], weights))
                at.add_module(part, child)
            at = at._modules[part]
        if songunet.trained(name):
            at.register_parameter(leaf, torch.nn.Parameter(value, False))
            if value.dim() == 4:
                at.register_buffer("resample_filter", None)
        else:
            at.register_buffer(leaf, value)
    return root


def preconditioned(kind, settings, weights, dropout=0.13, **levels):
    """EDM's wrapper of a SongUNet."""
    shared = {
        "model_channels": settings.width,
        "channel_mult": list(settings.mult),
        "num_blocks": settings.blocks[0],
        "attn_resolutions": list(settings.attention),
        "dropout": dropout,
        "channel_mult_noise": 2 if settings.ncsnpp else 1,
        "embedding_type": "fourier" if settings.ncsnpp else "positional",
        "encoder_type": "residual" if settings.ncsnpp else "standard",
        "decoder_type": "standard",
        "resample_filter": [1, 3, 3, 1] if settings.ncsnpp else [1, 1],
        "augment_dim": AUGMENTATIONS,
    }
    return wrapped(kind, "SongUNet", settings, weights, shared, levels)


def preconditioned_adm(settings, weights):
    """EDM's wrapper of a DhariwalUNet."""
    shared = {
        "model_channels": settings.width,
        "channel_mult": list(settings.mult),
        "num_blocks": settings.blocks,
        "attn_resolutions": list(settings.attention),
        "channels_per_head": settings.head,
    }
    return wrapped("EDMPrecond", "DhariwalUNet", settings, weights, shared, {})


def wrapped(kind, type, settings, weights, shared, levels):
    image = {"img_resolution": settings.resolution, "label_dim": settings.classes}
    outer = Module(kind, SOURCES[kind], img_channels=3, model_type=type, **image, **levels, **shared)
    outer.img_resolution, outer.img_channels, outer.label_dim = settings.resolution, 3, settings.classes
    outer.sigma_min, outer.sigma_max = levels.get("sigma_min", 0), float("inf")
    outer.sigma_data, outer.use_fp16 = SIGMA_DATA, False
    outer.model = network(type, settings, weights, in_channels=3, out_channels=3, **image, **shared)
    return outer.eval()


def snapshot(ema):
    """What EDM's training loop pickles."""
    augment = Module("AugmentPipe", p=0.12)
    augment.register_buffer("Hz_fbank", torch.ones(4, 6))
    options = Settings(class_name="training.dataset.ImageFolderDataset", path="cifar10.zip", use_labels=False)
    return {
        "ema": ema,
        "loss_fn": Plain("EDMLoss", P_mean=-1.2, P_std=1.2, sigma_data=SIGMA_DATA),
        "augment_pipe": augment,
        "dataset_kwargs": options,
    }


class Evil:
    def __reduce__(self):
        import os

        return os.system, ("touch executed",)


def saved(value, **how):
    out = io.BytesIO()
    torch.save(value, out, **how)
    return out.getvalue()


def strided(weights):
    """The same values as views: of one storage, transposed, or with channels last."""
    views, flat = {}, torch.cat([value.flatten() for value in weights.values()])
    offset = 0
    for i, (name, value) in enumerate(weights.items()):
        if value.dim() == 4 and i % 2:
            views[name] = value.contiguous(memory_format=torch.channels_last)
        elif value.dim() == 2:
            views[name] = value.t().contiguous().t()
        else:
            views[name] = flat[offset : offset + value.numel()].view(value.shape)
        offset += value.numel()
    return views


def big_endian(file):
    """A file of PyTorch as a big-endian machine writes it, of float32 alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if "/data/" in name:
                content = numpy.frombuffer(content, "<f4").astype(">f4").tobytes()
            new.writestr(name, b"big" if name.endswith("byteorder") else content)
    return out.getvalue()


def column(values):
    return values[:, None, None, None]


def adm_shapes(settings):
    """ADM's weights, and the filters of the modules that resample."""
    found = adm.shapes(settings)
    for name, kind, *_ in adm.layers(settings):
        if kind in ("down", "up"):
            found |= {f"{name}.{part}.resample_filter": (1, 1, 2, 2) for part in ("conv0", "skip")}
    return found


def applied(apply, settings, weights, points, sigma, low, classes=None):
    """c_skip x + c_out F(c_in x, ln(sigma) / 4) with the boundary at a level, all in float64."""
    weights = {name: value.double() for name, value in weights.items()}
    root = (sigma**2 + SIGMA_DATA**2).sqrt()
    c_skip = SIGMA_DATA**2 / ((sigma - low) ** 2 + SIGMA_DATA**2)
    c_out = (sigma - low) * SIGMA_DATA / root
    f = apply(settings, weights, column(1 / root) * points, sigma.log() / 4, classes)
    return column(c_skip) * points + column(c_out) * f


def inputs(settings):
    torch.manual_seed(6)
    x = torch.randn(4, 3, settings.resolution, settings.resolution).double()
    return x, torch.tensor([0.003, 0.5, 3, 80]).double()


def entries():
    """Files that hold several networks, each of one tensor whose values say which it is."""

    def net(value, prefix=""):
        return {f"{prefix}model.map_layer0.weight": torch.full((2,), float(value))}

    flat = net(1, "ema.") | net(2, "net.")
    loop = {}
    loop.update({f"k{i}": loop for i in range(300)})
    return {
        "loose.pt": saved({"step": torch.tensor(7), "net": net(2), "ema": net(1)}),
        "unclear.pt": saved({"weights_ema": net(1), "weights_online": net(2)}),
        "flat.pt": saved(flat),
        "nested.pt": saved({"epoch": 3, "state_dict": flat}),
        "deep.pt": saved({"state": {"net": net(2), "ema": net(1)}, "config": {"optimizer": {"lr": 0.1}}}),
        "deeper.pt": saved({"model": {"state_dict": net(1)}, "optimizer": {"state": {"step": torch.ones(2)}}}),
        "kinds.pt": saved({"state": Settings(ema=collections.defaultdict(dict, net(1)))}),
        "beside.pt": saved({"model": net(1), "teacher": {"ema": net(2), "net": net(3)}, "loop": loop}),
        "dotted.pt": saved({"a": {"b": net(2)}, "a.b": net(1)}),
        "twice.pt": saved({"old": {"ema": net(1)}, "new": {"ema": net(2)}}),
    }


def types_files():
    import safetensors.torch

    given = {
        "map_layer0.weight": torch.ones(2),
        "complex": torch.ones(3, dtype=torch.complex64),
        "unsigned": torch.ones(2, 2, dtype=torch.uint16),
        "eighth": torch.ones(4).to(torch.float8_e4m3fn),
    }
    return {
        "types.pt": saved(given),
        "types_stream.pt": saved(given, _use_new_zipfile_serialization=False),
        "types.safetensors": safetensors.torch.save(given),
    }


def write_small():
    import safetensors.torch

    plain, other = songunet.Settings(**SMALL), songunet.Settings(**SMALL, ncsnpp=True, classes=3)
    weights, fourier, heads = drawn(plain, True), drawn(other, True), drawn(adm.SMALL, True, adm_shapes)
    state = collections.OrderedDict((f"model.{name}", value) for name, value in weights.items())
    half = {name: value.half() for name, value in weights.items()}
    x, sigma = inputs(plain)
    classes = torch.tensor([2, -1, 0, 1], dtype=torch.int32)
    expected = {
        "x": x,
        "sigma": sigma,
        "classes": classes,
        "ddpmpp": applied(songunet.apply, plain, weights, x, sigma, 0),
        "adm": applied(adm.apply, adm.SMALL, heads, x, sigma, 0, classes),
        "ncsnpp": applied(songunet.apply, other, fourier, column(sigma) * x, sigma, SIGMA_MIN, classes),
    }
    arrays = io.BytesIO()
    numpy.savez(arrays, **{name: value.numpy() for name, value in expected.items()})
    files = {
        "ddpmpp.pkl": pickle.dumps(snapshot(preconditioned("EDMPrecond", plain, weights)), protocol=4),
        "ddpmpp.pt": saved({"step": 7, "model": state}),
        "ddpmpp_stream.pt": saved(weights, _use_new_zipfile_serialization=False),
        "ddpmpp.safetensors": safetensors.torch.save(dict(state)),
        "half.pt": saved(half),
        "bfloat16.pt": saved({name: value.bfloat16() for name, value in weights.items()}),
        "double.pt": saved({name: value.double() for name, value in weights.items()}),
        "strided.pt": saved(strided(weights)),
        "big.pt": big_endian(saved(weights)),
        "ncsnpp.pkl": pickle.dumps(
            snapshot(preconditioned("ECMPrecond", other, fourier, sigma_min=SIGMA_MIN)), protocol=5
        ),
        "adm.pkl": pickle.dumps(snapshot(preconditioned_adm(adm.SMALL, heads)), protocol=4),
        **entries(),
        **types_files(),
        "evil.pkl": pickle.dumps({"ema": Evil()}),
        "evil.pt": saved({"model": Evil()}),
        "expected.npz": arrays.getvalue(),
    }
    with zipfile.ZipFile(FOLDER / "foreign.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9)
            print(f"{name}: {len(content)} bytes")


def write_full(folder):
    """NAME.pkl, and NAME.npz with x, sigma, classes and d = D(x, sigma, classes), float64, of two images."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FULL:
        if name in adm.NETWORKS:
            settings, apply, shapes, wrap = adm.NETWORKS[name], adm.apply, adm_shapes, preconditioned_adm
        else:
            settings, apply, shapes = songunet.NETWORKS[name], songunet.apply, songunet.shapes
            wrap = functools.partial(preconditioned, "EDMPrecond")
        weights = drawn(settings, False, shapes)
        with open(folder / f"{name}.pkl", "wb") as file:
            pickle.dump(snapshot(wrap(settings, weights)), file, protocol=4)
        x, sigma = (values[1:3] for values in inputs(settings))
        classes = torch.tensor([settings.classes // 2, -1], dtype=torch.int32)
        arrays = {"x": x, "sigma": sigma, "classes": classes}
        arrays["d"] = applied(apply, settings, weights, x, sigma, 0, classes if settings.classes else None)
        numpy.savez(folder / f"{name}.npz", **{key: value.numpy() for key, value in arrays.items()})
        print(f"{name}: {sum(value.numel() for value in weights.values()):,} values")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", type=pathlib.Path, metavar="DIR")
    given = parser.parse_args()
    if given.full:
        write_full(given.full)
    else:
        write_small()


if __name__ == "__main__":
    main()
