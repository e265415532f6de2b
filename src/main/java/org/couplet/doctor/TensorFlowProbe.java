package org.couplet.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.couplet.graph.GraphFunction;
import org.couplet.io.ErrorSummary;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.framework.activations.Swish;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** What TensorFlow offers here: its library, XLA, GPUs and what they lack. */
public final class TensorFlowProbe {
  // What the GPU library opens when it looks for GPUs; one missing, and it sees none.
  private static final List<String> CUDA_LIBRARIES =
      List.of(
          "libcudart.so.12",
          "libcublas.so.12",
          "libcublasLt.so.12",
          "libcufft.so.11",
          "libcusolver.so.11",
          "libcusparse.so.12",
          "libcudnn.so.9");
  private static final String ONEDNN = "TF_ENABLE_ONEDNN_OPTS";
  private static final String SYSTEM_ALLOCATOR = "TF_ONEDNN_USE_SYSTEM_ALLOCATOR";

  private final Path root;

  /**
   * @param root where the system's {@code proc}, {@code dev} and {@code etc} are
   */
  public TensorFlowProbe(Path root) {
    this.root = root;
  }

  List<Finding> findings() {
    Optional<String> library = library();
    if (library.isEmpty()) {
      return List.of(
          Finding.missing(
              "TensorFlow",
              "no native library for " + Loader.getPlatform() + " on the class path",
              "Couplet runs on linux-x86_64, linux-arm64 and macosx-arm64; build on such a machine"));
    }
    List<Finding> findings = new ArrayList<>();
    Finding version = version(library.get());
    findings.add(version);
    if (version.mark() != Finding.Mark.MISSING) {
      findings.add(oneDnn(System.getenv(ONEDNN)));
      findings.add(allocator(System.getenv()));
      List<String> gpus = devices();
      findings.add(xla(!gpus.isEmpty()));
      findings.add(gpus(library.get().endsWith("-gpu"), gpus));
      findings.add(nativeMemory(Pointer.maxPhysicalBytes()));
    }
    return findings;
  }

  /**
   * Whether there is a driver and the library for it. Unlike {@link #devices} this begins no
   * session: a process's first one sizes its thread pools.
   */
  public boolean mayUseGpu() {
    return hasDriver() && library().filter(library -> library.endsWith("-gpu")).isPresent();
  }

  private boolean hasDriver() {
    return Files.exists(root.resolve("proc/driver/nvidia/version"));
  }

  // The native library on the class path: a platform, with -gpu behind it or not.
  private static Optional<String> library() {
    String file = System.mapLibraryName("jnitensorflow");
    for (String platform : List.of(Loader.getPlatform() + "-gpu", Loader.getPlatform())) {
      String resource = "/org/tensorflow/internal/c_api/" + platform + "/" + file;
      if (TensorFlow.class.getResource(resource) != null) {
        return Optional.of(platform);
      }
    }
    return Optional.empty();
  }

  // Loads the library, which fails in many ways.
  private static Finding version(String library) {
    try {
      return Finding.ok("TensorFlow", TensorFlow.version() + ", native library " + library);
    } catch (LinkageError e) {
      return Finding.missing(
          "TensorFlow",
          "the native library " + library + " does not load: " + ErrorSummary.of(e),
          "Linux needs glibc 2.34 or newer; ~/.javacpp needs 0.7 GiB free and leave to run files");
    }
  }

  static Finding oneDnn(@Nullable String setting) {
    return "0".equals(setting)
        ? Finding.note("oneDNN", "off", "unset " + ONEDNN + ": steps on CPU take 20 to 40% longer")
        : Finding.ok("oneDNN", setting == null ? "as TensorFlow chooses" : "on");
  }

  // With oneDNN, tensors of 256 KB and more are kept in TensorFlow's own pool, which never returns
  // them to the system. Otherwise each is mapped, cleared and unmapped at every use.
  Finding allocator(Map<String, String> environment) {
    String fact = preloaded().orElse("the C library's");
    if ("0".equals(environment.get(ONEDNN)) || isTrue(environment.get(SYSTEM_ALLOCATOR))) {
      return Finding.note(
          "allocator",
          fact + ", also for large tensors",
          "unset " + ONEDNN + " and " + SYSTEM_ALLOCATOR + ": steps spend time on page faults");
    }
    return Finding.ok("allocator", fact + "; large tensors may come from TensorFlow's own pool");
  }

  // As TensorFlow reads it.
  private static boolean isTrue(@Nullable String setting) {
    return setting != null && Set.of("1", "true").contains(setting.toLowerCase(Locale.ROOT));
  }

  // The file name of an allocator that LD_PRELOAD has put in front of the C library's.
  private Optional<String> preloaded() {
    try (Stream<String> maps = Files.lines(root.resolve("proc/self/maps"))) {
      return maps.map(line -> line.substring(line.lastIndexOf('/') + 1))
          .filter(name -> name.matches("lib(tcmalloc|mimalloc|jemalloc).*"))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  // Compiles and runs SiLU, for whose exponential XLA needs CUDA's libdevice on GPUs; a function
  // that must be compiled never runs plainly.
  private static Finding xla(boolean gpu) {
    String advice =
        gpu
            ? "tools/fetch-cuda-compiler.sh fetches ptxas and libdevice, which XLA needs for GPUs;"
                + " or train with --set runtime.xla=OFF"
            : "by default training needs it; train with --set runtime.xla=OFF";
    long start = System.nanoTime();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      GraphFunction function =
          GraphFunction.define(
              "doctor",
              List.of(new GraphFunction.Argument(TFloat32.class, Shape.scalar())),
              (body, x) -> List.of(Swish.swish(body, GraphFunction.floats(x).get(0))));
      Output<?> result = function.call(tf, List.of(tf.constant(3f)), true).get(0);
      try (Session session = new Session(graph);
          Result fetched = session.runner().fetch(result).run()) {
        float value = ((TFloat32) fetched.get(0)).getFloat();
        String time = String.format(Locale.ROOT, "%.2f s", (System.nanoTime() - start) / 1e9);
        return Math.abs(value - 3 / (1 + Math.exp(-3))) < 1e-5
            ? Finding.ok("XLA", "compiles and runs a function here (" + time + ")")
            : Finding.note("XLA", "computes 3 / (1 + exp(-3)) = " + value, advice);
      }
    } catch (TensorFlowException | IllegalStateException e) {
      return Finding.note("XLA", "does not compile here: " + ErrorSummary.of(e), advice);
    }
  }

  /** A few words for each GPU that TensorFlow sees. Begins a session. */
  // TensorFlow Java has no public class for this; its C interface has.
  public static List<String> devices() {
    List<String> devices = new ArrayList<>();
    try (TF_Status status = TF_Status.newStatus();
        TF_Graph graph = TF_Graph.newGraph();
        TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
        TF_Session session = TF_Session.newSession(graph, options, status)) {
      status.throwExceptionIfNotOK();
      TF_DeviceList list = tensorflow.TF_SessionListDevices(session, status);
      status.throwExceptionIfNotOK();
      for (int i = 0; i < tensorflow.TF_DeviceListCount(list); i++) {
        String type = tensorflow.TF_DeviceListType(list, i, status).getString();
        double gib = tensorflow.TF_DeviceListMemoryBytes(list, i, status) / (double) (1L << 30);
        if (type.equals("GPU")) {
          devices.add(String.format(Locale.ROOT, "GPU with %.1f GiB for TensorFlow", gib));
        }
      }
      tensorflow.TF_DeleteDeviceList(list);
    }
    return devices;
  }

  Finding gpus(boolean gpuLibrary, List<String> gpus) {
    if (!gpus.isEmpty()) {
      return Finding.ok("GPU", String.join(", ", gpus));
    }
    if (!hasDriver()) {
      return gpuLibrary
          ? Finding.note(
              "GPU", "none: no NVIDIA driver", "install the driver, or build without -Pgpu")
          : Finding.ok("GPU", "none; training runs on the processor");
    }
    if (!gpuLibrary) {
      return Finding.note(
          "GPU",
          "there is an NVIDIA driver, but this build is for the processor only",
          "start with COUPLET_MAVEN_ARGS=-Pgpu tools/couplet ... (Linux, x86_64)");
    }
    List<String> missing = CUDA_LIBRARIES.stream().filter(name -> !isInstalled(name)).toList();
    return missing.isEmpty()
        ? Finding.note(
            "GPU",
            "TensorFlow sees none",
            "set TF_CPP_MIN_LOG_LEVEL=0 and run this again: it says why")
        : Finding.note(
            "GPU",
            "TensorFlow sees none; not found: " + String.join(" ", missing),
            "install CUDA 12 and cuDNN 9, or put their folders on LD_LIBRARY_PATH");
  }

  // Where the loader looks: LD_LIBRARY_PATH, then its cache, which holds names as plain text.
  private boolean isInstalled(String name) {
    String folders = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
    for (String folder : folders.split(":", -1)) {
      if (!folder.isEmpty() && Files.exists(Path.of(folder, name))) {
        return true;
      }
    }
    try {
      byte[] cache = Files.readAllBytes(root.resolve("etc/ld.so.cache"));
      return new String(cache, StandardCharsets.ISO_8859_1).contains(name + "\0");
    } catch (IOException e) {
      return false;
    }
  }

  static Finding nativeMemory(long bound) {
    return bound == 0
        ? Finding.ok("native memory", "not bounded by Java")
        : Finding.note(
            "native memory",
            String.format(Locale.ROOT, "bounded at %.1f GiB", bound / (double) (1L << 30)),
            "start with tools/couplet, or add -Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
  }
}
