package org.couplet.image;

import java.util.List;

/**
 * What a conversion did.
 *
 * @param written number of images in the output
 * @param channels colour channels of each
 * @param skipped names of corrupt images left out, in the source's order
 */
public record ImportReport(long written, int channels, List<String> skipped) {}
