/**
 * The paper's method as graph code: the consistency function, noisy points, the law of the levels,
 * couplings and the loss. It applies a {@code network} to weights it is given and knows nothing of
 * files, variables or optimizers.
 */
@NullMarked
package org.couplet.consistency;

import org.jspecify.annotations.NullMarked;
