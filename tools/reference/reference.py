"""What a script promises: the arrays of one file, and how near a stored array must be to the recomputed one."""

import dataclasses
import fnmatch
from collections.abc import Callable

import numpy

# Of the scale below. Float32 arrays are computed in float64 and rounded once: two computations differ by a unit in
# the last place at most. Arrays of other types must be equal.
TOLERANCES = {"float64": 1e-12, "float32": 2e-7}


@dataclasses.dataclass(frozen=True)
class Reference:
    """One .npz file.

    compute: from the kept arrays to all arrays of the file, in its order and types. It sees no other stored array.
    kept: arrays that are read from the file because they cannot be recomputed, each with the reason.
    looser: tolerances by pattern of the array's name; the module says why.
    each: differences are relative to each value; else to the largest of the array.
    compressed: whether the file is deflated.
    """

    compute: Callable[[dict], dict]
    kept: dict = dataclasses.field(default_factory=dict)
    looser: dict = dataclasses.field(default_factory=dict)
    each: bool = False
    compressed: bool = False

    def difference(self, found, stored):
        """The largest relative difference of two arrays of one shape; absolute where the scale is 0."""
        found, stored = numpy.asarray(found, "float64"), numpy.asarray(stored, "float64")
        size = numpy.abs(stored)
        scale = size if self.each else size.max()
        return float((numpy.abs(found - stored) / numpy.where(scale == 0, 1, scale)).max())

    def tolerance(self, name, array):
        for pattern, limit in self.looser.items():
            if fnmatch.fnmatch(name, pattern):
                return limit
        return TOLERANCES.get(array.dtype.name, 0.0)
