/**
 * A run that several workers train together: what they must agree on, their steps, and what happens
 * when one is lost. Stands on {@code cluster}, which knows no training, and on {@code train}, which
 * knows no cluster.
 */
@NullMarked
package org.couplet.workers;

import org.jspecify.annotations.NullMarked;
