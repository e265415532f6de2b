/**
 * What lies beside an exported model for those who use it: what it is, as text and as JSON, and the
 * requests that warm a server up. {@code assembly} builds the model itself.
 */
@NullMarked
package org.couplet.release;

import org.jspecify.annotations.NullMarked;
