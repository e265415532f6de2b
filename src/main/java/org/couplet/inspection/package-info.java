/**
 * Which kernels the signatures of any SavedModel run, and with which shapes. It reads the protocol
 * buffer and runs only constant parts of it.
 */
@NullMarked
package org.couplet.inspection;

import org.jspecify.annotations.NullMarked;
