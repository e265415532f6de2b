/**
 * What an experiment's fields stand for: an objective with its network, an optimizer, the range of
 * levels, the classes. {@code assembly} makes SavedModels of it.
 */
@NullMarked
package org.couplet.model;

import org.jspecify.annotations.NullMarked;
