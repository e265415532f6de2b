package org.couplet.io;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How another process of this program is started. */
public final class JavaCommand {
  private JavaCommand() {}

  /** As this process was started, but for what only one process can have. */
  public static List<String> of(String main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            argument -> !argument.matches("-Dcouplet\\.errorStream=.*|-agentlib:.*|-javaagent:.*"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main);
    return command;
  }
}
