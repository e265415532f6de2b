/**
 * A fuzzer: damages sound files of every kind that Couplet reads, from a seed, and holds the
 * commands that read them to what docs/robustness.md promises.
 */
@NullMarked
package org.couplet.fuzz;

import org.jspecify.annotations.NullMarked;
