/**
 * The command line: one class per command turns options into one call. Here, in {@code bench} and
 * in {@code launch} the half that builds graphs and the half that runs them come together.
 */
@NullMarked
package org.couplet.cli;

import org.jspecify.annotations.NullMarked;
