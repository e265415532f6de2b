package org.couplet.command;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

/** The options of one command: declared, parsed, and asked for by name. */
public final class CommandLine {
  private static final int WIDTH = 100;

  private final String usage;
  private final String example;
  private final Options options = new Options();
  private String about = "";
  private org.apache.commons.cli.@Nullable CommandLine parsed;

  /**
   * An empty set of options.
   *
   * @param usage the command with its options, as DESIGN's contract has it
   * @param example a command that works
   */
  public CommandLine(String usage, String example) {
    this.usage = usage;
    this.example = example;
    options.addOption(Option.builder().longOpt("help").desc("show this and stop").get());
  }

  /** Lines that the help has between the usage and the options. */
  public CommandLine about(String lines) {
    about = lines;
    return this;
  }

  /** Declares an option with a value. */
  public CommandLine value(String name, String valueName, String description) {
    options.addOption(
        Option.builder().longOpt(name).hasArg().argName(valueName).desc(description).get());
    return this;
  }

  /** Declares an option without a value. */
  public CommandLine flag(String name, String description) {
    options.addOption(Option.builder().longOpt(name).desc(description).get());
    return this;
  }

  /**
   * Parses arguments; with {@code --help} prints the help.
   *
   * @return false if only help was asked for
   */
  public boolean parse(String[] arguments, PrintStream out) {
    try {
      var line =
          DefaultParser.builder().setAllowPartialMatching(false).get().parse(options, arguments);
      parsed = line;
      if (line.hasOption("help")) {
        help(out);
        return false;
      }
      if (!line.getArgList().isEmpty()) {
        throw new InvalidInputException(
            "'" + line.getArgList().get(0) + "' is not an option; usage: " + usage);
      }
      return true;
    } catch (MissingArgumentException e) {
      throw new InvalidInputException(
          "--" + e.getOption().getLongOpt() + ": its value is missing; usage: " + usage, e);
    } catch (UnrecognizedOptionException e) {
      throw new InvalidInputException(
          "'" + e.getOption() + "' is not an option; usage: " + usage, e);
    } catch (ParseException e) {
      throw new InvalidInputException(e.getMessage() + "; usage: " + usage, e);
    }
  }

  /** Whether an option was given. */
  public boolean has(String name) {
    return line().hasOption(name);
  }

  /** An option's value, if it was given. */
  public Optional<String> text(String name) {
    List<String> values = texts(name);
    if (values.size() > 1) {
      throw new InvalidInputException(
          "--" + name + ": given " + values.size() + " times; give it once");
    }
    return values.stream().findFirst();
  }

  /** Every value of an option that may be repeated. */
  public List<String> texts(String name) {
    String[] values = line().getOptionValues(name);
    return values == null ? List.of() : List.of(values);
  }

  /** The value of an option that must be given. */
  public String required(String name) {
    return text(name)
        .orElseThrow(() -> new InvalidInputException("--" + name + " is missing; usage: " + usage));
  }

  /** A path that must be given. */
  public Path requiredPath(String name) {
    return Path.of(required(name));
  }

  /** A whole number of at least {@code least}, or {@code otherwise} if it was not given. */
  public long number(String name, long least, long otherwise) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text.get());
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number that is too small is.
    }
    throw new InvalidInputException(
        "--" + name + ": '" + text.get() + "' is not a whole number of at least " + least);
  }

  /** Requires an output folder that does not exist yet. */
  public static void requireNewFolder(Path output) {
    if (Files.exists(output)) {
      throw new InvalidInputException(
          "--output " + output + ": already exists; remove it or choose another folder");
    }
  }

  private void help(PrintStream out) {
    PrintWriter writer = new PrintWriter(out, true, StandardCharsets.UTF_8);
    writer.println("usage: " + usage);
    writer.println();
    if (!about.isEmpty()) {
      writer.println(about);
      writer.println();
    }
    for (Option option : options.getOptions()) {
      String left =
          "  --" + option.getLongOpt() + (option.hasArg() ? " " + option.getArgName() : "");
      writer.printf("%-26s %s%n", left, wrapped(option.getDescription()));
    }
    writer.println();
    writer.println("example: " + example);
  }

  private static String wrapped(String text) {
    StringBuilder lines = new StringBuilder();
    int column = 27;
    for (String word : text.split(" ", -1)) {
      if (column + word.length() > WIDTH) {
        lines.append(System.lineSeparator()).append(" ".repeat(27));
        column = 27;
      }
      lines.append(word).append(' ');
      column += word.length() + 1;
    }
    return lines.toString().stripTrailing();
  }

  private org.apache.commons.cli.CommandLine line() {
    if (parsed == null) {
      throw new IllegalStateException("options are asked for before they are parsed");
    }
    return parsed;
  }
}
