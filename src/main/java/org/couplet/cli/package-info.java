/**
 * The command line: one class per command turns options into one call. Here, and in {@code bench},
 * the half that builds graphs and the half that runs them come together.
 */
@NullMarked
package org.couplet.cli;

import org.jspecify.annotations.NullMarked;
