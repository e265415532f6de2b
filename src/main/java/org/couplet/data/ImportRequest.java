package org.couplet.data;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to convert, and how.
 *
 * @param source a file or folder of images in one of the forms {@link Importer} knows
 * @param size height and width of the converted images, pixels, 1..4096
 * @param output the {@code .npy} file to write; one that is there is replaced
 * @param strict whether a corrupt image ends the conversion instead of being left out
 * @param only take only files or zip entries whose path, or npz arrays whose name, begins so; "" is
 *     all
 * @param split the part of CIFAR-10's binary archive; null is its default, the training part
 */
public record ImportRequest(
    Path source, int size, Path output, boolean strict, String only, @Nullable Split split) {}
