/**
 * What every package shares: files that appear whole, tasks on background threads, the error that
 * says what is wrong with the user's input, and the line of an error that says what happened. It
 * uses no other package.
 */
@NullMarked
package org.couplet.io;

import org.jspecify.annotations.NullMarked;
