/**
 * What a machine offers for training: probes, their findings, and advice. {@code bench} takes the
 * processor's peak from it.
 */
@NullMarked
package org.couplet.doctor;

import org.jspecify.annotations.NullMarked;
