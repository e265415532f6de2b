package org.couplet.metric;

import java.util.Map;

/**
 * The value of a metric.
 *
 * @param name in words
 * @param text the value, its spread and what it rests on, in words
 * @param numbers the same by their names, in order
 */
public record Score(String name, String text, Map<String, Number> numbers) {}
