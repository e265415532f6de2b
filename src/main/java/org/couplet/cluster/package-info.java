/**
 * Several machines that train together on TensorFlow's own runtime: who they are, the server that
 * each of them runs, what they agree on before the first step, and the watch that finds lost ones.
 * The steps themselves are {@code program}'s and {@code train}'s.
 */
@NullMarked
package org.couplet.cluster;

import org.jspecify.annotations.NullMarked;
