package org.couplet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The schema is the reference that users read, so each of its fields must say what it falls back
 * to.
 */
class SchemaCommentsTest {
  private static final Path SCHEMA = Path.of("src/main/proto/couplet/experiment.proto");
  // Fields outside of oneofs, and oneofs; the line above is the comment.
  private static final Pattern FIELD =
      Pattern.compile("^  (?:(?:optional|repeated) \\w+|oneof) (\\w+) (?:= .*|\\{)$");
  private static final Pattern MEMBER = Pattern.compile("^    \\w+ (\\w+) = \\d+;$");
  private static final Pattern NUMBER_DEFAULT = Pattern.compile("\\[default = ([-0-9.e]+)[,\\]]");
  private static final Pattern COMMENTED_NUMBER =
      Pattern.compile("[Dd]efault: ([-0-9.e]+?)[.,; ]*(?: .*)?$");

  @Test
  void everyFieldHasACommentWithItsDefault() throws IOException {
    List<String> lines = Files.readAllLines(SCHEMA);
    List<String> silent = new ArrayList<>();
    int fields = 0;
    for (int i = 1; i < lines.size(); i++) {
      Matcher field = FIELD.matcher(lines.get(i));
      if (field.matches()) {
        fields++;
        String comment = lines.get(i - 1).strip();
        boolean says = comment.matches("// .*([Dd]efault: |Required).*");
        if (!says) {
          silent.add(field.group(1));
        }
      }
    }
    assertTrue(fields > 60, "only " + fields + " fields found");
    assertEquals(List.of(), silent);
  }

  @Test
  void everyMemberOfAOneofHasAComment() throws IOException {
    List<String> lines = Files.readAllLines(SCHEMA);
    List<String> silent = new ArrayList<>();
    int members = 0;
    for (int i = 1; i < lines.size(); i++) {
      Matcher member = MEMBER.matcher(lines.get(i));
      if (member.matches()) {
        members++;
        if (!lines.get(i - 1).strip().startsWith("// ")) {
          silent.add(member.group(1));
        }
      }
    }
    assertTrue(members >= 29, members + " members found");
    assertEquals(List.of(), silent);
  }

  @Test
  void commentsTellTheDefaultsThatHold() throws IOException {
    List<String> lines = Files.readAllLines(SCHEMA);
    int compared = 0;
    for (int i = 1; i < lines.size(); i++) {
      Matcher actual = NUMBER_DEFAULT.matcher(lines.get(i));
      if (actual.find()) {
        Matcher told = COMMENTED_NUMBER.matcher(lines.get(i - 1));
        assertTrue(told.find(), lines.get(i - 1));
        assertEquals(
            Double.parseDouble(actual.group(1)), Double.parseDouble(told.group(1)), lines.get(i));
        compared++;
      }
    }
    assertTrue(compared > 40, "only " + compared + " compared");
  }
}
