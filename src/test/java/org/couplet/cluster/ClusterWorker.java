package org.couplet.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.couplet.io.ErrorSummary;
import org.couplet.io.FailureException;
import org.couplet.io.InvalidInputException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.ConfigProto;

/**
 * A worker in a process of its own: cluster file, task, data file, number of steps, milliseconds
 * that each takes. It prints what happens to it.
 */
final class ClusterWorker {
  private ClusterWorker() {}

  public static void main(String[] arguments) throws Exception {
    Cluster cluster = Cluster.load(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    try {
      run(cluster, arguments[2], Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
      say("done");
      Runtime.getRuntime().exit(0);
    } catch (InvalidInputException e) {
      say(ErrorSummary.of(e));
      Runtime.getRuntime().exit(2);
    } catch (FailureException e) {
      say(ErrorSummary.of(e));
      Runtime.getRuntime().exit(1);
    }
  }

  private static void run(Cluster cluster, String data, int steps, int millis) throws Exception {
    ClusterServer server =
        ClusterServer.start(cluster, ConfigProto.getDefaultInstance(), !cluster.isLocal());
    try (Watch watch =
            Watch.open(server, ClusterWorker::say, () -> {}, line -> end(cluster, line));
        Exchange exchange = new Exchange(server, Exchange.FIRST_FREE, 1, Duration.ofMinutes(10))) {
      say("all here");
      Agreement.check(server, Map.of("data file", data));
      say("agreed");
      try {
        for (int step = 0; step < steps; step++) {
          Thread.sleep(millis);
          int[][] all = exchange.gather(new int[] {step + cluster.task()});
          for (int task = 0; task < cluster.size(); task++) {
            if (all[task][0] != step + task) {
              throw new AssertionError(
                  "step " + step + ": worker " + task + " gave " + all[task][0]);
            }
          }
          say("step " + step);
        }
        watch.finish();
      } catch (TensorFlowException e) {
        say("a step failed: " + ErrorSummary.of(e));
        if (!watch.explain()) {
          throw e;
        }
      }
    }
  }

  private static void end(Cluster cluster, String line) {
    say(line);
    Watch.linger(cluster);
    Runtime.getRuntime().halt(1);
  }

  private static void say(String line) {
    System.out.printf("%tT.%<tL %s%n", System.currentTimeMillis(), line);
    System.out.flush();
  }
}
