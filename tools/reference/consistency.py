"""songunet_ddpmpp.npz and songunet_ncsnpp.npz: two small networks, consistency function, couplings, loss, gradients.

Everything is computed in float64 from inputs rounded to float32. The stored arrays fit a computation with attention's
softmax in float32, which moves gradients by some 1e-6 and distances by some 1e-8. Images are NCHW. Arrays are float32;
levels, `huber`, `weight` and `loss` are float64:

- `param/NAME`, `ema/NAME`: online weights theta, and their average theta_ema
- `x`, `z`, `sigma_i`, `sigma_ip1`: data, noise, and a lower and an upper level for each of the 4 rows
- `raw_F` = F(x, ln(sigma_i) / 4); `f_theta` = f(x + sigma_i z, sigma_i)
- `gc_xhat`: x_hat of every row, by theta_ema; `gc_mask`: 1 for the rows that take it in `gc/`
- `ic/` and `gc/`: `teacher`, `student`, `huber` (distance of a row), `weight`, `loss`, `grad/NAME` = d loss / d param
"""

import functools
import math

import numpy
import torch

from reference import Reference
from schedules import karras_levels, scaling
from songunet import Settings, apply, shapes, trained

SIGMA_MIN = 0.002
LOWER_LEVELS = [1, 7, 12, 18]  # Of 21.


def drawn_weights(settings):
    """Online weights and averages by name, float32, and the generator's further draws: x and z."""
    torch.manual_seed(1)
    trainable = {name: shape for name, shape in shapes(settings).items() if trained(name)}
    online = {name: drawn_weight(name, torch.randn(shape)) for name, shape in trainable.items()}
    torch.manual_seed(7)
    average = {}
    for name, weight in online.items():
        weight = weight.double()
        noise = torch.randn(weight.shape, dtype=torch.float64)
        average[name] = (weight + 0.02 * weight.abs().mean() * noise).float()
    size = (len(LOWER_LEVELS), settings.images, settings.resolution, settings.resolution)
    x = 2 * torch.rand(size, dtype=torch.float64) - 1
    z = torch.randn(size, dtype=torch.float64)
    return online, average, x.float(), z.float()


def drawn_weight(name, normal):
    """Far from the initial values of training, so that every layer matters."""
    if normal.dim() > 1:
        return normal / math.sqrt(normal[0].numel())
    return 1 + 0.1 * normal if name.endswith("weight") else 0.1 * normal


def column(values):
    """One number per row, to multiply images."""
    return torch.from_numpy(values)[:, None, None, None]


def consistency(network, x, sigma):
    """f(x, sigma), equations (2) and (3)."""
    c_skip, c_out, c_in, c_noise = scaling(sigma, SIGMA_MIN)
    return column(c_skip) * x + column(c_out) * network(column(c_in) * x, torch.from_numpy(c_noise))


def point(x, z, sigma):
    """x + sigma z."""
    return x + column(sigma) * z


def pseudo_huber(a, b):
    """sqrt(||a - b||^2 + c^2) - c for each row, c = 0.00054 sqrt(d)."""
    c = 0.00054 * math.sqrt(a[0].numel())
    return ((a - b).square().sum(dim=(1, 2, 3)) + c**2).sqrt() - c


def loss(network, x, z, low, high):
    """The loss of equations (6) and (9) on the pair (x + low z, x + high z); the teacher has no gradient."""
    teacher = consistency(network, point(x, z, low), low).detach()
    student = consistency(network, point(x, z, high), high)
    distance = pseudo_huber(teacher, student)
    weight = torch.from_numpy(1 / (high - low))
    return {
        "teacher": teacher,
        "student": student,
        "huber": distance,
        "weight": weight,
        "loss": (weight * distance).mean(),
    }


def compute(settings, kept):
    online, average, x, z = drawn_weights(settings)
    levels = karras_levels(21, SIGMA_MIN, 80, 7)
    low, high = levels[LOWER_LEVELS], levels[[i + 1 for i in LOWER_LEVELS]]
    mask = torch.tensor([1.0, 0, 1, 0])
    arrays = {}
    for prefix, weights in (("param", online), ("ema", average)):
        for name in shapes(settings):
            if name.endswith("resample_filter"):
                weights[name] = settings.filter.float()
            elif name.endswith("freqs"):
                weights[name] = torch.from_numpy(kept[f"{prefix}/{name}"])
            arrays[f"{prefix}/{name}"] = weights[name]
    arrays |= {"x": x, "z": z, "sigma_i": low, "sigma_ip1": high, "gc_mask": mask}

    theta = {name: weight.double().requires_grad_(trained(name)) for name, weight in online.items()}
    network = functools.partial(apply, settings, theta)
    theta_ema = {name: weight.double() for name, weight in average.items()}
    x, z = x.double(), z.double()
    noisy = point(x, z, low)
    arrays["raw_F"] = network(x, torch.from_numpy(numpy.log(low) / 4)).float()
    arrays["f_theta"] = consistency(network, noisy, low).float()
    x_hat = consistency(functools.partial(apply, settings, theta_ema), noisy, low)  # Equation (7).
    mixed = torch.where(mask[:, None, None, None] > 0, x_hat, x)  # GC(mu): equation (8) in some rows, (6) in others.
    arrays |= training("ic", loss(network, x, z, low, high), theta)
    arrays["gc_xhat"] = x_hat.float()
    arrays |= training("gc", loss(network, mixed, z, low, high), theta)
    return {name: a.detach().numpy() if isinstance(a, torch.Tensor) else a for name, a in arrays.items()}


def training(coupling, values, theta):
    """The values of a loss and its gradients; images and gradients in float32."""
    weights = {name: weight for name, weight in theta.items() if weight.requires_grad}
    gradients = torch.autograd.grad(values["loss"], list(weights.values()))
    arrays = {f"{coupling}/{name}": value.float() if value.dim() > 1 else value for name, value in values.items()}
    return arrays | {f"{coupling}/grad/{name}": g.float() for name, g in zip(weights, gradients)}


ATTENTION_IN_FLOAT32 = {"*/grad/*": 5e-6, "*/huber": 1e-7, "*/loss": 1e-7}
DRAWN_ONCE = "16 times 16 normal numbers of a generator and seed that are not known"
SMALL = {"resolution": 16, "mult": (1, 2), "blocks": (1, 1), "attention": (8,), "width": 16}
REFERENCES = {
    "songunet_ddpmpp.npz": Reference(
        functools.partial(compute, Settings(**SMALL)), looser=ATTENTION_IN_FLOAT32, compressed=True
    ),
    "songunet_ncsnpp.npz": Reference(
        functools.partial(compute, Settings(**SMALL, ncsnpp=True)),
        kept={f"{prefix}/map_noise.freqs": DRAWN_ONCE for prefix in ("param", "ema")},
        looser=ATTENTION_IN_FLOAT32,
        compressed=True,
    ),
}
