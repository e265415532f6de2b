/**
 * What every package shares: files that appear whole, the rule for what may be overwritten, tasks
 * on background threads, the error that says what is wrong with the user's input, and the line of a
 * failure of reading or writing that says what happened. It uses no other package.
 */
@NullMarked
package org.couplet.io;

import org.jspecify.annotations.NullMarked;
