/**
 * The numerical self-test: checks the kernels that {@code inspection} finds in a program on the
 * machine at hand against closed forms, and remembers the verdicts.
 */
@NullMarked
package org.couplet.selftest;

import org.jspecify.annotations.NullMarked;
