/**
 * What a SavedModel of Couplet has: its signatures, and the names, types and shapes of their
 * tensors. The half that builds graphs writes it, the half that runs them relies on it, and they
 * meet nowhere else.
 */
@NullMarked
package org.couplet.contract;

import org.jspecify.annotations.NullMarked;
