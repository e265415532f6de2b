package org.couplet.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which Couplet this is, as the build wrote it down. */
public final class Version {
  private static final String RESOURCE = "version.properties";

  private static final Pattern COMMIT = Pattern.compile("([0-9a-f]{7,})(-dirty)?");

  private Version() {}

  /**
   * The version and the commit: {@code couplet 0.1.0 (commit abc1234)}. It says so if the sources
   * differed from the commit, or were in no Git repository.
   */
  public static String describe() {
    Properties built = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from this build");
      }
      built.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return describe(built.getProperty("version", ""), built.getProperty("commit", ""));
  }

  // Where Git could not tell the commit, the build leaves something else in its place.
  static String describe(String version, String commit) {
    Matcher known = COMMIT.matcher(commit);
    String words = "unknown";
    if (known.matches()) {
      words = known.group(1) + (known.group(2) == null ? "" : ", with changes");
    }
    return "couplet " + version + " (commit " + words + ")";
  }
}
