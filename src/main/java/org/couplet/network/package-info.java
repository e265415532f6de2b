/**
 * The networks: SongUNet and ADM's UNet for images and a multilayer perceptron for points, each a
 * list of weights and a function of them. They are built from the vocabulary of {@code graph} and
 * know nothing of noise levels, losses or training.
 */
@NullMarked
package org.couplet.network;

import org.jspecify.annotations.NullMarked;
