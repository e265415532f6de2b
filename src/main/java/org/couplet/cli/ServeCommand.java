package org.couplet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.couplet.command.Command;
import org.couplet.command.CommandLine;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.command.SelfTests;
import org.couplet.contract.Contract;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Spelling;
import org.couplet.run.RunFolder;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.serve.ImageServer;
import org.couplet.serve.ServerMetrics;
import org.couplet.serve.ServerSettings;
import org.couplet.serving.ServedModel;
import org.couplet.serving.ServingLimits;
import org.couplet.serving.VersionFolders;

/** {@code couplet serve}: exported models over HTTP. */
final class ServeCommand implements Command {
  private static final int PORT = 8501;
  private static final int MOST_PORT = 65535;
  private static final int BATCH = 64;
  private static final int DELAY_MS = 5;
  private static final int QUEUE = 1024;
  private static final int DEADLINE_S = 60;
  private static final int ROWS = 256;
  private static final int MEGABYTES = 16;
  private static final int MOST = 1_000_000;
  private static final int WATCH_MS = 500;
  // Kept here, as Java forgets the level of a logger that nobody holds.
  private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

  @Override
  public String name() {
    return "serve";
  }

  @Override
  public String summary() {
    return "serve exported models: a page, images and TensorFlow Serving's REST interface";
  }

  private static CommandLine options() {
    return new CommandLine("serve", "couplet serve --model savedmodels/quickstart")
        .repeatable(
            "model",
            "[NAME=]DIR",
            "an export, or a folder of versions 1/, 2/, ..., whose newest is served and which is"
                + " watched for new ones")
        .repeatable(
            "label", "[NAME:]LABEL=N", "keep version N of a model loaded, also under /labels/LABEL")
        .optional("port", "N", "port; default: " + PORT)
        .optional(
            "address",
            "A",
            "address to listen at; default: 127.0.0.1. Any that others can reach needs --token-file"
                + " and --keystore")
        .optional("token-file", "F", "file with a token that every call must bring")
        .optional("keystore", "F", "key and certificate for TLS, a PKCS12 file")
        .optional("keystore-password-file", "F", "file with the password of --keystore")
        .optional(
            "batch",
            "N",
            "rows that are computed together; default: " + BATCH + "; 1: each call by itself")
        .optional(
            "wait",
            "MS",
            "milliseconds that a call waits for others to share its batch; default: " + DELAY_MS)
        .optional("queue", "N", "rows that may wait before calls get 429; default: " + QUEUE)
        .optional("deadline", "S", "seconds that a call may take; default: " + DEADLINE_S)
        .optional("max-rows", "N", "rows of one call; default: " + ROWS)
        .optional("max-body", "MB", "megabytes of a body; default: " + MEGABYTES)
        .optional("access-log", "F", "append a JSON object for each request");
  }

  @Override
  public int run(String[] arguments, PrintStream out, PrintStream err) throws Exception {
    CommandLine options = SelfTests.declare(options());
    if (!options.parse(arguments, out)) {
      return ExitCode.DONE;
    }
    ServingLimits limits =
        new ServingLimits(
            options.number("batch", 1, MOST).orElse(BATCH),
            Duration.ofMillis(options.number("wait", 0, MOST).orElse(DELAY_MS)),
            options.number("queue", 1, MOST).orElse(QUEUE),
            Duration.ofSeconds(options.number("deadline", 1, MOST).orElse(DEADLINE_S)));
    ServerSettings settings = settings(options);
    ServerMetrics metrics = new ServerMetrics();
    List<ServedModel> models = models(options, limits, metrics);
    SelfTests tests = SelfTests.of(options, err);
    return Interrupt.during(
        name(),
        err,
        interrupt -> {
          interrupt.endsAfter("the calls in hand");
          try {
            JETTY.setLevel(Level.WARNING);
            try (ImageServer server =
                new ImageServer(settings, models, metrics, limits.deadline())) {
              err.println("loading " + models.size() + (models.size() == 1 ? " model" : " models"));
              // Faulty kernels end this: the command is then started again with a remedy.
              VersionWatch watch = new VersionWatch(models, err);
              watch.refresh(folder -> tests.sampling(folder, Contract.SERVE_TAG, 0));
              requireLoaded(models);
              out.println("serving at " + server.url());
              while (!interrupt.requested()) {
                Thread.sleep(WATCH_MS);
                watch.refresh(folder -> leaveOutFaulty(tests, folder));
              }
            }
          } finally {
            models.forEach(ServedModel::close);
          }
          err.println("all calls are answered; the server is down");
          return ExitCode.DONE;
        });
  }

  // What is wrong with a new version must not end the old one.
  private static void leaveOutFaulty(SelfTests tests, Path folder) throws IOException {
    try {
      tests.sampling(folder, Contract.SERVE_TAG, 0);
    } catch (FaultyKernelsException e) {
      throw new InvalidInputException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void requireLoaded(List<ServedModel> models) {
    for (ServedModel model : models) {
      if (model.versions().isEmpty()) {
        throw new InvalidInputException(
            "--model " + model.name() + ": no version of it can be served; see above");
      }
    }
  }

  private static List<ServedModel> models(
      CommandLine options, ServingLimits limits, ServerMetrics metrics) throws IOException {
    Map<String, Path> folders = new LinkedHashMap<>();
    for (String given : options.texts("model")) {
      int equals = given.indexOf('=');
      // A folder's own name may have one.
      boolean named =
          equals > 0 && isName(given.substring(0, equals)) && !Files.isDirectory(Path.of(given));
      Path folder = Path.of(named ? given.substring(equals + 1) : given);
      String name =
          named
              ? given.substring(0, equals)
              : String.valueOf(folder.toAbsolutePath().normalize().getFileName());
      requireExport(folder);
      if (!isName(name) || folders.putIfAbsent(name, folder) != null) {
        throw new InvalidInputException(
            "--model "
                + given
                + ": its name, "
                + name
                + ", is taken, or has a slash or a colon; give another, as --model NAME="
                + folder);
      }
    }
    if (folders.isEmpty()) {
      throw new InvalidInputException(
          "--model is missing: name the folder of an export, as `couplet export` writes it");
    }
    Map<String, Map<String, Long>> labels = labels(options, folders);
    List<ServedModel> models = new ArrayList<>();
    folders.forEach(
        (name, folder) ->
            models.add(
                new ServedModel(
                    name,
                    folder,
                    labels.getOrDefault(name, Map.of()),
                    limits,
                    rows -> metrics.batch(name, rows))));
    return models;
  }

  // As paths of requests have it.
  private static boolean isName(String name) {
    return name.matches("[^/:]+");
  }

  private static void requireExport(Path folder) throws IOException {
    if (new RunFolder(folder).isBegun()) {
      throw new InvalidInputException(
          "--model "
              + folder
              + ": is a run; export it first: "
              + Invocation.ofProcess().line("export", "--run", folder, "--output", "DIR"));
    }
    if (VersionFolders.in(folder).isEmpty()) {
      throw new InvalidInputException(
          "--model "
              + folder
              + ": holds neither an export nor versions of one (1/, 2/, ...); give a folder that"
              + " `couplet export` wrote"
              + Spelling.nearby(folder, ServeCommand::isServed));
    }
  }

  private static boolean isServed(Path folder) {
    try {
      return !VersionFolders.in(folder).isEmpty();
    } catch (IOException e) {
      return false; // It is only looked for what may have been meant.
    }
  }

  // [NAME:]LABEL=N
  private static Map<String, Map<String, Long>> labels(
      CommandLine options, Map<String, Path> models) throws IOException {
    Map<String, Map<String, Long>> labels = new HashMap<>();
    for (String given : options.texts("label")) {
      String[] parts = given.split("[:=]", -1);
      int named = given.contains(":") ? 1 : 0;
      if (parts.length != 2 + named || !parts[1 + named].matches("[1-9]\\d{0,17}")) {
        throw new InvalidInputException(
            "--label " + given + ": give LABEL=VERSION, or MODEL:LABEL=VERSION");
      }
      String model = named == 1 ? parts[0] : models.keySet().iterator().next();
      Path folder = models.get(model);
      long version = Long.parseLong(parts[1 + named]);
      if (folder == null || !VersionFolders.in(folder).containsKey(version)) {
        throw new InvalidInputException(
            "--label " + given + ": there is no version " + version + " of a model " + model);
      }
      labels.computeIfAbsent(model, name -> new HashMap<>()).put(parts[named], version);
    }
    return labels;
  }

  private static ServerSettings settings(CommandLine options) throws IOException {
    String host = options.text("address").orElse("127.0.0.1");
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new InvalidInputException("--address " + host + ": is no address of a machine", e);
    }
    Optional<String> token = secret(options, "token-file");
    Optional<String> password = secret(options, "keystore-password-file");
    if (options.has("keystore") != password.isPresent()) {
      throw new InvalidInputException(
          "--keystore and --keystore-password-file go together; give both");
    }
    if (!address.isLoopbackAddress() && (token.isEmpty() || password.isEmpty())) {
      throw new InvalidInputException(
          "--address "
              + host
              + ": others could reach the server; give --token-file, and --keystore for TLS, or"
              + " listen at 127.0.0.1");
    }
    Optional<ServerSettings.Keys> keys =
        password.isPresent()
            ? Optional.of(keys(options.path("keystore"), password.get()))
            : Optional.empty();
    return new ServerSettings(
        new InetSocketAddress(address, options.number("port", 0, MOST_PORT).orElse(PORT)),
        token,
        keys,
        options.number("max-rows", 1, MOST).orElse(ROWS),
        options.number("max-body", 1, 1024).orElse(MEGABYTES) * 1_000_000,
        options.text("access-log").map(Path::of));
  }

  private static ServerSettings.Keys keys(Path file, String password) throws IOException {
    // A missing file is named as everywhere.
    FileFailure.reading(file, () -> Files.size(file));
    try {
      KeyStore.getInstance(file.toFile(), password.toCharArray());
    } catch (IOException | GeneralSecurityException e) {
      throw new InvalidInputException(
          "--keystore "
              + file
              + ": can't be opened; give a PKCS12 file, and its password in"
              + " --keystore-password-file",
          e);
    }
    return new ServerSettings.Keys(file, password);
  }

  private static Optional<String> secret(CommandLine options, String option) throws IOException {
    if (!options.has(option)) {
      return Optional.empty();
    }
    Path file = options.path(option);
    String secret = FileFailure.reading(file, () -> Files.readString(file)).strip();
    if (secret.isEmpty() || secret.lines().count() != 1) {
      throw new InvalidInputException(
          "--" + option + " " + file + ": does not hold one line of text");
    }
    return Optional.of(secret);
  }
}
