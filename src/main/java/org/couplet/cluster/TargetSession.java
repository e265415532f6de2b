package org.couplet.cluster;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
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
  @SuppressWarnings("try") // the scope releases what is made within it
  static Session open(Graph graph, String target, ConfigProto settings) {
    try (PointerScope scope = new PointerScope()) {
      Field handle = Graph.class.getDeclaredField("nativeHandle");
      handle.setAccessible(true);
      Constructor<Session> constructor =
          Session.class.getDeclaredConstructor(Graph.class, TF_Session.class);
      constructor.setAccessible(true);
      TF_Status status = TF_Status.newStatus();
      TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
      tensorflow.TF_SetTarget(options, target);
      BytePointer bytes = new BytePointer(settings.toByteArray());
      tensorflow.TF_SetConfig(options, bytes, bytes.capacity(), status);
      status.throwExceptionIfNotOK();
      TF_Graph known = (TF_Graph) Objects.requireNonNull(handle.get(graph), "a closed graph");
      TF_Session opened = TF_Session.newSession(known, options, status);
      status.throwExceptionIfNotOK();
      Session session = constructor.newInstance(graph, opened);
      // Beyond the scope: the session is now its owner.
      opened.retainReference();
      return session;
    } catch (NoSuchFieldException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new IllegalStateException("TensorFlow Java 1.1.0 on the class path is needed", e);
    }
  }
}
