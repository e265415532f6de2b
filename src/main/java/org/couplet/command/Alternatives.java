package org.couplet.command;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Options of which at most one may be given. Most often it is a single option.
 *
 * @param options at least one, all of the same kind
 */
record Alternatives(List<OptionSpec> options) {
  private OptionSpec.Kind kind() {
    return options.get(0).kind();
  }

  boolean isRequired() {
    return kind() == OptionSpec.Kind.REQUIRED;
  }

  long count(Predicate<String> given) {
    return options.stream().map(OptionSpec::name).filter(given).count();
  }

  /** The names for a message: {@code --config or --model}. */
  String names() {
    return options.stream().map(option -> "--" + option.name()).collect(Collectors.joining(" or "));
  }

  /** What the usage line shows: {@code (--config F | --model PROGRAM)} or {@code [--steps N]}. */
  String usage() {
    String text = options.stream().map(OptionSpec::text).collect(Collectors.joining(" | "));
    return switch (kind()) {
      case REQUIRED -> options.size() == 1 ? text : "(" + text + ")";
      case OPTIONAL, LIST -> "[" + text + "]";
      case REPEATABLE -> "[" + text + "]...";
    };
  }
}
