package org.couplet.image;

/**
 * What a conversion did.
 *
 * @param written number of images in the output
 * @param channels colour channels of each
 * @param source what the source's images were like, and which were left out
 */
public record ImportReport(long written, int channels, SourceReport source) {}
