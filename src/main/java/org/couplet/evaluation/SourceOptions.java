package org.couplet.evaluation;

import java.util.Optional;
import org.couplet.command.CommandLine;
import org.couplet.command.SamplingOptions;
import org.couplet.command.Shard;
import org.couplet.source.Split;

/**
 * How a side is read where it is images, and drawn where it is a model.
 *
 * @param only images whose path begins so, if given
 * @param split part of CIFAR-10's archive, if given
 * @param strict whether a corrupt image ends the measurement; else it is left out
 * @param sampling of a model
 * @param count of samples of a model, at least 2
 * @param shard to measure, if not all
 */
public record SourceOptions(
    Optional<String> only,
    Optional<Split> split,
    boolean strict,
    SamplingOptions sampling,
    long count,
    Optional<Shard> shard) {
  /** How many samples of a model are measured if the user names no number. */
  public static final long USUAL_COUNT = 50_000;

  /** Reads the options of a side. */
  static SourceOptions of(String side, CommandLine options) {
    boolean tunes = options.has(SigmaTuningOutput.OPTION);
    return new SourceOptions(
        options.text(side + "-only").filter(prefix -> !prefix.isEmpty()),
        options.one(side + "-split", Split::parse, Split.WORDS),
        options.has("strict"),
        SamplingOptions.of(options),
        options.number("count", 2).orElse(tunes ? SigmaTuning.USUAL_COUNT : USUAL_COUNT),
        Shard.of(options));
  }
}
