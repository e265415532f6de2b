/**
 * The paper's experiments as commands: which runs, which measurements, and the figure. It drives
 * {@code train} and reads what runs leave; the building half is handed in by the command line.
 */
@NullMarked
package org.couplet.study;

import org.jspecify.annotations.NullMarked;
