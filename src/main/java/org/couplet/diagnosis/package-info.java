/**
 * Measurements of a training program by noise level, which tell why a coupling teaches well or
 * badly. {@code study} chooses the runs and the levels and shows the results.
 */
@NullMarked
package org.couplet.diagnosis;

import org.jspecify.annotations.NullMarked;
