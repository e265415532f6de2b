"""assignment.npz: two sets of 64 points, their squared distances, and the assignment of least total.

`x`, `z` [64, 12] and `cost` [64, 64] are float64. Row i of x goes to row `assignment[i]` (int64) of z.
"""

import numpy

from draws import draws
from reference import Reference


def squared_distances(x, z):
    """||x_i - z_j||^2, [rows of x, rows of z]."""
    return ((x[:, None, :] - z[None, :, :]) ** 2).sum(axis=2)


def best_assignment(cost):
    """The assignment of least total, by cancelling negative cycles (Klein 1967).

    An assignment is the best one exactly if no cycle of rows gains when each row takes the next row's column.
    """
    rows = numpy.arange(len(cost))
    columns = rows.copy()
    while cycle := negative_cycle(cost[:, columns] - cost[rows, columns][:, None]):
        columns[cycle] = columns[numpy.roll(cycle, -1)]
    return columns


def negative_cycle(change):
    """A cycle of rows of negative sum, or none; change[i, j]: what it costs if row i takes row j's column.

    Bellman and Ford's shortest paths from anywhere: without such a cycle they are found in as many rounds as rows.
    """
    rows = numpy.arange(len(change))
    length, before = numpy.zeros(len(change)), numpy.full(len(change), -1)
    for _ in rows:
        paths = length[:, None] + change
        best = paths.argmin(axis=0)
        shorter = paths[best, rows] < length - 1e-10
        if not shorter.any():
            return None
        length = numpy.where(shorter, paths[best, rows], length)
        before = numpy.where(shorter, best, before)
    row = rows[shorter][0]
    for _ in rows:  # Back into the cycle.
        row = before[row]
    cycle = [row]
    while before[cycle[-1]] != row:
        cycle.append(before[cycle[-1]])
    return cycle[::-1]


def compute(kept):
    del kept  # Seeds give the inputs.
    x, z = draws()["x"], draws()["z"]
    cost = squared_distances(x, z)
    columns = best_assignment(cost)
    total = cost[numpy.arange(len(cost)), columns].sum()
    return {"x": x, "z": z, "cost": cost, "assignment": columns, "total": total}


REFERENCES = {"assignment.npz": Reference(compute)}
