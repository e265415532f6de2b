package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/**
 * What the schedules say of one step, as the driver feeds it.
 *
 * @param sigmas float64 [m], the noise levels, of which the first {@code numLevels} count
 * @param numLevels int32 scalar N, at most m
 * @param mu scalar in [0, 1], the mixing factor
 * @param gap scalar in (0, 1], 1 / q^a: how wide the gap of tuning's levels still is
 */
public record ScheduledOperands(
    Operand<TFloat64> sigmas,
    Operand<TInt32> numLevels,
    Operand<TFloat32> mu,
    Operand<TFloat32> gap) {}
