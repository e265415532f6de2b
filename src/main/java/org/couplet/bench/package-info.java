/**
 * How fast a training step is: combinations, each timed in a process of its own, and their table.
 * It builds programs with {@code assembly} and is fed by {@code data}.
 */
@NullMarked
package org.couplet.bench;

import org.jspecify.annotations.NullMarked;
