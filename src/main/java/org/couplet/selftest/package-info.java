/**
 * The numerical self-test: finds the kernels that a SavedModel's signature runs, with their shapes,
 * and checks them on the machine at hand against closed forms. It reads any SavedModel and uses
 * only {@code io}.
 */
@NullMarked
package org.couplet.selftest;

import org.jspecify.annotations.NullMarked;
