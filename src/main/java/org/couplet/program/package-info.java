/**
 * Runs SavedModels by the names of the contract: loads one, checks that it keeps the contract,
 * calls its signatures, saves and restores its variables.
 */
@NullMarked
package org.couplet.program;

import org.jspecify.annotations.NullMarked;
