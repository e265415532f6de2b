package org.couplet.inception;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The Inception graph of 2015-12-05 in full size, node by node as it is published, with weights of
 * its own: filters after He et al. 2015, normalisations that keep activations of order 1.
 */
public final class FrozenInception {
  private static final AttrValue FLOAT = type(DataType.DT_FLOAT);

  private final SplittableRandom random;
  private final GraphDef.Builder graph = GraphDef.newBuilder();
  private final Map<String, Integer> channels = new HashMap<>();

  private FrozenInception(long seed) {
    random = new SplittableRandom(seed);
  }

  /** The whole graph: the same seed makes the same weights everywhere. */
  public static GraphDef graph(long seed) {
    return new FrozenInception(seed).build();
  }

  private GraphDef build() {
    graph.getVersionsBuilder().setProducer(8);
    addInput();
    addStem();
    addLargeMaps();
    addMiddleMaps();
    addSmallMaps();
    addClassifier();
    return graph.build();
  }

  private void addInput() {
    node("DecodeJpeg/contents", "Const")
        .putAttr("dtype", type(DataType.DT_STRING))
        .putAttr(
            "value",
            AttrValue.newBuilder()
                .setTensor(
                    TensorProto.newBuilder()
                        .setDtype(DataType.DT_STRING)
                        .addStringVal(ByteString.EMPTY))
                .build());
    node("DecodeJpeg", "DecodeJpeg", "DecodeJpeg/contents").putAttr("channels", number(3));
    node("Cast", "Cast", "DecodeJpeg")
        .putAttr("SrcT", type(DataType.DT_UINT8))
        .putAttr("DstT", FLOAT);
    scalar("ExpandDims/dim", 0);
    floats("ExpandDims", "ExpandDims", "Cast", "ExpandDims/dim");
    graph.addNode(ConstantNode.of("ResizeBilinear/size", 299, 299));
    floats("ResizeBilinear", "ResizeBilinear", "ExpandDims", "ResizeBilinear/size")
        .putAttr("align_corners", AttrValue.newBuilder().setB(false).build());
    graph.addNode(ConstantNode.of("Sub/y", List.of(), 128f));
    floats("Sub", "Sub", "ResizeBilinear", "Sub/y");
    graph.addNode(ConstantNode.of("Mul/y", List.of(), 0.0078125f));
    floats("Mul", "Mul", "Sub", "Mul/y");
    channels.put("Mul", 3);
  }

  // 299 x 299 x 3 to 35 x 35 x 192.
  private void addStem() {
    String x = conv("conv", "Mul", 3, 3, 32, 2, "VALID");
    x = conv("conv_1", x, 3, 3, 32, 1, "VALID");
    x = conv("conv_2", x, 3, 3, 64, 1, "SAME");
    x = pool("pool", "MaxPool", x, 3, 2, "VALID");
    x = conv("conv_3", x, 1, 1, 80, 1, "VALID");
    x = conv("conv_4", x, 3, 3, 192, 1, "VALID");
    pool("pool_1", "MaxPool", x, 3, 2, "VALID");
  }

  // 35 x 35; then down to 17 x 17 x 768.
  private void addLargeMaps() {
    String x = "pool_1";
    for (String m : List.of("mixed", "mixed_1", "mixed_2")) {
      String a = conv(m + "/conv", x, 1, 1, 64);
      String b = conv(m + "/tower/conv", x, 1, 1, 48);
      b = conv(m + "/tower/conv_1", b, 5, 5, 64);
      String c = conv(m + "/tower_1/conv", x, 1, 1, 64);
      c = conv(m + "/tower_1/conv_1", c, 3, 3, 96);
      c = conv(m + "/tower_1/conv_2", c, 3, 3, 96);
      String d = pool(m + "/tower_2/pool", "AvgPool", x, 3, 1, "SAME");
      d = conv(m + "/tower_2/conv", d, 1, 1, m.equals("mixed") ? 32 : 64);
      x = join(m, a, b, c, d);
    }
    String a = conv("mixed_3/conv", x, 3, 3, 384, 2, "VALID");
    String b = conv("mixed_3/tower/conv", x, 1, 1, 64);
    b = conv("mixed_3/tower/conv_1", b, 3, 3, 96);
    b = conv("mixed_3/tower/conv_2", b, 3, 3, 96, 2, "VALID");
    join("mixed_3", a, b, pool("mixed_3/pool", "MaxPool", x, 3, 2, "VALID"));
  }

  // 17 x 17 x 768; then down to 8 x 8 x 1280.
  private void addMiddleMaps() {
    String x = "mixed_3/join";
    int[] widths = {128, 160, 160, 192};
    for (int i = 0; i < widths.length; i++) {
      String m = "mixed_" + (4 + i);
      int width = widths[i];
      String a = conv(m + "/conv", x, 1, 1, 192);
      String b = conv(m + "/tower/conv", x, 1, 1, width);
      b = conv(m + "/tower/conv_1", b, 1, 7, width);
      b = conv(m + "/tower/conv_2", b, 7, 1, 192);
      String c = conv(m + "/tower_1/conv", x, 1, 1, width);
      c = conv(m + "/tower_1/conv_1", c, 7, 1, width);
      c = conv(m + "/tower_1/conv_2", c, 1, 7, width);
      c = conv(m + "/tower_1/conv_3", c, 7, 1, width);
      c = conv(m + "/tower_1/conv_4", c, 1, 7, 192);
      String d = pool(m + "/tower_2/pool", "AvgPool", x, 3, 1, "SAME");
      d = conv(m + "/tower_2/conv", d, 1, 1, 192);
      x = join(m, a, b, c, d);
    }
    String a = conv("mixed_8/tower/conv", x, 1, 1, 192);
    a = conv("mixed_8/tower/conv_1", a, 3, 3, 320, 2, "VALID");
    String b = conv("mixed_8/tower_1/conv", x, 1, 1, 192);
    b = conv("mixed_8/tower_1/conv_1", b, 1, 7, 192);
    b = conv("mixed_8/tower_1/conv_2", b, 7, 1, 192);
    b = conv("mixed_8/tower_1/conv_3", b, 3, 3, 192, 2, "VALID");
    join("mixed_8", a, b, pool("mixed_8/pool", "MaxPool", x, 3, 2, "VALID"));
  }

  // 8 x 8 x 2048.
  private void addSmallMaps() {
    String x = "mixed_8/join";
    for (String m : List.of("mixed_9", "mixed_10")) {
      String a = conv(m + "/conv", x, 1, 1, 320);
      String b = conv(m + "/tower/conv", x, 1, 1, 384);
      String b1 = conv(m + "/tower/mixed/conv", b, 1, 3, 384);
      String b2 = conv(m + "/tower/mixed/conv_1", b, 3, 1, 384);
      String c = conv(m + "/tower_1/conv", x, 1, 1, 448);
      c = conv(m + "/tower_1/conv_1", c, 3, 3, 384);
      String c1 = conv(m + "/tower_1/mixed/conv", c, 1, 3, 384);
      String c2 = conv(m + "/tower_1/mixed/conv_1", c, 3, 1, 384);
      String kind = m.equals("mixed_9") ? "AvgPool" : "MaxPool";
      String d = pool(m + "/tower_2/pool", kind, x, 3, 1, "SAME");
      d = conv(m + "/tower_2/conv", d, 1, 1, 192);
      x = join(m, a, b1, b2, c1, c2, d);
    }
  }

  private void addClassifier() {
    pool("pool_3", "AvgPool", "mixed_10/join", 8, 1, "VALID");
    graph.addNode(ConstantNode.of("pool_3/_reshape/shape", 1, 2048));
    floats("pool_3/_reshape", "Reshape", "pool_3", "pool_3/_reshape/shape");
    weights("softmax/weights", Math.sqrt(1.0 / 2048), 2048, 1008);
    weights("softmax/biases", 0.5, 1008);
    floats("softmax/logits/MatMul", "MatMul", "pool_3/_reshape", "softmax/weights");
    floats("softmax/logits", "BiasAdd", "softmax/logits/MatMul", "softmax/biases");
    floats("softmax", "Softmax", "softmax/logits");
  }

  private String conv(String name, String x, int height, int width, int out) {
    return conv(name, x, height, width, out, 1, "SAME");
  }

  private String conv(
      String name, String x, int height, int width, int out, int stride, String padding) {
    int in = channels(x);
    weights(
        name + "/conv2d_params", Math.sqrt(2.0 / (height * width * in)), height, width, in, out);
    floats(name + "/Conv2D", "Conv2D", x, name + "/conv2d_params")
        .putAttr("strides", numbers(1, stride, stride, 1))
        .putAttr("padding", text(padding))
        .putAttr("use_cudnn_on_gpu", AttrValue.newBuilder().setB(true).build());
    String norm = name + "/batchnorm";
    vector(norm + "/beta", -0.3, 0.3, out);
    vector(norm + "/gamma", 0.5, 1.5, out);
    vector(norm + "/moving_mean", -0.3, 0.3, out);
    vector(norm + "/moving_variance", 0.8, 1.6, out);
    floats(
            norm,
            "BatchNormWithGlobalNormalization",
            name + "/Conv2D",
            norm + "/moving_mean",
            norm + "/moving_variance",
            norm + "/beta",
            norm + "/gamma")
        .putAttr("variance_epsilon", AttrValue.newBuilder().setF(0.001f).build())
        .putAttr("scale_after_normalization", AttrValue.newBuilder().setB(false).build());
    checked(name, norm);
    floats(name, "Relu", name + "/control_dependency");
    channels.put(name, out);
    return name;
  }

  private String pool(String name, String kind, String x, int size, int stride, String padding) {
    checked(name, x);
    floats(name, kind, name + "/control_dependency")
        .putAttr("ksize", numbers(1, size, size, 1))
        .putAttr("strides", numbers(1, stride, stride, 1))
        .putAttr("padding", text(padding));
    channels.put(name, channels(x));
    return name;
  }

  private String join(String mixed, String... parts) {
    String name = mixed + "/join";
    scalar(name + "/concat_dim", 3);
    floats(name, "Concat", name + "/concat_dim")
        .addAllInput(List.of(parts))
        .putAttr("N", number(parts.length));
    channels.put(name, Arrays.stream(parts).mapToInt(this::channels).sum());
    return name;
  }

  private int channels(String name) {
    return Objects.requireNonNull(channels.get(name), name);
  }

  private void checked(String name, String x) {
    floats(name + "/CheckNumerics", "CheckNumerics", x).putAttr("message", text(""));
    floats(name + "/control_dependency", "Identity", x, "^" + name + "/CheckNumerics")
        .putAttr(
            "_class",
            AttrValue.newBuilder()
                .setList(
                    AttrValue.ListValue.newBuilder().addS(ByteString.copyFromUtf8("loc:@" + x)))
                .build());
  }

  private void weights(String name, double deviation, int... shape) {
    // Uniform values of this standard deviation.
    double bound = deviation * Math.sqrt(3);
    uniform(name, -bound, bound, shape);
  }

  private void vector(String name, double least, double most, int size) {
    uniform(name, least, most, size);
  }

  private void uniform(String name, double least, double most, int... shape) {
    float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (least + (most - least) * random.nextDouble());
    }
    graph.addNode(
        ConstantNode.of(name, Arrays.stream(shape).mapToObj(size -> (long) size).toList(), values));
  }

  private void scalar(String name, int value) {
    node(name, "Const")
        .putAttr("dtype", type(DataType.DT_INT32))
        .putAttr(
            "value",
            AttrValue.newBuilder()
                .setTensor(
                    TensorProto.newBuilder()
                        .setDtype(DataType.DT_INT32)
                        .setTensorShape(TensorShapeProto.getDefaultInstance())
                        .addIntVal(value))
                .build());
  }

  private NodeDef.Builder floats(String name, String kind, String... inputs) {
    return node(name, kind, inputs).putAttr("T", FLOAT);
  }

  private NodeDef.Builder node(String name, String kind, String... inputs) {
    return graph.addNodeBuilder().setName(name).setOp(kind).addAllInput(List.of(inputs));
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static AttrValue text(String text) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(text)).build();
  }

  private static AttrValue number(int number) {
    return AttrValue.newBuilder().setI(number).build();
  }

  private static AttrValue numbers(long... numbers) {
    AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
    Arrays.stream(numbers).forEach(list::addI);
    return AttrValue.newBuilder().setList(list).build();
  }
}
