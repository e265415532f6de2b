/**
 * What a person looks at: sample pictures, figures, tables, progress, metrics and TensorBoard
 * events. It knows nothing of models; {@code train} and the commands hand it numbers and pixels.
 */
@NullMarked
package org.couplet.report;

import org.jspecify.annotations.NullMarked;
