package org.couplet.config;

import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormatParseInfoTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.config.proto.Experiment;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;

/**
 * Reads and writes experiments as textproto. What comes out is resolved: every optional field is
 * set, every sub-message is there, every oneof has its case and the lists of a UNet have one entry
 * per level; a reader never asks {@code has...()}.
 */
public final class ExperimentFile {
  private ExperimentFile() {}

  /**
   * Reads an experiment from a file.
   *
   * @param file a textproto of one {@link Experiment}, UTF-8; or, where there is no such file, the
   *     name of an experiment that comes with Couplet, such as {@code quickstart}
   * @param overrides {@code path.to.field=value}, applied in order before the defaults
   * @throws InvalidInputException if the file is missing or holds an unknown name, a wrong type or
   *     an impossible value; the message is one line with the file, the line, the field and the
   *     remedy
   * @throws IOException if the file can't be read
   */
  public static Experiment load(Path file, List<String> overrides) throws IOException {
    Path found = file;
    if (!Files.isRegularFile(file)) {
      ShippedExperiments shipped = ShippedExperiments.here();
      Optional<Path> named = shipped.named(file);
      Optional<String> packed =
          named.isEmpty() ? ShippedExperiments.packed(file) : Optional.empty();
      if (packed.isPresent()) {
        return parse(file.toString(), packed.get(), overrides);
      }
      if (named.isEmpty()) {
        throw new InvalidInputException(
            file
                + (Files.isDirectory(file) ? ": is a folder. " : ": no such file. ")
                + shipped.remedy(file));
      }
      found = named.get();
    }
    return parse(found.toString(), decode(found), overrides);
  }

  /**
   * Reads an experiment from a string.
   *
   * @param name what messages call the text, e.g. a file's name
   * @param text a textproto of one {@link Experiment}
   * @param overrides {@code path.to.field=value}, applied in order before the defaults. Over a
   *     resolved text, a value that another one defaulted to stays (mu_end does not follow mu)
   * @throws InvalidInputException as {@link #load} says
   */
  public static Experiment parse(String name, String text, List<String> overrides) {
    LongLines.check(name, text);
    Experiment.Builder builder = Experiment.newBuilder();
    TextFormatParseInfoTree.Builder lines = TextFormatParseInfoTree.builder();
    try {
      parser().setParseInfoTreeBuilder(lines).build().merge(text, builder);
    } catch (TextFormat.ParseException e) {
      var problem = new PlainSyntaxError(text, Experiment.getDescriptor(), "").explain(e);
      throw new InvalidInputException(name + ":" + problem.line() + ": " + problem.text(), e);
    }
    Origins origins = new Origins(name);
    origins.addLines(lines.build(), builder);
    new Overrides(parser().build(), origins).apply(builder, overrides);
    new Defaults(origins).fill(builder);
    Experiment experiment = builder.build();
    ExperimentRules.check(experiment, origins);
    return experiment;
  }

  /**
   * Writes a resolved experiment as textproto with every field explicit: what a run folder holds.
   * {@code parse(print(e))} equals {@code e}.
   */
  public static String print(Experiment resolved) {
    StringBuilder text = new StringBuilder();
    // A terminal would obey control characters; escaped they are read back as they were.
    TextFormat.printer()
        .escapingNonAscii(false)
        .printToString(resolved)
        .chars()
        .forEach(sign -> text.append(isControl(sign) ? escaped(sign) : Character.toString(sign)));
    return text.toString();
  }

  private static boolean isControl(int sign) {
    return Character.isISOControl(sign) && sign != '\n';
  }

  // Its bytes in octal digits.
  private static String escaped(int sign) {
    StringBuilder digits = new StringBuilder();
    for (byte each : Character.toString(sign).getBytes(StandardCharsets.UTF_8)) {
      digits.append(String.format("\\%03o", Byte.toUnsignedInt(each)));
    }
    return digits.toString();
  }

  /** Takes a field given twice for a mistake. */
  private static TextFormat.Parser.Builder parser() {
    return TextFormat.Parser.newBuilder()
        .setSingularOverwritePolicy(
            TextFormat.Parser.SingularOverwritePolicy.FORBID_SINGULAR_OVERWRITES);
  }

  private static String decode(Path file) throws IOException {
    try {
      byte[] bytes = FileFailure.reading(file, () -> Files.readAllBytes(file));
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          file + ": not a text in UTF-8. Name an experiment's textproto", e);
    }
  }
}
