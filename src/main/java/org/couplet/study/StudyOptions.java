package org.couplet.study;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the user asked of a study.
 *
 * @param config the experiment that it varies; without one, the paper's Gaussians
 * @param scoreConfig the score model of {@code trajectory}; without one, the Gaussians'
 * @param configs folder of the shipped experiments
 * @param overrides {@code path=value} over every experiment
 * @param output folder of the figures
 * @param runs folder of the runs
 * @param seeds how many runs, with seeds from the config's on, each curve has; without, 3 of
 *     points, 1 of images
 * @param steps at which each run ends, if that is before its own end; {@link Long#MAX_VALUE}
 *     without a bound
 * @param mus mixing factors to compare
 * @param seconds of training after which each compared run ends; {@link Long#MAX_VALUE} without a
 *     bound
 * @param samples how many the quality of images is measured on
 * @param models runs or exports of {@code samples}
 * @param checkpoints steps that {@code diagnosis} measures; none: all
 * @param run whose pictures {@code progress} shows
 * @param features a SavedModel with a {@code features} signature; without one, random features
 */
public record StudyOptions(
    Optional<Path> config,
    Optional<Path> scoreConfig,
    Path configs,
    List<String> overrides,
    Path output,
    Path runs,
    Optional<Integer> seeds,
    long steps,
    List<Double> mus,
    long seconds,
    int samples,
    List<Path> models,
    List<Long> checkpoints,
    Optional<Path> run,
    Optional<Path> features) {}
