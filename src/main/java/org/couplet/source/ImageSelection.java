package org.couplet.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.array.ArrayLayout;
import org.couplet.array.ValueRange;
import org.couplet.io.ContentHash;
import org.couplet.picture.PictureDecoder;

/**
 * Which images of a source to take. Its content decides what the source is:
 *
 * <ul>
 *   <li>CIFAR-10's binary archive (tar.gz, tar) or its unpacked folder;
 *   <li>a folder or a zip of pictures, sub folders included, sorted by path, or a tar of them, also
 *       compressed by gzip or bzip2, in its own order ({@link PictureDecoder} says how they are
 *       read; other files are left out);
 *   <li>downsampled ImageNet's {@code .npz} batches ({@code data} [n, 3 s s]), one file or a folder
 *       of them in the order of their numbers;
 *   <li>other {@code .npy} and {@code .npz} arrays ({@link NpzImages}, {@link ArrayLayout}, {@link
 *       ValueRange});
 *   <li>MNIST's idx files of images, also compressed.
 * </ul>
 *
 * @param source a file or a folder
 * @param only take only files or zip entries whose path, or npz arrays whose name, begins so
 * @param split the part of CIFAR-10's binary archive; the training part if none is given
 * @param side with which the names of the options begin that choose: "" for {@code --only}, {@code
 *     reference-} for {@code --reference-only}
 */
public record ImageSelection(
    Path source, Optional<String> only, Optional<Split> split, String side) {
  /** What a source may be, for users. */
  public static final String WORDS =
      "a folder, zip or tar (also .gz, .bz2) of pictures (PNG, JPEG, WebP, GIF, BMP, TIFF); a .npy"
          + " or .npz file of images, or a folder of them; MNIST's idx file, also .gz; or CIFAR-10's"
          + " binary archive or folder";

  /** Chosen by {@code --only} and {@code --split}. */
  public ImageSelection(Path source, Optional<String> only, Optional<Split> split) {
    this(source, only, split, "");
  }

  /** All images of a source; of CIFAR-10's binary archive, the training part. */
  public static ImageSelection of(Path source) {
    return new ImageSelection(source, Optional.empty(), Optional.empty());
  }

  /** What users may add to the command to choose a part. */
  String option(String name) {
    return "--" + side + name;
  }

  /** Hash of the source's contents, and of the selection unless it is everything. */
  public String contentHash() throws IOException {
    return hash(ContentHash.of(source));
  }

  /** The same in little time, from sizes and some of the contents: {@link ContentHash#sketch}. */
  public String contentSketch() throws IOException {
    return hash(ContentHash.sketch(source));
  }

  private String hash(String contents) {
    boolean all = only.isEmpty() && split.isEmpty();
    String taken = only.orElse("") + " " + split.map(Split::name).orElse("null");
    return all ? contents : ContentHash.of(contents + " " + taken);
  }
}
