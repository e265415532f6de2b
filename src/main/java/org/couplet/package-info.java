/**
 * Couplet for applications: {@link org.couplet.Generator} draws images from an exported model,
 * {@link org.couplet.Evaluation} measures images against others, and {@link
 * org.couplet.TrainingRun} trains a model. {@link org.couplet.Couplet} is the command line's main
 * class.
 *
 * <pre>{@code
 * try (Generator generator = Generator.load(Path.of("savedmodels/quickstart"))) {
 *   for (BufferedImage image : generator.sample(16, 1)) {
 *     // ...
 *   }
 * }
 * }</pre>
 *
 * <h2>Versions</h2>
 *
 * <p>This package keeps semantic versioning: what compiles and works with one version does so with
 * all later ones of the same major number (before 1.0: of the same minor number). Records may gain
 * components: read them, and leave their making to Couplet. No other package promises anything.
 *
 * <h2>Errors</h2>
 *
 * <ul>
 *   <li>{@link java.lang.IllegalArgumentException}: an argument, a setting or a file's content
 *       can't be used. The message is one line: where, what, and what to do. Options in it are
 *       those of the command that does the same.
 *   <li>{@link java.io.IOException}: a file can't be read or written.
 *   <li>{@link org.couplet.CoupletException}: the work can't go on, such as where a training
 *       diverges or memory is short.
 * </ul>
 *
 * <h2>What the process should be started with</h2>
 *
 * <ul>
 *   <li>{@code -Dorg.bytedeco.javacpp.maxPhysicalBytes=0}. Otherwise JavaCPP, through which
 *       TensorFlow is called, throws an {@link java.lang.OutOfMemoryError} once the process holds
 *       more than four times the Java heap, whatever memory is free.
 *   <li>{@code TF_CPP_MIN_LOG_LEVEL=2} in the environment, to keep TensorFlow's notes and warnings
 *       off the error stream. Its library reads the environment once, when it loads.
 *   <li>A locale with UTF-8, such as {@code LC_ALL=C.UTF-8}, where files have names outside ASCII:
 *       Java 17 reads names in the locale's character set.
 *   <li>{@code ONEDNN_MAX_CPU_ISA=AVX2} in the environment, on the few processors where {@code
 *       couplet doctor} names it: TensorFlow computes wrong numbers there. {@code Evaluation} and
 *       {@code TrainingRun} check that and refuse; {@code Generator} does not.
 *   <li>{@code -Djava.awt.headless=true} on servers.
 * </ul>
 */
@NullMarked
package org.couplet;

import org.jspecify.annotations.NullMarked;
