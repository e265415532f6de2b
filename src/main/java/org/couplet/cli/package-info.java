/**
 * The command line: one class per command turns options into one call and words. Only here do the
 * half that builds graphs and the half that runs them come together.
 */
@NullMarked
package org.couplet.cli;

import org.jspecify.annotations.NullMarked;
