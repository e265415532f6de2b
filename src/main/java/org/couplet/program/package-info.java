/**
 * The contract between the half that builds graphs and the half that runs them: the names in a
 * SavedModel, and the classes that load one, check that it keeps the contract and run it.
 */
@NullMarked
package org.couplet.program;

import org.jspecify.annotations.NullMarked;
