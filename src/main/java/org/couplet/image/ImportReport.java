package org.couplet.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.couplet.io.PlainLine;
import org.couplet.picture.PictureTrait;
import org.couplet.source.Labels;

/**
 * What a conversion did.
 *
 * @param written number of images in the output
 * @param channels colour channels of each
 * @param labels of those written, if the source has classes
 * @param source what the source's images were like, and which were left out
 */
public record ImportReport(
    long written, int channels, Optional<Labels> labels, SourceReport source) {
  /** Where it is kept: {@code a.report.txt} beside {@code a.npy}. */
  public static Path fileBeside(Path images) {
    String name = String.valueOf(images.getFileName());
    return images.resolveSibling(name.replaceFirst("\\.npy$", "") + ".report.txt");
  }

  /** The lines that users read, on a terminal or in its file. */
  public List<String> lines(ImportRequest request) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %d images of %d x %d x %d written, %d left out",
            PlainLine.of(request.output().toString()),
            written,
            request.size(),
            request.size(),
            channels,
            source.leftOutCount()));
    FewImages.note(written).ifPresent(lines::add);
    // Folders may be something else, such as train and test.
    labels.ifPresent(kept -> lines.add(PlainLine.of(kept.describe(request.output()))));
    if (channels == 1 && request.channels().isEmpty()) {
      lines.add("one channel, since all images are grey; --channels 3 writes three");
    }
    if (source.traits().containsKey(PictureTrait.TRANSPARENT)) {
      lines.add("transparent pixels lie over " + request.reading().background());
    }
    lines.addAll(source.table());
    return lines;
  }

  String text(ImportRequest request) {
    return String.join(System.lineSeparator(), lines(request)) + System.lineSeparator();
  }
}
