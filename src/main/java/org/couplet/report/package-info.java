/**
 * What a person reads during and after training: sample pictures, tables, progress, metrics and
 * TensorBoard events. It knows nothing of models; {@code train} and the commands hand it numbers
 * and pixels.
 */
@NullMarked
package org.couplet.report;

import org.jspecify.annotations.NullMarked;
