/** The program's entry point. It finds the command and hands over to {@code cli}. */
@NullMarked
package org.couplet;

import org.jspecify.annotations.NullMarked;
