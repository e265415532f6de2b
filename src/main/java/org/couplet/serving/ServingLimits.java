package org.couplet.serving;

import java.time.Duration;

/**
 * How calls are joined and how many may wait.
 *
 * @param batch rows that are computed together, at least 1; a call of more rows is computed alone
 * @param delay how long the first call of a batch waits for others
 * @param queue rows that may wait, at least {@code batch}; what is beyond is refused
 * @param deadline how long a call may take, waiting included
 */
public record ServingLimits(int batch, Duration delay, int queue, Duration deadline) {}
