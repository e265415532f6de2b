package org.couplet.cluster;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;

/**
 * Opens sessions that run on TensorFlow's servers. TensorFlow Java has no public way, so this class
 * alone reaches into it; that works from the class path only, where packages are open.
 */
final class TargetSession {
  private TargetSession() {}

  /**
   * Opens a session. Waits until all workers that the device filters name have answered.
   *
   * @param target of the server whose master runs the session, {@code grpc://HOST:PORT}
   * @return owns its native session, like any other
   * @throws org.tensorflow.exceptions.TensorFlowException if it can't be opened
   */
  static Session open(Graph graph, String target, ConfigProto settings) {
    try {
      Field handle = Graph.class.getDeclaredField("nativeHandle");
      handle.setAccessible(true);
      Constructor<Session> constructor =
          Session.class.getDeclaredConstructor(Graph.class, TF_Session.class);
      constructor.setAccessible(true);
      TF_Graph known = (TF_Graph) Objects.requireNonNull(handle.get(graph), "a closed graph");
      TF_Session opened = open(known, target, settings);
      // A session releases it when it is closed.
      opened.retainReference();
      return constructor.newInstance(graph, opened);
    } catch (NoSuchFieldException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new IllegalStateException("TensorFlow Java 1.1.0 on the class path is needed", e);
    }
  }

  /** The same as TensorFlow's C interface has it; the caller closes it. */
  static TF_Session open(TF_Graph graph, String target, ConfigProto settings) {
    try (TF_Status status = TF_Status.newStatus();
        TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
        BytePointer bytes = new BytePointer(settings.toByteArray())) {
      tensorflow.TF_SetTarget(options, target);
      tensorflow.TF_SetConfig(options, bytes, bytes.capacity(), status);
      status.throwExceptionIfNotOK();
      TF_Session opened = TF_Session.newSession(graph, options, status);
      status.throwExceptionIfNotOK();
      return opened;
    }
  }
}
