package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void theBuildHasFilledInVersionAndCommit() {
    String version = Version.describe();
    assertTrue(
        version.matches(
            "couplet \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"
                + " \\(commit ([0-9a-f]{7,}|unknown)(, with changes)?\\)"),
        version);
  }

  @Test
  void changedSourcesAreSaid() {
    assertEquals("couplet 1.2.3 (commit abc1234)", Version.describe("1.2.3", "abc1234"));
    assertEquals(
        "couplet 1.2.3 (commit abc1234, with changes)", Version.describe("1.2.3", "abc1234-dirty"));
  }

  @Test
  void withoutGitTheCommitIsUnknown() {
    assertEquals("couplet 1.2.3 (commit unknown)", Version.describe("1.2.3", ""));
    assertEquals("couplet 1.2.3 (commit unknown)", Version.describe("1.2.3", "${couplet.commit}"));
  }
}
