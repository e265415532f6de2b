/**
 * Samples of a loaded program: at which levels they are drawn, and the picture, array file or
 * folder they become. It uses {@code program}, {@code chart} and {@code report}.
 */
@NullMarked
package org.couplet.sampling;

import org.jspecify.annotations.NullMarked;
