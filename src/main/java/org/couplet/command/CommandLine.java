package org.couplet.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Output;
import org.couplet.io.Spelling;
import org.jspecify.annotations.Nullable;

/**
 * The options of one command. They are declared, parsed, and then asked for by name. The help and
 * the usage in messages are made from the declarations.
 *
 * <pre>{@code
 * CommandLine options =
 *     new CommandLine("build", "couplet build --config a.textproto --output program")
 *         .required("config", "F", "the experiment, a .textproto file")
 *         .required("output", "DIR", "folder of the SavedModel")
 *         .repeatable("set", "path=value", "override one field");
 * if (options.parse(arguments, out)) {
 *   Path config = options.path("config");
 * }
 * }</pre>
 */
public final class CommandLine {
  private final Usage usage;
  private org.apache.commons.cli.@Nullable CommandLine parsed;

  /**
   * An empty set of options.
   *
   * @param command its name, and what comes before its options: {@code study NAME}
   * @param example a command that works
   */
  public CommandLine(String command, String example) {
    usage = new Usage(command, example);
  }

  /** Adds a paragraph to the help, between the usage and the options. */
  public CommandLine about(String paragraph) {
    usage.about(paragraph);
    return this;
  }

  /** Adds a name and its explanation to the help, below the paragraphs so far. */
  public CommandLine entry(String name, String text) {
    usage.entry(name, text);
    return this;
  }

  /** Declares an option that must be given. */
  public CommandLine required(String name, String valueName, String description) {
    return add(new OptionSpec(name, valueName, OptionSpec.Kind.REQUIRED, description));
  }

  /** Declares an option that may be left out. */
  public CommandLine optional(String name, String valueName, String description) {
    return add(new OptionSpec(name, valueName, OptionSpec.Kind.OPTIONAL, description));
  }

  /** Declares an option that may be given any number of times. */
  public CommandLine repeatable(String name, String valueName, String description) {
    return add(new OptionSpec(name, valueName, OptionSpec.Kind.REPEATABLE, description));
  }

  /** Declares an option that may be left out, and has one value or more: {@code --merge a b c}. */
  public CommandLine several(String name, String valueName, String description) {
    return add(new OptionSpec(name, valueName, OptionSpec.Kind.LIST, description));
  }

  /** Declares an option without a value. */
  public CommandLine flag(String name, String description) {
    return add(new OptionSpec(name, null, OptionSpec.Kind.OPTIONAL, description));
  }

  /**
   * Declares the option that lets a command replace what it finds where it is to write.
   *
   * @param what is replaced, such as {@code --output}
   */
  public CommandLine overwrite(String what) {
    return flag(Output.OVERWRITE, "replace " + what + " if it exists; without this it is refused");
  }

  /**
   * Makes declared options alternatives: at most one of them may be given, and one must be if they
   * are required.
   */
  public CommandLine oneOf(String... names) {
    usage.group(List.of(names));
    return this;
  }

  /**
   * Declares another form of the command: with these options, required ones may be missing.
   *
   * @param words each an option's name, or {@code name=value} where only that value will do
   */
  public CommandLine or(String... words) {
    usage.addForm(List.of(words));
    return this;
  }

  private CommandLine add(OptionSpec option) {
    usage.add(option);
    return this;
  }

  /**
   * Parses arguments and checks that each option is given as often as declared; with {@code --help}
   * prints the help instead.
   *
   * @return false if only help was asked for
   */
  public boolean parse(String[] arguments, PrintStream out) {
    var line = parse(arguments);
    parsed = line;
    if (line.hasOption("help")) {
      out.println(usage.help());
      return false;
    }
    if (!line.getArgList().isEmpty()) {
      throw notAnOption(line.getArgList().get(0));
    }
    checkCounts();
    return true;
  }

  private org.apache.commons.cli.CommandLine parse(String[] arguments) {
    Options options = new Options();
    for (OptionSpec option : usage.options()) {
      Option.Builder builder =
          option.name().equals("help") ? Option.builder("h") : Option.builder();
      builder.longOpt(option.name()).hasArg(option.value() != null);
      options.addOption(
          option.kind() == OptionSpec.Kind.LIST ? builder.hasArgs().get() : builder.get());
    }
    try {
      return DefaultParser.builder().setAllowPartialMatching(false).get().parse(options, arguments);
    } catch (MissingArgumentException e) {
      throw misused("--" + e.getOption().getLongOpt() + ": its value is missing");
    } catch (UnrecognizedOptionException e) {
      throw notAnOption(e.getOption());
    } catch (ParseException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
  }

  private void checkCounts() {
    for (Alternatives group : usage.groups()) {
      if (group.count(this::has) > 1) {
        throw new InvalidInputException("give either " + group.names() + ", not both");
      }
      for (OptionSpec option : group.options()) {
        int times = texts(option.name()).size();
        boolean single =
            option.kind() != OptionSpec.Kind.REPEATABLE && option.kind() != OptionSpec.Kind.LIST;
        if (times > 1 && single) {
          throw new InvalidInputException(
              "--" + option.name() + ": given " + times + " times; give it once");
        }
      }
    }
    Predicate<List<String>> isGiven = form -> form.stream().allMatch(this::isGiven);
    List<Alternatives> missing =
        usage.groups().stream()
            .filter(group -> group.isRequired() && group.count(this::has) == 0)
            .toList();
    if (!missing.isEmpty() && usage.otherForms().stream().noneMatch(isGiven)) {
      throw missing(missing.stream().map(Alternatives::names).toList());
    }
  }

  private boolean isGiven(String word) {
    String[] parts = word.split("=", 2);
    return parts.length == 1 ? has(word) : texts(parts[0]).contains(parts[1]);
  }

  private InvalidInputException missing(List<String> names) {
    return misused(
        names.stream().map(name -> name + " is missing").collect(Collectors.joining(", ")));
  }

  private InvalidInputException notAnOption(String argument) {
    List<String> names = usage.options().stream().map(OptionSpec::name).toList();
    String meant =
        argument.startsWith("-")
            ? Spelling.closest(argument.replaceFirst("^-+", "").replaceFirst("=.*", ""), names)
                .map(name -> " (did you mean --" + name + "?)")
                .orElse("")
            : ", nor the value of one";
    return misused("'" + argument + "' is not an option" + meant);
  }

  private InvalidInputException misused(String what) {
    return new InvalidInputException(what + "; " + usage.line());
  }

  /** Whether an option was given. */
  public boolean has(String name) {
    return line().hasOption(name);
  }

  /** An option's value, if it was given. */
  public Optional<String> text(String name) {
    return texts(name).stream().findFirst();
  }

  /** Every value of an option that may be repeated. */
  public List<String> texts(String name) {
    String[] values = line().getOptionValues(name);
    return values == null ? List.of() : List.of(values);
  }

  /** The value of an option that is required, here or everywhere. */
  public String value(String name) {
    return text(name).orElseThrow(() -> missing(List.of("--" + name)));
  }

  /** The same as a path, which is not empty: an empty one would be the working directory. */
  public Path path(String name) {
    String path = value(name);
    if (path.isEmpty()) {
      throw new InvalidInputException("--" + name + ": its value is empty; give a path");
    }
    return Path.of(path);
  }

  /**
   * An option's value as something else, if it was given.
   *
   * @param parser throws {@link IllegalArgumentException} for what it does not accept
   * @param wanted what it accepts, for the message: "a noise level such as 0.8"
   */
  public <T> Optional<T> one(String name, Function<String, T> parser, String wanted) {
    return text(name).map(text -> parsed(name, text, parser, wanted));
  }

  /**
   * The entries of a list with commas, or, where the option is given more than once, its values:
   * they may have commas. Empty if the option was not given.
   *
   * @param parser throws {@link IllegalArgumentException} for an entry that it does not accept
   * @param wanted what an entry is, for the message
   */
  public <T> List<T> list(String name, Function<String, T> parser, String wanted) {
    List<String> texts = texts(name);
    List<String> entries = texts.size() == 1 ? List.of(texts.get(0).split(",", -1)) : texts;
    return entries.stream().map(entry -> parsed(name, entry.strip(), parser, wanted)).toList();
  }

  /** A whole number of at least {@code least}, if it was given. */
  public Optional<Long> number(String name, long least) {
    return one(
        name,
        text -> {
          long number = Long.parseLong(text);
          if (number < least) {
            throw new IllegalArgumentException();
          }
          return number;
        },
        "a whole number of at least " + least);
  }

  /** The same up to {@code most}. */
  public Optional<Integer> number(String name, int least, int most) {
    return one(
        name,
        text -> {
          int number = Integer.parseInt(text);
          if (number < least || number > most) {
            throw new IllegalArgumentException();
          }
          return number;
        },
        "a whole number from " + least + " to " + most);
  }

  private static <T> T parsed(String name, String text, Function<String, T> parser, String wanted) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException("--" + name + ": '" + text + "' is not " + wanted, e);
    }
  }

  /** Where an option says to write, with the option that {@link #overwrite} declares. */
  public Output output(String name) {
    return new Output(name, path(name), has(Output.OVERWRITE));
  }

  private org.apache.commons.cli.CommandLine line() {
    if (parsed == null) {
      throw new IllegalStateException("options are asked for before they are parsed");
    }
    return parsed;
  }
}
