package org.couplet.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.io.FifoQueue;
import org.tensorflow.op.io.QueueEnqueue;
import org.tensorflow.op.io.ReaderReadUpTo;
import org.tensorflow.op.io.TfRecordReader;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.types.TString;

class EventWriterTest {
  private final Path folder;

  EventWriterTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  // TensorFlow's own reader, which checks the frames and their checksums.
  private static List<Event> read(Path file) throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      FifoQueue queue = tf.io.fifoQueue(List.of(TString.class));
      QueueEnqueue name = tf.io.queueEnqueue(queue, List.of(tf.constant(file.toString())));
      TfRecordReader reader = tf.io.tfRecordReader();
      ReaderReadUpTo records = tf.io.readerReadUpTo(reader, queue, tf.constant(100L));
      session.run(name);
      List<Event> events = new ArrayList<>();
      try (Result result = session.runner().fetch(records.values()).run()) {
        TString values = (TString) result.get(0);
        for (long i = 0; i < values.size(); i++) {
          events.add(Event.parseFrom(values.asBytes().getObject(i)));
        }
      }
      return events;
    }
  }

  @Test
  void tensorFlowReadsTheScalars() throws IOException {
    try (EventWriter events = new EventWriter(folder)) {
      events.scalar(1, "loss", 2.5);
      events.scalar(2_000_000_000_000L, "images/s", 210);
    }
    List<Event> read = read(files().get(0));
    assertEquals(3, read.size());
    assertEquals("brain.Event:2", read.get(0).getFileVersion());
    assertEquals(1, read.get(1).getStep());
    assertEquals("loss", read.get(1).getSummary().getValue(0).getTag());
    assertEquals(2.5f, read.get(1).getSummary().getValue(0).getSimpleValue());
    assertEquals(2_000_000_000_000L, read.get(2).getStep());
    assertEquals(System.currentTimeMillis() / 1e3, read.get(2).getWallTime(), 60);
  }

  @Test
  void tensorFlowReadsThePictures() throws IOException {
    BufferedImage picture = SampleGrid.of(new byte[] {1, 2, 3, 4, 5, 6}, 1, 1, 2, 3, 1, 0);
    try (EventWriter events = new EventWriter(folder)) {
      events.image(7, "samples", picture);
    }
    var image = read(files().get(0)).get(1).getSummary().getValue(0).getImage();
    assertEquals(2, image.getWidth());
    assertEquals(1, image.getHeight());
    BufferedImage decoded =
        ImageIO.read(new ByteArrayInputStream(image.getEncodedImageString().toByteArray()));
    assertArrayEquals(
        picture.getRGB(0, 0, 2, 1, null, 0, 2), decoded.getRGB(0, 0, 2, 1, null, 0, 2));
  }

  @Test
  void whatIsFlushedIsReadableWhileTheRunGoesOn() throws IOException {
    try (EventWriter events = new EventWriter(folder)) {
      events.scalar(1, "loss", 1);
      events.flush();
      assertEquals(2, read(files().get(0)).size());
    }
  }

  @Test
  void aResumedRunAddsALaterFileThatTakesOverAtItsFirstStep() throws IOException {
    try (EventWriter first = new EventWriter(folder)) {
      first.scalar(1, "loss", 1);
    }
    Path before = files().get(0);
    try (EventWriter second = EventWriter.resume(folder, 11)) {
      second.scalar(11, "loss", 0.5);
    }
    assertEquals(2, files().size());
    assertEquals(before, files().get(0));
    List<Event> read = read(files().get(1));
    assertEquals(SessionLog.SessionStatus.START, read.get(1).getSessionLog().getStatus());
    assertEquals(11, read.get(1).getStep());
    assertTrue(read.get(2).hasSummary());
  }

  @Test
  void namesThatHoldNoTimeArePassedOver() throws IOException {
    Files.write(
        folder.resolve("events.out.tfevents.17" + "0".repeat(20) + ".couplet"), new byte[1]);
    EventWriter.resume(folder, 11).close();
  }
}
