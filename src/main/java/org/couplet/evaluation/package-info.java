/**
 * Both sides of {@code couplet fid}: a model's samples, images or stored statistics, measured in
 * one pass. The distances are those of {@code metric}.
 */
@NullMarked
package org.couplet.evaluation;

import org.jspecify.annotations.NullMarked;
