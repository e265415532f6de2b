/**
 * The published Inception graph of 2015: read out of its archive, checked node by node, and brought
 * to today's operations. {@code assembly} makes a feature network of it.
 */
@NullMarked
package org.couplet.inception;

import org.jspecify.annotations.NullMarked;
