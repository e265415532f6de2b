package org.couplet.io;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A failure of reading or writing as users read it. The message is one line: the path, what was
 * being done, the reason and the remedy. This class is where every such failure becomes a line;
 * code that knows the path says so, for what the system reports often has none:
 *
 * <pre>{@code
 * String text = FileFailure.reading(file, () -> Files.readString(file));
 * }</pre>
 */
public final class FileFailure extends IOException {
  private static final long serialVersionUID = 1L;

  // FileNotFoundException names the path and the reason so.
  private static final Pattern PATH_AND_REASON = Pattern.compile("(?s)(.*) \\(([^()]*)\\)");

  // TensorFlow writes a file under such a name first.
  private static final Pattern TEMPORARY = Pattern.compile("\\.tempstate\\d+$");

  private final @Nullable String path;
  private final Doing doing;
  private final IOException system;
  private final boolean badInput;

  /** What was being done. */
  public enum Doing {
    /** Opening or reading a file or a folder. */
    READ("can't be read: "),
    /** Making or writing a file or a folder. */
    WRITE("can't be written: "),
    /** Deleting a file or a folder. */
    DELETE("can't be deleted: "),
    /** Nobody said. */
    USE("");

    private final String words;

    Doing(String words) {
      this.words = words;
    }
  }

  /** Work that reads or opens. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws IOException;
  }

  /** Work that changes files. */
  @FunctionalInterface
  public interface Changing {
    /** Does it. */
    void run() throws IOException;
  }

  // Reason and remedy by a sign: the system's words, which are in English in most places. The user
  // can do something about the input or the place, or it is the work that can't go on.
  private record Reason(String sign, String words, String remedy, boolean badInput) {}

  private static final String MISSING = "No such file or directory";
  private static final String DENIED = "Permission denied";
  private static final String TAKEN = "File exists";
  private static final String NO_FOLDER = "Not a directory";
  private static final String NOT_EMPTY = "Directory not empty";
  private static final String LOOP = "Too many levels of symbolic links";

  private static final String NO_SPACE = "No space left on device";
  private static final String NO_QUOTA = "Disk quota exceeded";
  private static final String TOO_LARGE = "File too large";
  private static final Set<String> FULL = Set.of(NO_SPACE, NO_QUOTA, TOO_LARGE);

  private static final List<Reason> REASONS =
      List.of(
          new Reason(MISSING, "there is no such file or folder", "check the name", true),
          new Reason(
              DENIED, "permission denied", "change its permissions or choose another place", true),
          new Reason(
              "Operation not permitted",
              "the system does not permit it",
              "choose another place",
              true),
          new Reason(
              "Read-only file system",
              "its file system is read-only",
              "choose a place that can be written to",
              true),
          new Reason(TAKEN, "a file of this name is there already", "choose another name", true),
          new Reason(
              "Is a directory", "it is a folder, not a file", "give the name of a file", true),
          new Reason(
              NO_FOLDER,
              "it, or what should be a folder above it, is a file",
              "give the name of a folder",
              true),
          new Reason(
              NOT_EMPTY, "the folder is not empty", "empty it or choose another place", true),
          new Reason(LOOP, "links lead in a circle", "mend or remove the link", true),
          new Reason("File name too long", "the name is too long", "choose a shorter one", true),
          new Reason(
              NO_SPACE,
              "no space left on the disk",
              "free some, or choose a place on another disk",
              false),
          new Reason(
              NO_QUOTA,
              "the disk quota is used up",
              "free some space, or choose a place on another disk",
              false),
          new Reason(TOO_LARGE, "the file system takes no file so large", "", false),
          new Reason(
              "Too many open files", "too many open files", "raise the limit (ulimit -n)", false),
          new Reason(
              "Input/output error",
              "the disk or the network reports an error",
              "check it, then try again",
              false),
          new Reason(
              "Stale file handle",
              "it was removed or moved on the file server meanwhile",
              "try again",
              false));

  private FileFailure(Doing doing, @Nullable String path, IOException cause) {
    this(doing, path, cause, "");
  }

  private FileFailure(Doing doing, @Nullable String path, IOException cause, String more) {
    super(message(doing, path, cause) + more, cause);
    this.doing = doing;
    this.system = cause;
    this.path = path;
    this.badInput =
        reason(cause)
            .map(Reason::badInput)
            // What the system has no word for is wrong with the content.
            .orElse(doing == Doing.READ || isDamage(cause));
  }

  /**
   * The failure with all that is known of it.
   *
   * @param path what was read or written; another one that the system names goes first
   */
  public static FileFailure of(Doing doing, Path path, IOException e) {
    if (e instanceof FileFailure known) {
      return known;
    }
    return new FileFailure(doing, named(e).orElse(path.toString()), e);
  }

  /** The failure as far as the system describes it. */
  public static FileFailure of(IOException e) {
    return e instanceof FileFailure known
        ? known
        : new FileFailure(Doing.USE, named(e).orElse(null), e);
  }

  /** The same of a failure within a stream of files. */
  public static FileFailure of(UncheckedIOException e) {
    return of(cause(e));
  }

  /**
   * What a library's message says of a file that it can't write.
   *
   * @param text {@code PATH; REASON}, as TensorFlow puts it
   * @return empty if it says something else
   */
  public static Optional<FileFailure> in(String text) {
    int split = text.lastIndexOf("; ");
    if (split < 0 || reason(new IOException(text.substring(split))).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new FileFailure(
            Doing.WRITE,
            TEMPORARY.matcher(text.substring(0, split)).replaceFirst(""),
            new IOException(text.substring(split))));
  }

  /** Does the work; says of a failure that {@code path} was read. */
  public static <T> T reading(Path path, Work<T> work) throws IOException {
    return during(Doing.READ, path, work);
  }

  /** Opens {@code path} for writing; says so of a failure. */
  public static <T> T opening(Path path, Work<T> work) throws IOException {
    return during(Doing.WRITE, path, work);
  }

  /** Does the work; says of a failure that {@code path} was written. */
  public static void writing(Path path, Changing work) throws IOException {
    changing(Doing.WRITE, path, work);
  }

  /** Does the work; says of a failure what was being done with {@code path}. */
  static void changing(Doing doing, Path path, Changing work) throws IOException {
    during(
        doing,
        path,
        () -> {
          work.run();
          return path;
        });
  }

  /**
   * Does work that writes a file or a folder; says of a failure for lack of room how much it needs.
   *
   * @param bytes that it writes in all; asked when it has failed
   */
  public static void needing(LongSupplier bytes, Changing work) throws IOException {
    try {
      work.run();
    } catch (FileFailure e) {
      if (reason(e.system).filter(reason -> FULL.contains(reason.sign())).isEmpty()) {
        throw e;
      }
      throw new FileFailure(
          e.doing,
          e.path,
          e.system,
          ". It needs %s in all".formatted(FileSize.describe(bytes.getAsLong())));
    }
  }

  private static <T> T during(Doing doing, Path path, Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (IOException e) {
      throw of(doing, path, e);
    } catch (UncheckedIOException e) {
      throw of(doing, path, cause(e));
    }
  }

  /**
   * A failure of work on a temporary path, with the user's path in its place. A failure that is
   * about something else stays as it is.
   */
  static IOException within(Path temporary, Path users, IOException e) {
    String before = temporary.toString();
    String named = e instanceof FileFailure known ? known.path : named(e).orElse(null);
    if (named == null || !(named.equals(before) || named.startsWith(before + "/"))) {
      return e;
    }
    String renamed = users + named.substring(before.length());
    return e instanceof FileFailure known
        ? new FileFailure(known.doing, renamed, known.system)
        : new FileFailure(Doing.WRITE, renamed, e);
  }

  private static IOException cause(UncheckedIOException e) {
    return Objects.requireNonNull(e.getCause());
  }

  /** Whether the user's input is at fault: exit code 2. */
  public boolean isBadInput() {
    return badInput;
  }

  private static String message(Doing doing, @Nullable String path, IOException cause) {
    String place = path == null ? "" : path + ": ";
    if (doing == Doing.READ || doing == Doing.USE) {
      if (reason(cause).filter(reason -> reason.sign().equals(MISSING)).isPresent()) {
        return place + "no such file or folder; check the name";
      }
    }
    String what = path == null && doing == Doing.USE ? "reading or writing failed: " : doing.words;
    return place + what + words(cause);
  }

  private static String words(IOException e) {
    Optional<Reason> reason = reason(e);
    if (reason.isPresent()) {
      String remedy = reason.get().remedy();
      return reason.get().words() + (remedy.isEmpty() ? "" : "; " + remedy);
    }
    String own = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    if (e instanceof CharacterCodingException) {
      return "it is not text in UTF-8; save it as such";
    }
    if (isDamage(e)) {
      return "damaged or cut off%s; fetch or make it again"
          .formatted(own == null ? "" : " (" + own + ")");
    }
    return own == null ? e.getClass().getSimpleName() : own;
  }

  private static boolean isDamage(IOException e) {
    return e instanceof EOFException
        || e instanceof ZipException
        || e instanceof CharacterCodingException;
  }

  private static Optional<Reason> reason(IOException e) {
    String text = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    String sign = sign(e).orElse(String.valueOf(text));
    return REASONS.stream().filter(reason -> sign.contains(reason.sign())).findFirst();
  }

  // Java has classes of its own for some.
  private static Optional<String> sign(IOException e) {
    if (e instanceof NoSuchFileException) {
      return Optional.of(MISSING);
    }
    if (e instanceof AccessDeniedException) {
      return Optional.of(DENIED);
    }
    if (e instanceof FileAlreadyExistsException) {
      return Optional.of(TAKEN);
    }
    if (e instanceof NotDirectoryException) {
      return Optional.of(NO_FOLDER);
    }
    if (e instanceof DirectoryNotEmptyException) {
      return Optional.of(NOT_EMPTY);
    }
    return e instanceof FileSystemLoopException ? Optional.of(LOOP) : Optional.empty();
  }

  private static Optional<String> named(IOException e) {
    if (e instanceof FileSystemException file) {
      return Optional.ofNullable(file.getFile());
    }
    Matcher both = PATH_AND_REASON.matcher(String.valueOf(e.getMessage()));
    return e instanceof FileNotFoundException && both.matches()
        ? Optional.of(both.group(1))
        : Optional.empty();
  }
}
