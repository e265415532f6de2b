package org.couplet.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.FeatureCollector;
import org.couplet.metric.Metric;

/**
 * The generated side as shards have measured it.
 *
 * @param files by the shards' indices, all of them
 * @param headers of the files, in order
 */
public record FidMerged(SortedMap<Integer, Path> files, List<ShardFile.Header> headers)
    implements FidSource {
  /** The option that names the files. */
  public static final String OPTION = "merge";

  private static final int MOST_NAMED = 10;

  /**
   * Opens the files of all shards.
   *
   * @throws InvalidInputException if one is missing, there twice, or of something else
   */
  public static FidMerged open(List<String> names) throws IOException {
    SortedMap<Integer, Path> files = new TreeMap<>();
    Map<Integer, ShardFile.Header> headers = new TreeMap<>();
    Path first = Path.of(names.get(0));
    for (String name : names) {
      Path file = Path.of(name);
      if (!Files.isRegularFile(file)) {
        throw new InvalidInputException("--merge " + file + ": no such file");
      }
      ShardFile.Header header = ShardFile.header(file);
      ShardFile.Header begun = headers.isEmpty() ? header : headers.values().iterator().next();
      requireAlike(file, header, first, begun);
      Path other = files.put(header.index(), file);
      if (other != null) {
        throw new InvalidInputException(
            "--merge: shard %d/%d is there twice, as %s and %s; leave one of them out"
                .formatted(header.index(), header.of(), other, file));
      }
      headers.put(header.index(), header);
      if (headers.size() == 1) {
        first = file;
      }
    }
    requireAll(files, headers.values().iterator().next().of());
    return new FidMerged(files, new ArrayList<>(headers.values()));
  }

  private static void requireAlike(
      Path file, ShardFile.Header header, Path first, ShardFile.Header begun) {
    Map<String, String> found = named(header);
    Map<String, String> wanted = named(begun);
    for (Map.Entry<String, String> entry : wanted.entrySet()) {
      String value = found.getOrDefault(entry.getKey(), "none");
      if (!value.equals(entry.getValue())) {
        throw new InvalidInputException(
            "--merge %s: is a shard of another measurement than %s: %s is %s, not %s"
                .formatted(file, first, entry.getKey(), value, entry.getValue()));
      }
    }
    if (!found.keySet().equals(wanted.keySet())) {
      throw new InvalidInputException(
          "--merge %s: is a shard of another measurement than %s".formatted(file, first));
    }
  }

  private static Map<String, String> named(ShardFile.Header header) {
    Map<String, String> named = new LinkedHashMap<>();
    named.put("the number of shards", String.valueOf(header.of()));
    named.putAll(header.identity());
    return named;
  }

  private static void requireAll(SortedMap<Integer, Path> files, int of) {
    int missing = of - files.size();
    if (missing > 0) {
      String indices =
          IntStream.range(0, of)
              .filter(index -> !files.containsKey(index))
              .limit(MOST_NAMED)
              .mapToObj(index -> index + "/" + of)
              .collect(Collectors.joining(", "));
      throw new InvalidInputException(
          "--merge: shard%s %s%s missing; measure %s and name all %d files"
              .formatted(
                  missing == 1 ? "" : "s",
                  indices,
                  missing > MOST_NAMED
                      ? " and %d others are".formatted(missing - MOST_NAMED)
                      : missing == 1 ? " is" : " are",
                  missing == 1 ? "it" : "them",
                  of));
    }
  }

  /** The feature network's SHA-256. */
  public String extractor() {
    return headers.get(0).extractor();
  }

  @Override
  public void check(FidPass pass) throws IOException {
    ShardFile.Header header = headers.get(0);
    Path file = files.get(files.firstKey());
    for (Metric metric : pass.metrics()) {
      Metric.Kept kept = metric.needs().generated();
      boolean lacks =
          (kept == Metric.Kept.ROWS && !header.keepsRows())
              || (kept == Metric.Kept.LOGITS && header.classes() == 0);
      if (lacks) {
        throw new InvalidInputException(
            "--merge %s: was measured without what %s needs; measure the shards again with --metrics %2$s"
                .formatted(file, metric.word()));
      }
    }
    pass.requireEnough(GENERATED, count());
    if (pass.network().isPresent()
        && !pass.network().get().fingerprint().equals(header.extractor())) {
      throw new InvalidInputException(
          "--merge %s: was measured with another feature network (%s) than --inception %s (%s)"
              .formatted(
                  file,
                  header.extractor().substring(0, 12),
                  pass.network().get().folder(),
                  pass.network().get().fingerprint().substring(0, 12)));
    }
    warn(pass);
  }

  // Of what makes the numbers differ from those of one process.
  private void warn(FidPass pass) {
    ShardFile.Header header = headers.get(0);
    long leftOut = leftOut();
    if (leftOut > 0) {
      pass.err().printf("warning: --merge: %d of %d images were left out%n", leftOut, total());
    }
    if (leftOut > 0 && header.keepsRows() && total() > FeatureCollector.MOST_ROWS) {
      pass.err()
          .printf(
              "warning: --merge: as images were left out, the %d rows kept are not those that one"
                  + " process keeps%n",
              FeatureCollector.MOST_ROWS);
    }
    long sizes =
        headers.stream()
            .filter(one -> one.rows() > 0)
            .map(one -> one.images().size())
            .distinct()
            .count();
    if (sizes > 1
        || headers.stream().anyMatch(one -> one.rows() > 0 && one.images().size().isEmpty())) {
      pass.err()
          .println(
              "warning: --merge: the images have several sizes, so their batches are not those of one"
                  + " process: fid differs by the network's rounding, other metrics by the rows"
                  + " they draw");
    }
  }

  private long total() {
    return headers.get(0).images().total();
  }

  private long leftOut() {
    return headers.stream().mapToLong(one -> one.images().leftOut()).sum();
  }

  /** Requires a reference by the same network. */
  public void checkAgainst(FidStatistics reference) {
    boolean differ =
        reference.stored().extractor().map(other -> !other.equals(extractor())).orElse(false);
    if (differ || reference.stored().fit().dimension() != headers.get(0).dimension()) {
      throw new InvalidInputException(
          "--merge and --reference %s: are measured with different feature networks"
              .formatted(reference.path()));
    }
  }

  private long count() {
    return headers.stream().mapToLong(ShardFile.Header::rows).sum();
  }

  @Override
  public Side measure(FidPass pass) throws IOException {
    ShardFile.Header header = headers.get(0);
    FeatureCollector collector =
        new FeatureCollector(header.dimension(), header.keepsRows(), header.classes());
    int place = 0;
    for (Path file : files.values()) {
      try {
        collector.add(ShardFile.read(file, headers.get(place)));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new InvalidInputException(file + ": damaged; measure this shard again", e);
      }
      place++;
    }
    Map<String, Object> numbers = new LinkedHashMap<>(header.numbers().asMap());
    numbers.put("count", count());
    numbers.put("shards", header.of());
    String leftOut = leftOut() == 0 ? "" : ", " + leftOut() + " left out";
    return new Side(
        "%s%s; merged from %d shard%s"
            .formatted(header.description(), leftOut, header.of(), header.of() == 1 ? "" : "s"),
        numbers,
        collector.set());
  }

  @Override
  public void close() {}
}
