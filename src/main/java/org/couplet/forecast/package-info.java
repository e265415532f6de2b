/**
 * What a training will take on this machine, and what is missing for it, before its first step. It
 * uses the costs that {@code assembly} counts and the speed that {@code doctor} finds.
 */
@NullMarked
package org.couplet.forecast;

import org.jspecify.annotations.NullMarked;
