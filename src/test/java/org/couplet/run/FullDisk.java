package org.couplet.run;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.couplet.image.ImportListener;
import org.couplet.image.ImportRequest;
import org.couplet.image.Importer;
import org.couplet.io.AtomicFile;
import org.couplet.io.ContentHash;
import org.couplet.io.FileFailure;
import org.couplet.io.Output;
import org.couplet.metric.GaussianFit;
import org.couplet.metric.StatisticsFile;
import org.couplet.report.MetricsLog;
import org.couplet.report.SampleGrid;
import org.couplet.report.Table;
import org.couplet.source.ImageSelection;

/** Everything that replaces a file or a folder, as a process of its own that may write nothing. */
final class FullDisk {
  private FullDisk() {}

  /**
   * Replaces all and prints a line for each.
   *
   * @param arguments the folder in which everything is there already
   */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    work(folder)
        .forEach(
            (name, work) -> {
              try {
                work.run();
                System.out.println(name + " was replaced");
              } catch (IOException e) {
                System.out.println(name + " failed: " + FileFailure.of(e).getMessage());
              }
            });
  }

  /** What replaces the entries of a folder. */
  static Map<String, FileFailure.Changing> work(Path folder) {
    GaussianFit fit = new GaussianFit(2, new double[1], new double[1]);
    BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    Map<String, FileFailure.Changing> work = new LinkedHashMap<>();
    work.put("metrics.jsonl", () -> MetricsLog.truncateAfter(folder.resolve("metrics.jsonl"), 1));
    work.put(
        "history.jsonl", () -> new RunHistory(folder.resolve("history.jsonl")).add(1, Map.of()));
    work.put("table.csv", () -> new Table("a").row(1).write(folder.resolve("table.csv")));
    work.put("grid.png", () -> SampleGrid.writePng(picture, folder.resolve("grid.png")));
    work.put(
        "stats.npz",
        () -> StatisticsFile.write(folder.resolve("stats.npz"), fit, ContentHash.of("network")));
    work.put("images.npy", () -> importImages(folder));
    work.put(
        "samples",
        () ->
            new Output("output", folder.resolve("samples"), true)
                .createFolder(
                    path -> {
                      Files.createDirectory(path);
                      AtomicFile.write(path.resolve("000000.png"), "new");
                    }));
    return work;
  }

  private static void importImages(Path folder) throws IOException {
    ImageSelection images =
        new ImageSelection(folder.resolve("pictures"), Optional.empty(), Optional.empty());
    Importer.run(
        new ImportRequest(images, 8, folder.resolve("images.npy"), false),
        new ImportListener() {
          @Override
          public void started(long all) {}

          @Override
          public void done(long images) {}

          @Override
          public void skipped(String line) {}
        });
  }
}
