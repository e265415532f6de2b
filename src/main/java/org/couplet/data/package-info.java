/**
 * Images and points, on disk, drawn or in memory, as batches of tensors. It uses the
 * configuration's messages and {@code image} for sources that are read as they are measured.
 *
 * <ul>
 *   <li>{@link Dataset}: elements with random access.
 *   <li>{@link Batches}: what training reads, shuffled batches of a data set without end. {@code
 *       pairing.PairedBatches} adds the noise rows of batch-OT.
 *   <li>{@link ImageBatches}: what is measured, images from the first to the last, once. They come
 *       from a data set ({@link ImageBatches#of}), from a folder or file as it is ({@link
 *       SourceBatches}), or from a model ({@code metric.SampleBatches}).
 * </ul>
 */
@NullMarked
package org.couplet.data;

import org.jspecify.annotations.NullMarked;
