package org.couplet.program;

/**
 * A batch at one noise level, row-major [n * element] each.
 *
 * @param data x
 * @param noise z
 * @param points x_t, between x and z
 * @param xHat f(x_t, sigma_t)
 * @param inducedPoints between x_hat and z
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
public record CoupledPoints(
    float[] data, float[] noise, float[] points, float[] xHat, float[] inducedPoints) {}
