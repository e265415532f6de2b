package org.couplet.chart;

/** How an axis spreads its numbers. */
public enum Scale {
  /** Equal differences are equally far apart. */
  LINEAR,
  /** Equal ratios are equally far apart; zero and negative numbers have no place. */
  LOGARITHMIC
}
