package org.couplet.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.couplet.io.Invocation;

/** What a command's help shows, made from the options that it declares. */
final class Usage {
  private static final int WIDTH = 100;
  // Where the explanation of an entry begins.
  private static final int ENTRY_COLUMN = 15;
  private static final OptionSpec HELP =
      new OptionSpec("help", null, OptionSpec.Kind.OPTIONAL, "show this help and stop");

  private final String command;
  private final String example;
  private final List<String> about = new ArrayList<>();
  private final List<Alternatives> groups = new ArrayList<>();
  // Sets of options that are enough although required ones are missing.
  private final List<List<String>> otherForms = new ArrayList<>();

  Usage(String command, String example) {
    this.command = command;
    this.example = example;
  }

  void about(String paragraph) {
    paragraph.lines().forEach(line -> about.add(wrapped("", List.of(line.split(" ", -1)), 0)));
  }

  void entry(String name, String text) {
    about.add(entry("  " + name, text, ENTRY_COLUMN));
  }

  void add(OptionSpec option) {
    groups.add(new Alternatives(List.of(option)));
  }

  /** Makes declared options alternatives, at the place of the first. */
  void group(List<String> names) {
    List<OptionSpec> members = names.stream().map(this::option).toList();
    int place = groups.indexOf(new Alternatives(List.of(members.get(0))));
    groups.set(place, new Alternatives(members));
    groups.removeIf(
        group -> group.options().size() == 1 && members.contains(group.options().get(0)));
  }

  void addForm(List<String> words) {
    words.forEach(this::shown);
    otherForms.add(words);
  }

  List<Alternatives> groups() {
    return groups;
  }

  List<List<String>> otherForms() {
    return otherForms;
  }

  /** Every option, {@code --help} last. */
  List<OptionSpec> options() {
    return Stream.concat(
            groups.stream().flatMap(group -> group.options().stream()), Stream.of(HELP))
        .toList();
  }

  private OptionSpec option(String name) {
    return options().stream()
        .filter(option -> option.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("--" + name + " is not declared"));
  }

  // Of a form: a name, or name=value.
  private String shown(String word) {
    String[] parts = word.split("=", 2);
    OptionSpec option = option(parts[0]);
    return parts.length == 1 ? option.text() : "--" + parts[0] + " " + parts[1];
  }

  /** The usage for an error's one line: required options only, and one other form. */
  String line() {
    String couplet = Invocation.ofProcess().command();
    String forms = couplet + " " + String.join(" ", brief(required().map(Alternatives::usage)));
    if (otherForms.size() == 1) {
      forms += ", or " + couplet + " " + String.join(" ", brief(otherForms.get(0)));
    }
    return "usage: %s; see %s %s --help".formatted(forms, couplet, command.split(" ", -1)[0]);
  }

  private Stream<Alternatives> required() {
    return groups.stream().filter(Alternatives::isRequired);
  }

  private List<String> brief(List<String> form) {
    return brief(form.stream().map(this::shown));
  }

  private List<String> brief(Stream<String> options) {
    return Stream.of(Stream.of(command), options, Stream.of("[options]"))
        .flatMap(words -> words)
        .toList();
  }

  /** The whole help. */
  String help() {
    List<String> lines = new ArrayList<>();
    String couplet = Invocation.ofProcess().command();
    lines.add(usage("usage: " + couplet + " ", full()));
    for (List<String> form : otherForms) {
      lines.add(usage("       " + couplet + " ", brief(form)));
    }
    lines.add("");
    if (!about.isEmpty()) {
      lines.addAll(about);
      lines.add("");
    }
    int column = options().stream().mapToInt(option -> option.text().length()).max().orElse(0) + 4;
    for (OptionSpec option : options()) {
      String often = option.kind() == OptionSpec.Kind.REPEATABLE ? "; may be repeated" : "";
      lines.add(entry("  " + option.text(), option.description() + often, column));
    }
    lines.add("");
    lines.add("example: " + example.replaceFirst("^couplet", Matcher.quoteReplacement(couplet)));
    return String.join(System.lineSeparator(), lines);
  }

  private List<String> full() {
    Stream<Alternatives> optional = groups.stream().filter(group -> !group.isRequired());
    return Stream.concat(
            Stream.of(command), Stream.concat(required(), optional).map(Alternatives::usage))
        .toList();
  }

  private String usage(String start, List<String> words) {
    return wrapped(start, words, start.length() + command.length() + 1);
  }

  private static String entry(String name, String text, int column) {
    String start = name.length() < column ? name + " ".repeat(column - name.length()) : name + " ";
    return wrapped(start, Arrays.asList(text.split(" ", -1)), column);
  }

  // Words after a start, in lines of at most the width if no word is longer.
  private static String wrapped(String start, List<String> words, int indent) {
    StringBuilder lines = new StringBuilder(start);
    int column = start.length();
    boolean first = true;
    for (String word : words) {
      if (!first && column + 1 + word.length() > WIDTH) {
        lines.append(System.lineSeparator()).append(" ".repeat(indent));
        column = indent;
        first = true;
      }
      lines.append(first ? "" : " ").append(word);
      column += (first ? 0 : 1) + word.length();
      first = false;
    }
    return lines.toString();
  }
}
