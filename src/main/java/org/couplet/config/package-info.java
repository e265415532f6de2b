/**
 * Experiments: textproto in, validated and fully resolved experiment out. The schema and its
 * defaults stand in {@code experiment.proto}; every other package reads the generated messages.
 */
@NullMarked
package org.couplet.config;

import org.jspecify.annotations.NullMarked;
