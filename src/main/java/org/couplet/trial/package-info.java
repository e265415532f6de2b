/**
 * The runs that studies compare: ways to train, and a folder that keeps the run of each, which
 * trains what is missing. Studies and their measurements are in {@code study}.
 */
@NullMarked
package org.couplet.trial;

import org.jspecify.annotations.NullMarked;
