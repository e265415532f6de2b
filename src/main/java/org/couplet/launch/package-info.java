/**
 * How a training begins or goes on: its experiment, from a config, a program or a run; the checks
 * before anything changes; the run's folder. The steps are taken by {@code train}.
 */
@NullMarked
package org.couplet.launch;

import org.jspecify.annotations.NullMarked;
