/** NumPy's .npy and .npz files, read and written as streams. It knows nothing of images. */
@NullMarked
package org.couplet.npy;

import org.jspecify.annotations.NullMarked;
