package org.couplet.damage;

import static org.couplet.Refusal.assertRefused;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.couplet.io.ContentHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.EagerSession;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** What TensorFlow would not survive, or not see. */
class DamageTest {
  private static final int FOOTER = 48;

  private final Path folder;
  private final Path prefix;
  private final Path index;

  DamageTest(@TempDir Path folder) {
    this.folder = folder;
    this.prefix = folder.resolve("step-1");
    this.index = folder.resolve("step-1.index");
  }

  @Test
  void anIndexIsRefusedWhereAnyOfItsBytesIsChanged() throws IOException {
    saveCheckpoint();
    CheckpointIndex.check(prefix);
    byte[] sound = Files.readAllBytes(index);
    for (int at = 0; at < sound.length - FOOTER; at++) {
      byte[] damaged = sound.clone();
      damaged[at] ^= 4;
      Files.write(index, damaged);
      assertRefused(() -> CheckpointIndex.check(prefix), "step-1: this checkpoint is damaged");
    }
  }

  // TensorFlow asks for so much memory, and the process ends.
  @Test
  void anIndexIsRefusedThatClaimsAnEndlessBlock() throws IOException {
    saveCheckpoint();
    byte[] table = Files.readAllBytes(index);
    int footer = table.length - FOOTER;
    Arrays.fill(table, footer, footer + 9, (byte) 0xff);
    table[footer + 9] = 1;
    Files.write(index, table);
    assertRefused(() -> CheckpointIndex.check(prefix), "its index is cut off or claims");
    Files.write(index, Arrays.copyOf(table, 20));
    assertRefused(() -> CheckpointIndex.check(prefix), "its index is cut off or claims");
  }

  @Test
  void anIndexIsRefusedWhoseNumbersGoBeyondAnInteger() throws IOException {
    byte[] restarts = {0, 0, 0, (byte) 0x80};
    Files.write(index, indexOf(restarts));
    assertRefused(() -> CheckpointIndex.check(prefix), "its index is cut off or claims");
    // An entry's key of 2^35 bytes, and no restart.
    byte[] key = {
      0, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 1, 0, 0, 0, 0, 0
    };
    Files.write(index, indexOf(key));
    assertRefused(() -> CheckpointIndex.check(prefix), "its index is cut off or claims");
  }

  // A table of one sound block, which stands for both.
  private static byte[] indexOf(byte[] block) {
    int size = block.length;
    ByteBuffer table = ByteBuffer.allocate(size + 5 + FOOTER).order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    crc.update(table.put(block).put((byte) 0).array(), 0, size + 1);
    table.putInt(Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8);
    table.put(new byte[] {0, (byte) size, 0, (byte) size});
    return table.putLong(size + 5 + 40, 0xdb4775248b80fb57L).array();
  }

  @Test
  void aDigestThatDoesNotFitIsRefused() throws IOException {
    Path file = folder.resolve("saved_model.pb");
    Path digest = folder.resolve("saved_model.sha256");
    byte[] bytes = {1, 2, 3};
    FileDigest.check(file, bytes, digest);
    Files.write(file, bytes);
    Files.writeString(digest, ContentHash.of(file) + "\n");
    FileDigest.check(file, bytes, digest);
    bytes[1] ^= 1;
    assertRefused(() -> FileDigest.check(file, bytes, digest), "saved_model.pb: damaged: its SHA");
  }

  @Test
  void constantsAreWhatTheyClaim() {
    check(constant(DataType.DT_INT32, DataType.DT_INT32, 2, 8));
    // One value stands for all.
    check(constant(DataType.DT_INT32, DataType.DT_INT32, 1_000_000, 0));
    assertDamaged(constant(DataType.DT_INT32, DataType.DT_INT64, 2, 8), "claims another");
    assertDamaged(constant(DataType.DT_RESOURCE, DataType.DT_RESOURCE, 2, 0), "DT_RESOURCE");
    assertDamaged(
        constant(DataType.DT_INT32, DataType.DT_INT32, 1000, 8), "1000 values in 8 bytes");
    assertDamaged(constant(DataType.DT_INT32, DataType.DT_INT32, 2, 800), "2 values in 800 bytes");
    assertDamaged(constant(DataType.DT_INT32, DataType.DT_INT32, 1L << 40, 0), "at most 2^30");
    assertDamaged(constant(DataType.DT_INT32, DataType.DT_INT32, -2, 0), "a size of -2");
  }

  // TensorFlow takes the first of none, and the process ends.
  @Test
  void nodesHaveTheInputsOfTheirOperation() {
    NodeDef sound = node("Identity").addInput("x").addInput("^y").build();
    check(sound);
    assertDamaged(sound.toBuilder().clearInput().build(), "Identity of 0 inputs, not 1");
    assertDamaged(node("Identity").addInput("^y").build(), "Identity of 0 inputs, not 1");
    assertDamaged(sound.toBuilder().addInput("z").build(), "Identity of 2 inputs, not 1");
    check(node("AddN").putAttr("N", integer(2)).addInput("x").addInput("y").build());
    assertDamaged(
        node("AddN").putAttr("N", integer(3)).addInput("x").addInput("y").build(),
        "AddN of 2 inputs, not 3");
    check(node("IdentityN").putAttr("T", types(2)).addInput("x").addInput("y").build());
    assertDamaged(
        node("IdentityN").putAttr("T", types(2)).addInput("x").build(),
        "IdentityN of 1 inputs, not 2");
  }

  // In functions an input may stand for several, and TensorFlow looks.
  @Test
  void inputsOfAFunctionsNodesAreLeftToTensorFlow() {
    MetaGraphDef.Builder graph = MetaGraphDef.newBuilder();
    NodeDef node = node("IdentityN").putAttr("T", types(2)).addInput("all:output").build();
    graph.getGraphDefBuilder().getLibraryBuilder().addFunctionBuilder().addNodeDef(node);
    new GraphCheck(folder).check(graph.build());
  }

  // TensorFlow makes room for all of them, and the process ends.
  @Test
  void nodesClaimNoTensorsWithoutEnd() {
    NodeDef.Builder parts = node("Unpack").addInput("x");
    check(parts.putAttr("num", integer(1000)).build());
    assertDamaged(
        parts.putAttr("num", integer(Integer.MAX_VALUE)).build(), "Unpack with num 2147483647");
    assertDamaged(parts.putAttr("num", integer(-1)).build(), "Unpack with num -1");
    assertDamaged(node("AccumulateNV2").putAttr("N", integer(0)).build(), "AccumulateNV2 with N 0");
  }

  // It is multiplied with the number of rows.
  @Test
  void signaturesClaimNoSizesWithoutEnd() {
    MetaGraphDef.Builder graph = MetaGraphDef.newBuilder();
    TensorInfo.Builder tensor = TensorInfo.newBuilder().setName("c");
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(Long.MAX_VALUE);
    SignatureDef signature = SignatureDef.newBuilder().putInputs("x", tensor.build()).build();
    assertRefused(
        () -> new GraphCheck(folder).check(graph.putSignatureDef("s", signature).build()),
        "node 'c': a size of 9223372036854775807");
  }

  @Test
  void gathersHaveFewBatchAxes() {
    NodeDef.Builder gather = node("GatherV2").addInput("x").addInput("i").addInput("axis");
    check(gather.build());
    check(gather.putAttr("batch_dims", integer(-2)).build());
    assertDamaged(
        gather.putAttr("batch_dims", integer(46_341)).build(), "GatherV2 with batch_dims 46341");
  }

  private static NodeDef.Builder node(String op) {
    return NodeDef.newBuilder().setName("c").setOp(op);
  }

  private static AttrValue integer(long value) {
    return AttrValue.newBuilder().setI(value).build();
  }

  private static AttrValue types(int count) {
    AttrValue.Builder types = AttrValue.newBuilder();
    for (int i = 0; i < count; i++) {
      types.getListBuilder().addType(DataType.DT_FLOAT);
    }
    return types.build();
  }

  private void check(NodeDef node) {
    MetaGraphDef.Builder graph = MetaGraphDef.newBuilder();
    graph.getGraphDefBuilder().addNode(node);
    new GraphCheck(folder).check(graph.build());
  }

  private void assertDamaged(NodeDef node, String words) {
    assertRefused(() -> check(node), "saved_model.pb is damaged: node 'c'", words);
  }

  private static NodeDef constant(DataType type, DataType claimed, long size, int bytes) {
    TensorProto.Builder value =
        TensorProto.newBuilder()
            .setDtype(type)
            .setTensorShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dim.newBuilder().setSize(size)))
            .setTensorContent(ByteString.copyFrom(new byte[bytes]));
    return NodeDef.newBuilder()
        .setName("c")
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(claimed).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  private void saveCheckpoint() {
    try (EagerSession session = EagerSession.create()) {
      Ops tf = Ops.create(session);
      tf.train.save(
          tf.constant(prefix.toString()),
          tf.constant(NdArrays.vectorOfObjects("a", "b")),
          tf.constant(NdArrays.vectorOfObjects("", "")),
          List.of(tf.constant(1f), tf.constant(new float[] {2, 3})));
    }
  }
}
