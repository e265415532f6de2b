package org.couplet.cluster;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps a listening socket to the loopback interface. TensorFlow's server listens on all
 * interfaces, whatever its address, and has no setting for it. Its socket is found by its port and
 * bound to the device {@code lo}, by the JDK's own native method: Java has no public one for
 * sockets that it did not open.
 */
final class LoopbackSocket {
  /** What the Java machine must be started with. */
  static final String JAVA_OPTION = "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED";

  // Of Linux.
  private static final int SOL_SOCKET = 1;
  private static final int SO_BINDTODEVICE = 25;
  private static final String LISTENS = "0A";

  private LoopbackSocket() {}

  /**
   * Binds the socket.
   *
   * @param port on which this process listens
   * @throws IOException if it can't be done here; the message says why
   */
  static void confine(int port) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new IOException("that takes Linux");
    }
    Set<String> sockets = listening(port);
    int bound = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        if (target(file).filter(sockets::contains).isPresent()) {
          bindToLoopback(Integer.parseInt(file.getFileName().toString()));
          bound++;
        }
      }
    }
    if (bound == 0) {
      throw new IOException("its socket is not found in /proc");
    }
  }

  // A file that is closed meanwhile leads nowhere.
  private static Optional<String> target(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  // By their names in /proc/self/fd.
  private static Set<String> listening(int port) throws IOException {
    String local = String.format(Locale.ROOT, ":%04X", port);
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("tcp", "tcp6")) {
      Path file = Path.of("/proc/self/net", table);
      for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
        // Number, local address, remote address, state, ..., inode.
        List<String> words = List.of(line.trim().split("\\s+"));
        if (words.size() > 9 && words.get(1).endsWith(local) && words.get(3).equals(LISTENS)) {
          sockets.add("socket:[" + words.get(9) + "]");
        }
      }
    }
    return sockets;
  }

  private static void bindToLoopback(int descriptor) throws IOException {
    // The device's name and a zero, as the four bytes of a whole number.
    int name = ByteBuffer.wrap(new byte[] {'l', 'o', 0, 0}).order(ByteOrder.nativeOrder()).getInt();
    try {
      Method file = Class.forName("sun.nio.ch.IOUtil").getMethod("newFD", int.class);
      Method option =
          Class.forName("sun.nio.ch.Net")
              .getDeclaredMethod(
                  "setIntOption0",
                  FileDescriptor.class,
                  boolean.class,
                  int.class,
                  int.class,
                  int.class,
                  boolean.class);
      file.setAccessible(true);
      option.setAccessible(true);
      option.invoke(
          null, file.invoke(null, descriptor), false, SOL_SOCKET, SO_BINDTODEVICE, name, false);
    } catch (InvocationTargetException e) {
      throw new IOException("the system refuses it: " + e.getCause(), e);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IOException("that takes Java 17 to 21, started with " + JAVA_OPTION, e);
    }
  }
}
