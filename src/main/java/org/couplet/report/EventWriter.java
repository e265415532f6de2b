package org.couplet.report;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/**
 * Writes TensorBoard's event files: {@code Event} messages in TFRecord frames. One writer is one
 * file; a resumed run adds a file whose name sorts after the others, and TensorBoard joins them.
 */
public final class EventWriter implements AutoCloseable {
  // Longer numbers are not times, and no long holds them.
  private static final Pattern NAMED =
      Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,12})\\..*");
  private static final String FILE_VERSION = "brain.Event:2";
  private static final int RGB = 3;

  private final Path file;
  private final OutputStream out;

  /**
   * Starts a run's events.
   *
   * @param folder where TensorBoard looks; made if need be
   */
  public EventWriter(Path folder) throws IOException {
    AtomicFile.createFolder(folder);
    // Seconds, as TensorFlow names its files; two writers in one second would share a name.
    long stamp = Math.max(System.currentTimeMillis() / 1000, latestStamp(folder) + 1);
    file = folder.resolve(String.format(Locale.ROOT, "events.out.tfevents.%010d.couplet", stamp));
    out =
        new BufferedOutputStream(
            FileFailure.opening(
                file,
                () ->
                    Files.newOutputStream(
                        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)));
    write(event(0).setFileVersion(FILE_VERSION).build());
  }

  /**
   * Continues a run's events in a new file.
   *
   * @param folder where the run's events are
   * @param firstStep the first step this writer may write; TensorBoard drops what earlier files say
   *     about it and later steps, which the resumed run goes through again
   */
  public static EventWriter resume(Path folder, long firstStep) throws IOException {
    EventWriter writer = new EventWriter(folder);
    SessionLog start = SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START).build();
    writer.write(event(firstStep).setSessionLog(start).build());
    writer.flush();
    return writer;
  }

  /**
   * Adds a point to a curve.
   *
   * @param step its place on the axis
   * @param tag the curve's name; what stands before a {@code /} groups curves
   * @param value stored in single precision
   */
  public void scalar(long step, String tag, double value) throws IOException {
    write(step, Summary.Value.newBuilder().setTag(tag).setSimpleValue((float) value));
  }

  /** Adds a picture, as PNG, under the given step and tag. */
  public void image(long step, String tag, BufferedImage picture) throws IOException {
    Summary.Image image =
        Summary.Image.newBuilder()
            .setHeight(picture.getHeight())
            .setWidth(picture.getWidth())
            .setColorspace(RGB)
            .setEncodedImageString(ByteString.copyFrom(SampleGrid.png(picture)))
            .build();
    write(step, Summary.Value.newBuilder().setTag(tag).setImage(image));
  }

  /** Hands everything written so far to the system, for TensorBoard to see. */
  public void flush() throws IOException {
    FileFailure.writing(file, out::flush);
  }

  @Override
  public void close() throws IOException {
    FileFailure.writing(file, out::close);
  }

  private void write(long step, Summary.Value.Builder value) throws IOException {
    write(event(step).setSummary(Summary.newBuilder().addValue(value)).build());
  }

  private static Event.Builder event(long step) {
    return Event.newBuilder().setWallTime(System.currentTimeMillis() / 1e3).setStep(step);
  }

  private void write(Event event) throws IOException {
    FileFailure.writing(file, () -> TfRecord.write(out, event.toByteArray()));
  }

  private static long latestStamp(Path folder) throws IOException {
    long latest = 0;
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(folder, "events.out.tfevents.*")) {
      for (Path entry : entries) {
        Matcher matcher = NAMED.matcher(entry.getFileName().toString());
        if (matcher.matches()) {
          latest = Math.max(latest, Long.parseLong(matcher.group(1)));
        }
      }
    }
    return latest;
  }
}
