"""The training step of a consistency model: noise levels, consistency function, pairs, loss, Lion and EMA."""

import copy
import dataclasses
import math

import torch

SIGMA_MAX, RHO, SIGMA_DATA = 80.0, 7.0, 0.5
P_MEAN, P_STD = -1.1, 2.0


def karras_levels(count, sigma_min):
    """The `count` noise levels from sigma_min to 80, rising; float64."""
    low, high = sigma_min ** (1 / RHO), SIGMA_MAX ** (1 / RHO)
    return (low + torch.arange(count, dtype=torch.float64) / (count - 1) * (high - low)) ** RHO


def lognormal_law(levels):
    """Probabilities of the lower index i = 0..N-2 of a pair of levels; float64."""
    cumulative = torch.erf((levels.log() - P_MEAN) / (math.sqrt(2) * P_STD))
    return cumulative.diff() / (cumulative[-1] - cumulative[0])


def column(values, like):
    """Per-row values [batch] as [batch, 1, 1, 1] in the type of `like`."""
    return values.to(like.dtype)[:, None, None, None]


def consistency(network, x, sigma, sigma_min, masks=None):
    """f(x, sigma) with the boundary at sigma_min; x [batch, C, H, W], sigma [batch] in float64."""
    total = (sigma**2 + SIGMA_DATA**2).sqrt()
    c_skip = SIGMA_DATA**2 / ((sigma - sigma_min) ** 2 + SIGMA_DATA**2)
    c_out = SIGMA_DATA * (sigma - sigma_min) / total
    raw = network(x * column(1 / total, x), (sigma.log() / 4).to(x.dtype), masks).to(x.dtype)
    return torch.addcmul(x * column(c_skip, x), raw, column(c_out, x))


def pseudo_huber(a, b):
    """sqrt(||a - b||^2 + c^2) - c for each row, c = 0.00054 sqrt(d)."""
    difference = (a - b).flatten(1)
    c = 0.00054 * math.sqrt(difference.shape[1])
    return (difference.square().sum(1) + c * c).sqrt() - c


def generator_induced(ema, x, z, sigma_i, sigma_min, rows):
    """x with f_ema(x + sigma_i z, sigma_i) in its first `rows` rows; without dropout, without gradient."""
    if rows == 0:
        return x
    with torch.no_grad():
        noisy = x[:rows] + column(sigma_i[:rows], x) * z[:rows]
        return torch.cat([consistency(ema, noisy, sigma_i[:rows], sigma_min), x[rows:]])


@dataclasses.dataclass
class Pair:
    """Teacher, student, distance and weight of each row, and the loss: the batch's mean of weight * distance."""

    teacher: torch.Tensor
    student: torch.Tensor
    distance: torch.Tensor
    weight: torch.Tensor
    loss: torch.Tensor


def consistency_loss(network, x, z, sigma_i, sigma_next, sigma_min):
    """The loss of `network` on the pairs (x + sigma_i z, x + sigma_next z); same dropout masks on both sides."""
    masks = {}  # Drawn by the teacher, used again by the student: half the random numbers of two equal draws.
    with torch.no_grad():
        teacher = consistency(network, x + column(sigma_i, x) * z, sigma_i, sigma_min, masks)
    student = consistency(network, x + column(sigma_next, x) * z, sigma_next, sigma_min, masks)
    distance = pseudo_huber(student, teacher)
    weight = (1 / (sigma_next - sigma_i)).to(x.dtype)
    return Pair(teacher, student, distance, weight, (weight * distance).mean())


@dataclasses.dataclass(frozen=True)
class Execution:
    """How the step runs: device "cpu" or "cuda", network in bfloat16 or float32, compiled or eager."""

    memory_format: torch.memory_format
    device: str = "cpu"
    bfloat16: bool = False
    compiled: bool = False

    def precision(self):
        """Weights, moments, optimizer and loss stay float32."""
        # Weights that were cast for the teacher, without gradients, must not be the student's.
        return torch.autocast(self.device, torch.bfloat16, enabled=self.bfloat16, cache_enabled=False)

    def of(self, function, **options):
        return torch.compile(function, **options) if self.compiled else function


def lion_with_average(weight, momentum, average, gradient, learning_rate, decay, beta1, beta2):
    """Updates a weight by Lion without weight decay, its momentum and its moving average, all in place."""
    direction = torch.lerp(momentum, gradient, 1 - beta1).sign_()
    weight.add_(direction, alpha=-learning_rate)
    momentum.lerp_(gradient, 1 - beta2)
    average.lerp_(weight, 1 - decay)


def flat(tensor):
    """A view of a tensor without gaps as one row, in the order of its memory."""
    return tensor.as_strided((tensor.numel(),), (1,))


class LionWithAverage:
    """Lion, and the moving average of the weights.

    Tensor by tensor: the five passes over a tensor then find it in cache, and compiled they are one pass. Lists of
    tensors (torch._foreach) are slower on CPUs: each of their operations is a loop over all tensors.
    """

    def __init__(self, network, execution, learning_rate, decay, beta1=0.9, beta2=0.99):
        self.numbers = (learning_rate, decay, beta1, beta2)
        self.weights = list(network.parameters())
        self.momenta = [torch.zeros_like(w) for w in self.weights]
        self.ema = copy.deepcopy(network).eval().requires_grad_(False)
        # One compiled function for all sizes.
        self.update = execution.of(lion_with_average, dynamic=True)

    @torch.no_grad()
    def step(self):
        for weight, momentum, average in zip(self.weights, self.momenta, self.ema.parameters()):
            gradient = weight.grad
            if gradient.stride() != weight.stride():
                gradient = torch.empty_like(weight).copy_(gradient)
            self.update(flat(weight), flat(momentum), flat(average), flat(gradient), *self.numbers)
            weight.grad = None


class Trainer:
    """One training step on random uint8 images, everything the real one does except reading a file."""

    def __init__(self, network, batch, mu, levels, sigma_min, execution, learning_rate=1e-4, decay=0.9999):
        self.network, self.batch, self.sigma_min, self.execution = network, batch, sigma_min, execution
        self.rows = math.floor(mu * batch + 0.5)
        levels = karras_levels(levels, sigma_min)
        self.levels, self.law = levels.to(execution.device), lognormal_law(levels).to(execution.device)
        self.optimizer = LionWithAverage(network, execution, learning_rate, decay)
        self.induced, self.loss = execution.of(generator_induced), execution.of(consistency_loss)
        settings = network.settings
        shape = (max(256, batch), settings.in_channels, settings.img_resolution, settings.img_resolution)
        self.images = torch.randint(0, 256, shape, dtype=torch.uint8)

    def step(self):
        """Does one step; returns its loss."""
        chosen = torch.randperm(len(self.images))[: self.batch]
        x = self.images[chosen].to(self.execution.device).float() / 127.5 - 1
        x = x.contiguous(memory_format=self.execution.memory_format)
        z = torch.randn_like(x)
        index = torch.multinomial(self.law, self.batch, replacement=True)
        sigma_i, sigma_next = self.levels[index], self.levels[index + 1]
        with self.execution.precision():
            x = self.induced(self.optimizer.ema, x, z, sigma_i, self.sigma_min, self.rows)
            loss = self.loss(self.network, x, z, sigma_i, sigma_next, self.sigma_min).loss
        loss.backward()
        self.optimizer.step()
        return loss.item()
