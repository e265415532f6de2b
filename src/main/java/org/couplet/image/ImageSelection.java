package org.couplet.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.io.ContentHash;
import org.couplet.picture.PictureDecoder;

/**
 * Which images of a source to take. Its content decides what the source is:
 *
 * <ul>
 *   <li>CIFAR-10's binary archive (tar.gz, tar) or its unpacked folder;
 *   <li>a folder or a zip of PNG or JPEG files, sub folders included, sorted by path ({@link
 *       PictureDecoder} says how colours are read; the images have 3 channels);
 *   <li>downsampled ImageNet's {@code .npz} batches ({@code data} [n, 3 s s]), one file or a folder
 *       of them in the order of their numbers;
 *   <li>other {@code .npy} and {@code .npz} arrays ({@link NpzImages}, {@link ArrayLayout}, {@link
 *       ValueRange}).
 * </ul>
 *
 * @param source a file or a folder
 * @param only take only files or zip entries whose path, or npz arrays whose name, begins so
 * @param split the part of CIFAR-10's binary archive; the training part if none is given
 */
public record ImageSelection(Path source, Optional<String> only, Optional<Split> split) {
  /** All images of a source; of CIFAR-10's binary archive, the training part. */
  public static ImageSelection of(Path source) {
    return new ImageSelection(source, Optional.empty(), Optional.empty());
  }

  /** Hash of the source's contents, and of the selection unless it is everything. */
  public String contentHash() throws IOException {
    String contents = ContentHash.of(source);
    boolean all = only.isEmpty() && split.isEmpty();
    String taken = only.orElse("") + " " + split.map(Split::name).orElse("null");
    return all ? contents : ContentHash.of(contents + " " + taken);
  }
}
