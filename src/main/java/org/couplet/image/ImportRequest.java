package org.couplet.image;

import org.couplet.source.ImageSelection;
import java.nio.file.Path;

/**
 * What to convert, and how.
 *
 * @param images what to convert
 * @param size height and width of the converted images, pixels, 1..4096
 * @param output the {@code .npy} file to write; one that is there is replaced
 * @param strict whether a corrupt image ends the conversion instead of being left out
 */
public record ImportRequest(ImageSelection images, int size, Path output, boolean strict) {}
