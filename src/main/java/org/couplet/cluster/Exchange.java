package org.couplet.cluster;

import java.time.Duration;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TInt32;

/**
 * Whole numbers that each worker gives and all workers get. All workers make their exchanges of the
 * same name in the same order; other collectives may run at the same time.
 *
 * <pre>{@code
 * try (Exchange checksums = new Exchange(server, Exchange.FIRST_FREE, 2, Duration.ofMinutes(5))) {
 *   int[][] all = checksums.gather(new int[] {high, low}); // all[worker]
 * }
 * }</pre>
 */
public final class Exchange implements AutoCloseable {
  /** The first name that this package does not use itself. */
  public static final int FIRST_FREE = 10;

  static final int FACTS = 1;
  static final int END = 2;

  // Group, instance and graph keys from here on are those of exchanges.
  private static final int KEYS = 1_000_000_000;

  private final int workers;
  private final int task;
  private final int columns;
  private final Graph graph = new Graph();
  private final Operand<TInt32> own;
  private final Output<?> all;
  private final Session session;
  private final RunOptions options;

  /**
   * Opens an exchange, without waiting for the others.
   *
   * @param name the same for all workers; {@link #FIRST_FREE} or more, below 1,000
   * @param columns how many numbers each worker gives, the same for all
   * @param timeout how long one exchange may wait for the last worker. After that no collective of
   *     this process works any more
   */
  public Exchange(ClusterServer server, int name, int columns, Duration timeout) {
    this.workers = server.cluster().size();
    this.task = server.cluster().task();
    this.columns = columns;
    Ops tf = Ops.create(graph).withDevice(server.device(DeviceSpec.DeviceType.CPU));
    // [1, 1 + columns]: the task goes first, as TensorFlow may order the rows by name.
    this.own = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(1, 1 + columns)));
    var gather = tf.scope().opBuilder("CollectiveGatherV2", "gather");
    gather.addInput(own.asOutput());
    gather.addInput(tf.constant(workers).asOutput());
    gather.addInput(tf.constant(KEYS).asOutput());
    gather.addInput(tf.constant(KEYS + name).asOutput());
    gather.addInputList(new Output<?>[0]); // no ordering tokens
    gather.setAttr("communication_hint", "ring");
    gather.setAttr("timeout_seconds", (float) timeout.toSeconds());
    this.all = tf.scope().apply(gather).build().output(0); // [workers, 1 + columns]
    RunOptions.Builder keyed = RunOptions.newBuilder();
    // Runs of the same key must begin in the same order everywhere, so each exchange has its own.
    keyed.getExperimentalBuilder().setCollectiveGraphKey(KEYS + name);
    this.options = keyed.build();
    try {
      this.session = server.session(graph, ConfigProto.getDefaultInstance());
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /**
   * Gives this worker's numbers and waits for those of all.
   *
   * @return [workers][columns], in the workers' order
   * @throws org.tensorflow.exceptions.TensorFlowException if a worker does not come in time, is
   *     lost, or gives another number of numbers
   */
  public int[][] gather(int[] numbers) {
    int[][] row = new int[1][1 + columns];
    row[0][0] = task;
    System.arraycopy(numbers, 0, row[0], 1, columns);
    int[][] rows = workers == 1 ? row : run(row);
    int[][] gathered = new int[workers][columns];
    for (int[] each : rows) {
      System.arraycopy(each, 1, gathered[each[0]], 0, columns);
    }
    return gathered;
  }

  private int[][] run(int[][] row) {
    int[][] rows = new int[workers][1 + columns];
    try (TInt32 given = TInt32.tensorOf(StdArrays.ndCopyOf(row));
        Result result = session.runner().setOptions(options).feed(own, given).fetch(all).run()) {
      StdArrays.copyFrom((TInt32) result.get(0), rows);
    }
    return rows;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
