/**
 * Models that are served: their versions as they come and go, and the calls of many clients joined
 * into few calls of the network. {@code serve} puts HTTP in front of it.
 */
@NullMarked
package org.couplet.serving;

import org.jspecify.annotations.NullMarked;
