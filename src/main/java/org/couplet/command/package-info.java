/**
 * What commands share: options, their help, exit codes, Ctrl-C, and the self-test that they run
 * before a program's first call. It knows no command.
 */
@NullMarked
package org.couplet.command;

import org.jspecify.annotations.NullMarked;
