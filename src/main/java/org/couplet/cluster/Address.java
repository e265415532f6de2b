package org.couplet.cluster;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainLine;

/**
 * Where a worker is reached.
 *
 * @param host a name or a number; IPv6 in brackets
 * @param port 1 to 65535
 */
record Address(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127\\.[0-9]+\\.[0-9]+\\.[0-9]+|\\[::1]");
  private static final int LAST_PORT = 65_535;

  /**
   * Reads an address.
   *
   * @param place what messages begin with
   * @throws InvalidInputException if it is none
   */
  static Address parse(String place, String text) {
    Matcher form = FORM.matcher(text);
    int port = form.matches() ? Integer.parseInt(form.group(2)) : 0;
    if (port < 1 || port > LAST_PORT) {
      throw new InvalidInputException(
          "%s: \"%s\" is not an address. Write HOST:PORT, with a port of 1 to %d"
              .formatted(place, PlainLine.of(text), LAST_PORT));
    }
    return new Address(form.group(1), port);
  }

  /**
   * Whether other machines can't be meant. By its form: no name is looked up, as what it leads to
   * may change.
   */
  boolean isLoopback() {
    return LOOPBACK.matcher(host).matches();
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
