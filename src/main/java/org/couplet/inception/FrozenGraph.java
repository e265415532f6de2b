package org.couplet.inception;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A network as TensorFlow 1 froze it: the nodes of a GraphDef, weights among them as constants.
 *
 * @param source the file it came from, for complaints
 * @param nodes by name, in the file's order
 */
public record FrozenGraph(Path source, Map<String, NodeDef> nodes) {
  private static final long MOST_BYTES = 1L << 30;

  /**
   * Reads a GraphDef, or the one in a tar archive, gzipped or not; which it is the content tells.
   *
   * @param entry the GraphDef's own name (no folders) in an archive
   * @throws InvalidInputException if the file holds none, or is cut off
   */
  static FrozenGraph read(Path source, String entry) throws IOException {
    if (Files.isDirectory(source)) {
      throw new InvalidInputException(source + ": is a folder; give the file itself");
    }
    if (FileFailure.reading(source, () -> Files.size(source)) > MOST_BYTES) {
      throw new InvalidInputException(source + ": is larger than 1 GiB, so no such graph");
    }
    byte[] bytes = graphBytes(source, entry);
    Map<String, NodeDef> nodes = new LinkedHashMap<>();
    try {
      GraphDef.parseFrom(bytes).getNodeList().forEach(node -> nodes.put(node.getName(), node));
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidInputException(source + ": " + notAGraph(bytes), e);
    }
    if (nodes.isEmpty()) {
      throw new InvalidInputException(source + ": " + notAGraph(bytes));
    }
    return new FrozenGraph(source, nodes);
  }

  private static byte[] graphBytes(Path source, String entry) throws IOException {
    byte[] bytes = FileFailure.reading(source, () -> Files.readAllBytes(source));
    boolean gzip = bytes.length > 1 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
    if (!gzip && !TarArchiveInputStream.matches(bytes, bytes.length)) {
      return bytes;
    }
    List<String> others = new ArrayList<>();
    try (ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        TarArchiveInputStream tar =
            new TarArchiveInputStream(gzip ? new GZIPInputStream(in, 1 << 16) : in)) {
      for (TarArchiveEntry at = tar.getNextEntry(); at != null; at = tar.getNextEntry()) {
        if (at.isFile() && Path.of(at.getName()).endsWith(entry)) {
          return tar.readAllBytes();
        }
        others.add(at.getName());
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          source + ": damaged or cut off (" + e.getMessage() + "); fetch it again", e);
    }
    throw new InvalidInputException(
        "%s: an archive without %s (it has %s)"
            .formatted(source, entry, others.isEmpty() ? "nothing" : String.join(", ", others)));
  }

  private static String notAGraph(byte[] bytes) {
    String head = new String(bytes, 0, Math.min(bytes.length, 200), StandardCharsets.ISO_8859_1);
    return head.stripLeading().startsWith("<")
        ? "a web page instead of a graph; fetch it again"
        : "no TensorFlow graph (GraphDef), or one that is cut off; fetch it again";
  }

  /** The same file's graph with other nodes. */
  FrozenGraph with(Map<String, NodeDef> changed) {
    return new FrozenGraph(source, changed);
  }

  /** A node that must be there. */
  NodeDef node(String name) {
    NodeDef node = nodes.get(name);
    if (node == null) {
      throw refusal("the node '" + name + "' is missing");
    }
    return node;
  }

  /** An attribute that a node must have. */
  AttrValue attribute(NodeDef node, String name) {
    AttrValue value = node.getAttrMap().get(name);
    if (value == null) {
      throw refusal("the node '" + node.getName() + "' has no attribute '" + name + "'");
    }
    return value;
  }

  /** The node that makes an input of another. */
  NodeDef input(NodeDef node, int index) {
    return node(inputName(node, index));
  }

  /** The name of the node that makes an input of another. */
  String inputName(NodeDef node, int index) {
    List<String> names = inputs(node);
    if (index >= names.size()) {
      throw refusal(
          "the node '%s' has %d inputs, too few for a %s"
              .formatted(node.getName(), names.size(), node.getOp()));
    }
    return names.get(index);
  }

  /** Names of the nodes that make a node's inputs; nodes that it only waits for are left out. */
  List<String> inputs(NodeDef node) {
    List<String> names = new ArrayList<>();
    for (String input : node.getInputList()) {
      if (input.startsWith("^")) {
        continue;
      }
      int colon = input.indexOf(':');
      if (colon >= 0 && !input.endsWith(":0")) {
        throw refusal("the node '" + node.getName() + "' reads a second output, " + input);
      }
      names.add(colon < 0 ? input : input.substring(0, colon));
    }
    return names;
  }

  /**
   * What {@code outputs} are made of, and they themselves; {@code input} and beyond is left out.
   */
  FrozenGraph ancestors(Collection<String> outputs, String input) {
    Set<String> wanted = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(outputs);
    while (!open.isEmpty()) {
      String name = open.pop();
      if (!name.equals(input) && wanted.add(name)) {
        open.addAll(inputs(node(name)));
      }
    }
    Map<String, NodeDef> kept = new LinkedHashMap<>(nodes);
    kept.keySet().retainAll(wanted);
    return with(kept);
  }

  /** A complaint about the file, to be thrown. */
  InvalidInputException refusal(String what) {
    return new InvalidInputException(source + ": " + what);
  }
}
