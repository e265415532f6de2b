package org.couplet.image;

import java.io.IOException;
import java.nio.file.Path;
import org.couplet.io.ContentHash;
import org.jspecify.annotations.Nullable;

/**
 * Which images of a source to take. What the source is, its content tells:
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
 * @param only take only files or zip entries whose path, or npz arrays whose name, begins so; "" is
 *     all
 * @param split the part of CIFAR-10's binary archive; null is its default, the training part
 */
public record ImageSelection(Path source, String only, @Nullable Split split) {
  /** All images of a source; of CIFAR-10's binary archive, the training part. */
  public static ImageSelection of(Path source) {
    return new ImageSelection(source, "", null);
  }

  /** Hash of the source's contents, and of what of them is taken if not all. */
  public String contentHash() throws IOException {
    String contents = ContentHash.of(source);
    boolean all = only.isEmpty() && split == null;
    return all ? contents : ContentHash.of(contents + " " + only + " " + split);
  }
}
