/**
 * A server of images: HTTP in front of {@code serving}, with the paths and the JSON of TensorFlow
 * Serving's REST interface, images as PNG files, and a page.
 */
@NullMarked
package org.couplet.serve;

import org.jspecify.annotations.NullMarked;
