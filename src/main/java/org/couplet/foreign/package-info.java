/**
 * Readers and the writer of weight files that other programs use: pickles of networks, PyTorch's
 * files and safetensors become named tensors. No code of a file is run, and no size in it is
 * believed before it is checked; {@code transfer} makes runs of what comes out.
 */
@NullMarked
package org.couplet.foreign;

import org.jspecify.annotations.NullMarked;
