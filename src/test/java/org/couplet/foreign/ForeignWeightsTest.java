package org.couplet.foreign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignWeightsTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ddpmpp.pt",
        "ddpmpp_stream.pt",
        "ddpmpp.safetensors",
        "half.pt",
        "bfloat16.pt",
        "double.pt",
        "strided.pt",
        "big.pt"
      })
  void everyFormatTypeAndOrderHoldsTheSameBits(String name) throws IOException {
    Map<String, float[]> expected = values("ddpmpp.pkl");
    expected.remove("map_augment.weight");
    Map<String, float[]> found = values(name);
    assertEquals(expected.keySet(), found.keySet());
    found.forEach((tensor, values) -> assertArrayEquals(expected.get(tensor), values, tensor));
  }

  @Test
  void aPickleSaysWhatItsNetworkWasMadeWith() throws IOException {
    try (ForeignWeights weights = open("ncsnpp.pkl")) {
      assertEquals("ECMPrecond", weights.recorded().get("class_name"));
      assertEquals("SongUNet", weights.recorded().get("model_type"));
      assertEquals(List.of(1L, 3L, 3L, 1L), weights.recorded().get("resample_filter"));
      assertEquals(0.003, weights.recorded().get("sigma_min"));
      assertEquals(0.13, weights.recorded().get("dropout"));
      assertEquals("pickle, entry ema", weights.describe());
      assertTrue(weights.hasBoundary());
    }
    try (ForeignWeights weights = open("ddpmpp.pkl")) {
      assertFalse(weights.hasBoundary());
    }
  }

  @Test
  void theEntryCanBeNamed() throws IOException {
    Path file = ForeignFiles.put(folder, "ddpmpp.pkl");
    try (ForeignWeights weights = ForeignWeights.open(file, Optional.of("augment_pipe"))) {
      assertEquals(List.of("Hz_fbank"), List.copyOf(weights.tensors().keySet()));
    }
    assertTrue(refusal(file, Optional.of("loss_fn")).endsWith("those that it has: ema"));
  }

  // Networks of one tensor: 1 is ema's, 2 the other's.
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "loose.pt, -, 1, ', entry ema'",
        "loose.pt, net, 2, ', entry net'",
        "unclear.pt, weights_online, 2, ', entry weights_online'",
        "flat.pt, -, 1, ', entry ema'",
        "flat.pt, net, 2, ', entry net'",
        "flat.pt, net.model, 2, ', entry net.model'",
        "nested.pt, -, 1, ', entry state_dict.ema'",
        "nested.pt, state_dict.net, 2, ', entry state_dict.net'",
        "deep.pt, -, 1, ', entry state.ema'",
        "deep.pt, state.net, 2, ', entry state.net'",
        "deep.pt, state.net.model, 2, ', entry state.net.model'",
        "deeper.pt, -, 1, ', entry model.state_dict'",
        "deeper.pt, model.state_dict, 1, ', entry model.state_dict'",
        "kinds.pt, -, 1, ', entry state.ema'",
        "beside.pt, -, 1, ', entry model'",
        "beside.pt, teacher.ema, 2, ', entry teacher.ema'",
        "dotted.pt, a.b, 1, ', entry a.b'",
        "twice.pt, new.ema, 2, ', entry new.ema'"
      })
  void aNetworkIsChosenByItsEntryOrByWhatItsNamesBeginWith(
      String name, @Nullable String entry, float value, String described) throws IOException {
    Path file = ForeignFiles.put(folder, name);
    try (ForeignWeights weights = ForeignWeights.open(file, Optional.ofNullable(entry))) {
      assertEquals(1, weights.tensors().size());
      ForeignTensor tensor = weights.tensors().values().iterator().next();
      assertArrayEquals(new float[] {value, value}, tensor.values());
      assertEquals("PyTorch (zip)" + described, weights.describe());
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "unclear.pt, -, 'it is not clear which weights are wanted', 'weights_ema, weights_online'",
        "loose.pt, step, 'it has no weights called step', 'net, ema'",
        "flat.pt, other, 'it has no weights called other', 'ema, net'",
        "nested.pt, state_dict, 'state_dict has several networks', 'state_dict.ema, state_dict.net'",
        "deep.pt, state, 'it has no weights called state', 'state.net, state.ema'",
        "twice.pt, -, 'it is not clear which weights are wanted', 'old.ema, new.ema'"
      })
  void theRefusalNamesTheChoices(
      String name, @Nullable String entry, String problem, String choices) throws IOException {
    Path file = ForeignFiles.put(folder, name);
    assertEquals(
        file + ": " + problem + "; --entry chooses one of those that it has: " + choices,
        refusal(file, Optional.ofNullable(entry)));
  }

  @Test
  void safetensorsAreChosenByWhatTheirNamesBeginWith() throws IOException {
    String tensor =
        "\"%s.map_layer0.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":%s}";
    String header =
        "{" + tensor.formatted("b", "[0,4]") + "," + tensor.formatted("a", "[4,8]") + "}";
    Path file = Files.write(folder.resolve("two.safetensors"), safetensors(header, 1, 2));
    try (ForeignWeights weights = ForeignWeights.open(file, Optional.of("a"))) {
      assertEquals(List.of("map_layer0.weight"), List.copyOf(weights.tensors().keySet()));
      assertArrayEquals(new float[] {2}, weights.tensors().values().iterator().next().values());
    }
    assertTrue(
        refusal(file, Optional.empty()).endsWith("--entry chooses one of those that it has: b, a"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddpmpp_stream.pt", "ddpmpp.safetensors"})
  void aFileOfOneSetHasNoEntries(String name) throws IOException {
    Path file = ForeignFiles.put(folder, name);
    InvalidInputException refused =
        assertThrows(
            InvalidInputException.class,
            () -> ForeignWeights.open(file, Optional.of("ema")).close());
    assertEquals(
        "--entry: " + file + " has only one set of weights; leave it out", refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.pkl", "evil.pt"})
  void callsInAFileAreNotMade(String name) throws IOException {
    assertTrue(refusal(name).contains("no named tensors"), refusal(name));
    assertFalse(Files.exists(Path.of("executed")));
  }

  // Any beginning of a file lacks something.
  @ParameterizedTest
  @ValueSource(strings = {"ncsnpp.pkl", "ddpmpp.pt", "ddpmpp_stream.pt", "ddpmpp.safetensors"})
  void aFileThatIsCutOffIsRefused(String name) throws IOException {
    byte[] whole = ForeignFiles.get(name);
    for (int length = 0; length < whole.length; length += Math.max(1, whole.length / 40)) {
      Path file = Files.write(folder.resolve(name), Arrays.copyOf(whole, length));
      refusal(file, Optional.empty());
    }
  }

  // Pickles in hexadecimal digits: protocol 4, then what is wrong.
  @ParameterizedTest
  @CsvSource({
    "8e ffffffffffffff7f 2e, claims",
    "42 ffffffff 2e, claims",
    "58 ffffffff 2e, text",
    "8d 0000000000000080 2e, text",
    "95 ffffffffffffff7f 4e 2e, claims",
    "8b ffffff7f 2e, claims",
    "2e, is not there",
    "52 2e, is not there",
    "75 2e, mark",
    "28 75 2e, is not there",
    "7d 28 4e 75 2e, without a value",
    "6a ffffffff 2e, refers to",
    "4e 93 2e, is not there",
    "4e 4e 93 2e, name",
    "82 01 2e, instruction",
    "4e 2e, no named tensors",
    "7d 94 68 00 2e, no named tensors"
  })
  void aPickleThatIsWrongIsRefusedInALine(String digits, String problem) throws IOException {
    byte[] pickle = HexFormat.of().parseHex("8004" + digits.replace(" ", ""));
    String line = refusal(Files.write(folder.resolve("wrong.pkl"), pickle), Optional.empty());
    assertTrue(line.contains(problem), line);
  }

  // {} of protocol 0, and of protocol 1.
  @ParameterizedTest
  @ValueSource(strings = {"28 64 70 30 0a 2e", "7d 71 00 2e"})
  void theProtocolsBefore2AreNamed(String digits) throws IOException {
    byte[] pickle = HexFormat.of().parseHex(digits.replace(" ", ""));
    String line = refusal(Files.write(folder.resolve("old.pkl"), pickle), Optional.empty());
    assertTrue(line.contains("is a pickle of protocol 0 or 1, which is not read"), line);
  }

  // torch.storage._load_from_bytes(_codecs.encode("")), as protocol 2 has no bytes.
  @Test
  void protocol2IsNamedWhereItHoldsTensors() throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes(new byte[] {(byte) 0x80, 2});
    pickle.writeBytes("ctorch.storage\n_load_from_bytes\n".getBytes(StandardCharsets.US_ASCII));
    pickle.writeBytes("c_codecs\nencode\n".getBytes(StandardCharsets.US_ASCII));
    pickle.writeBytes(new byte[] {'X', 0, 0, 0, 0, (byte) 0x85, 'R', (byte) 0x85, 'R', '.'});
    Path file = Files.write(folder.resolve("two.pkl"), pickle.toByteArray());
    String line = refusal(file, Optional.empty());
    assertTrue(line.contains("is a pickle of protocol 2, which is not read"), line);
  }

  // {"ema": [x]} with a list that holds itself twice, and that list the same, 40 times over.
  @Test
  void objectsThatHoldThemselvesAndEachOtherEndNowhere() throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes(HexFormat.of().parseHex("80045d94"));
    for (int i = 0; i < 40; i++) {
      pickle.writeBytes(new byte[] {']', (byte) 0x94, 'h', (byte) i, 'a', 'h', (byte) i, 'a'});
    }
    pickle.write('.');
    Path file = Files.write(folder.resolve("deep.pkl"), pickle.toByteArray());
    assertTrue(refusal(file, Optional.empty()).contains("no named tensors"));
  }

  // {"a": x, "b": x}, x being the dictionary itself.
  @Test
  void dictionariesThatHoldThemselvesEndNowhere() throws IOException {
    byte[] pickle =
        HexFormat.of().parseHex("80047d94" + "8c016168" + "0073" + "8c016268" + "0073" + "2e");
    Path file = Files.write(folder.resolve("self.pkl"), pickle);
    assertTrue(refusal(file, Optional.empty()).contains("no named tensors"));
  }

  // A module whose state has the module itself among its modules.
  @Test
  void modulesInACircleAreRefused() throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes(new byte[] {(byte) 0x80, 4});
    text(pickle, "torch.nn");
    text(pickle, "Module");
    pickle.writeBytes(new byte[] {(byte) 0x93, ')', (byte) 0x81, (byte) 0x94, '}'});
    text(pickle, "_modules");
    pickle.write('}');
    for (String name : List.of("one", "two")) {
      text(pickle, name);
      pickle.writeBytes(new byte[] {'h', 0, 's'});
    }
    pickle.writeBytes(new byte[] {'s', 'b', '.'});
    Path file = Files.write(folder.resolve("circle.pkl"), pickle.toByteArray());
    assertTrue(refusal(file, Optional.empty()).contains("without an end"));
  }

  private static void text(ByteArrayOutputStream pickle, String text) {
    pickle.writeBytes(new byte[] {(byte) 0x8c, (byte) text.length()});
    pickle.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 2 values",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}} | claims",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}} | claims",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | -1 values",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}} |"
            + " describe",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}} | describe",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}} | describe",
        "{\"a\":1} | describe",
        "{\"a\": | describe"
      })
  void aHeaderThatIsWrongIsRefusedInALine(String header, String problem) throws IOException {
    Path file = Files.write(folder.resolve("a.safetensors"), safetensors(header, 1));
    String line = refusal(file, Optional.empty());
    assertTrue(line.contains(problem), line);
  }

  private static byte[] safetensors(String header, float... values) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + text.length + Float.BYTES * values.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    for (float value : values) {
      file.putFloat(value);
    }
    return file.array();
  }

  // The lengths are written as 80 04, as a pickle begins, and as PK, as a zip does.
  @ParameterizedTest
  @ValueSource(ints = {0x0480, 0x4b50})
  void aHeaderMayHaveTheLengthOfAnotherFormatsSignature(int length) throws IOException {
    String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    byte[] file = safetensors(header + " ".repeat(length - header.length()), 1);
    try (ForeignWeights weights =
        ForeignWeights.open(Files.write(folder.resolve("a.safetensors"), file), Optional.empty())) {
      assertEquals("safetensors", weights.describe());
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 1, 1", "2, 3, 1", "2, 1, 4", "2, -1, 1", "-1, 1, 0", "4, 0, 0"})
  void aViewMustLieInItsStorage(long size, long stride, long offset) {
    Storage three = new Storage(ElementType.FLOAT32, 3, ByteOrder.LITTLE_ENDIAN);
    assertThrows(
        IllegalArgumentException.class,
        () -> new ForeignTensor(three, offset, new long[] {size}, new long[] {stride}));
  }

  @ParameterizedTest
  @CsvSource({
    "3c00, 1",
    "c000, -2",
    "7bff, 65504",
    "0001, 5.9604645e-8",
    "03ff, 6.097555e-5",
    "8400, -6.1035156e-5",
    "7c00, Infinity",
    "fc00, -Infinity",
    "3555, 0.33325195"
  })
  void halvesAreWidenedExactly(String bits, float value) {
    ByteBuffer half = ByteBuffer.allocate(2).putShort(0, (short) Integer.parseInt(bits, 16));
    assertEquals(value, ElementType.FLOAT16.get(half, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "types.pt, complex64, uint16, float8_e4m3fn",
    "types_stream.pt, complex64, uint16, float8_e4m3fn",
    "types.safetensors, complex64, U16, F8_E4M3"
  })
  void tensorsOfOtherTypesHaveShapesButNoValues(
      String name, String complex, String unsigned, String eighth) throws IOException {
    Map<String, String> expected =
        Map.of(
            "map_layer0.weight", "float32 [2]",
            "complex", complex + " [3]",
            "unsigned", unsigned + " [2, 2]",
            "eighth", eighth + " [4]");
    try (ForeignWeights weights = open(name)) {
      Map<String, String> found = new TreeMap<>();
      weights
          .tensors()
          .forEach(
              (tensor, value) ->
                  found.put(tensor, value.type() + " " + Arrays.toString(value.shape())));
      assertEquals(new TreeMap<>(expected), found);
      for (String tensor : List.of("complex", "unsigned", "eighth")) {
        ForeignTensor other = Objects.requireNonNull(weights.tensors().get(tensor));
        assertFalse(other.isFloating());
        assertThrows(IllegalStateException.class, other::values);
      }
      assertArrayEquals(
          new float[] {1, 1},
          Objects.requireNonNull(weights.tensors().get("map_layer0.weight")).values());
    }
  }

  private Map<String, float[]> values(String name) throws IOException {
    Map<String, float[]> values = new TreeMap<>();
    try (ForeignWeights weights = open(name)) {
      for (Map.Entry<String, ForeignTensor> tensor : weights.tensors().entrySet()) {
        values.put(tensor.getKey().replaceFirst("^model\\.", ""), tensor.getValue().values());
      }
    }
    return values;
  }

  private ForeignWeights open(String name) throws IOException {
    return ForeignWeights.open(ForeignFiles.put(folder, name), Optional.empty());
  }

  private String refusal(String name) throws IOException {
    return refusal(ForeignFiles.put(folder, name), Optional.empty());
  }

  private static String refusal(Path file, Optional<String> entry) {
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> ForeignWeights.open(file, entry).close());
    String line = String.valueOf(refused.getMessage());
    assertFalse(line.contains("\n"), line);
    assertTrue(line.startsWith(file.toString()), line);
    return line;
  }
}
