/**
 * Finds the kernels that a program's signature runs, with the shapes it runs them on, so that they
 * can be checked on the machine at hand. It reads any SavedModel and uses only {@code io}.
 */
@NullMarked
package org.couplet.selftest;

import org.jspecify.annotations.NullMarked;
