/**
 * What every package shares: files that appear whole, and the error that says what is wrong with
 * the user's input. It uses no other package.
 */
@NullMarked
package org.couplet.io;

import org.jspecify.annotations.NullMarked;
