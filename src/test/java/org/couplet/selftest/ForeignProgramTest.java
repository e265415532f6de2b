package org.couplet.selftest;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.TextFormat;
import java.util.List;
import java.util.Optional;
import org.couplet.inspection.KernelCall;
import org.couplet.inspection.ProgramKernels;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.MetaGraphDef;

/** On graphs that other tools write. */
class ForeignProgramTest {
  private static final String FLOAT = "attr { key: 'T' value { type: DT_FLOAT } }";
  private static final String STEPS =
      "attr { key: 'strides' value { list { i: [1, 2, 2, 1] } } }"
          + "attr { key: 'padding' value { s: 'VALID' } }";

  // A layer as Keras saves it: the call gets the variables themselves.
  private static final String LAYER =
      """
      graph_def {
        node { name: 'filter' op: 'VarHandleOp'
          attr { key: 'dtype' value { type: DT_FLOAT } }
          attr { key: 'shape' value { shape { dim { size: 3 } dim { size: 3 } dim { size: 8 }
                                              dim { size: 12 } } } } }
        node { name: 'kernel' op: 'VarHandleOp'
          attr { key: 'dtype' value { type: DT_FLOAT } }
          attr { key: 'shape' value { shape { dim { size: 12 } dim { size: 10 } } } } }
        node { name: 'input' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
        node { name: 'call' op: 'StatefulPartitionedCall' input: ['input', 'filter', 'kernel']
          attr { key: 'Tin' value { list { type: [DT_FLOAT, DT_RESOURCE, DT_RESOURCE] } } }
          attr { key: 'Tout' value { list { type: DT_FLOAT } } }
          attr { key: 'f' value { func { name: 'model' } } } }
        node { name: 'output' op: 'Identity' input: 'call' T }
        library {
          function {
            signature { name: 'model'
              input_arg { name: 'x' type: DT_FLOAT }
              input_arg { name: 'a' type: DT_RESOURCE }
              input_arg { name: 'b' type: DT_RESOURCE }
              output_arg { name: 'y' type: DT_FLOAT } }
            node_def { name: 'inner' op: 'PartitionedCall' input: ['x', 'a', 'b', '^never']
              attr { key: 'Tin' value { list { type: [DT_FLOAT, DT_RESOURCE, DT_RESOURCE] } } }
              attr { key: 'Tout' value { list { type: DT_FLOAT } } }
              attr { key: 'f' value { func { name: 'layers' } } } }
            node_def { name: 'never' op: 'NoOp' }
            ret { key: 'y' value: 'inner:output:0' }
          }
          function {
            signature { name: 'layers'
              input_arg { name: 'x' type: DT_FLOAT }
              input_arg { name: 'a' type: DT_RESOURCE }
              input_arg { name: 'b' type: DT_RESOURCE }
              output_arg { name: 'y' type: DT_FLOAT } }
            node_def { name: 'dense' op: 'MatMul' input: ['flat:output:0', 'second:value:0'] T }
            node_def { name: 'first' op: 'ReadVariableOp' input: 'a'
              attr { key: 'dtype' value { type: DT_FLOAT } } }
            node_def { name: 'second' op: 'ReadVariableOp' input: 'b'
              attr { key: 'dtype' value { type: DT_FLOAT } } }
            node_def { name: 'conv' op: 'Conv2D' input: ['x', 'first:value:0'] T STRIDES }
            node_def { name: 'axes' op: 'Const'
              attr { key: 'dtype' value { type: DT_INT32 } }
              attr { key: 'value' value { tensor { dtype: DT_INT32
                tensor_shape { dim { size: 2 } } int_val: [-2, 1] } } } }
            node_def { name: 'flat' op: 'Mean' input: ['conv:output:0', 'axes:output:0'] T
              attr { key: 'Tidx' value { type: DT_INT32 } } }
            ret { key: 'y' value: 'dense:product:0' }
          }
        }
      }
      """;

  // A body that halves the image each time, a branch, and a call for each row.
  private static final String CONTROL_FLOW =
      """
      graph_def {
        node { name: 'image' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
        node { name: 'filter' op: 'Const'
          attr { key: 'dtype' value { type: DT_FLOAT } }
          attr { key: 'value' value { tensor { dtype: DT_FLOAT float_val: 0
            tensor_shape { dim { size: 2 } dim { size: 2 } dim { size: 4 } dim { size: 4 } } } } } }
        node { name: 'loop' op: 'StatelessWhile' input: ['image', 'filter']
          attr { key: 'T' value { list { type: [DT_FLOAT, DT_FLOAT] } } }
          attr { key: 'cond' value { func { name: 'goes_on' } } }
          attr { key: 'body' value { func { name: 'halve' } } } }
        node { name: 'turn' op: 'Placeholder' attr { key: 'dtype' value { type: DT_BOOL } } }
        node { name: 'either' op: 'StatelessIf' input: ['turn', 'image', 'filter']
          attr { key: 'Tcond' value { type: DT_BOOL } }
          attr { key: 'Tin' value { list { type: [DT_FLOAT, DT_FLOAT] } } }
          attr { key: 'Tout' value { list { type: [DT_FLOAT, DT_FLOAT] } } }
          attr { key: 'then_branch' value { func { name: 'halve' } } }
          attr { key: 'else_branch' value { func { name: 'same' } } } }
        node { name: 'matrices' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
        node { name: 'each' op: 'MapDefun' input: ['matrices', 'matrices']
          attr { key: 'Targuments' value { list { type: [DT_FLOAT, DT_FLOAT] } } }
          attr { key: 'output_types' value { list { type: DT_FLOAT } } }
          attr { key: 'output_shapes' value { list { shape { unknown_rank: true } } } }
          attr { key: 'f' value { func { name: 'multiply' } } } }
        node { name: 'all' op: 'BatchMatMulV2' input: ['each', 'matrices'] T }
        library {
          function {
            signature { name: 'goes_on'
              input_arg { name: 'x' type: DT_FLOAT } input_arg { name: 'w' type: DT_FLOAT }
              output_arg { name: 'yes' type: DT_BOOL } }
            node_def { name: 'yes' op: 'Const' attr { key: 'dtype' value { type: DT_BOOL } }
              attr { key: 'value' value { tensor { dtype: DT_BOOL bool_val: true
                tensor_shape {} } } } }
            ret { key: 'yes' value: 'yes:output:0' }
          }
          function {
            signature { name: 'halve'
              input_arg { name: 'x' type: DT_FLOAT } input_arg { name: 'w' type: DT_FLOAT }
              output_arg { name: 'y' type: DT_FLOAT } output_arg { name: 'v' type: DT_FLOAT } }
            node_def { name: 'conv' op: 'Conv2D' input: ['x', 'w'] T STRIDES }
            ret { key: 'y' value: 'conv:output:0' }
            ret { key: 'v' value: 'w' }
          }
          function {
            signature { name: 'same'
              input_arg { name: 'x' type: DT_FLOAT } input_arg { name: 'w' type: DT_FLOAT }
              output_arg { name: 'y' type: DT_FLOAT } output_arg { name: 'v' type: DT_FLOAT } }
            ret { key: 'y' value: 'x' }
            ret { key: 'v' value: 'w' }
          }
          function {
            signature { name: 'multiply'
              input_arg { name: 'a' type: DT_FLOAT } input_arg { name: 'b' type: DT_FLOAT }
              output_arg { name: 'c' type: DT_FLOAT } }
            node_def { name: 'product' op: 'MatMul' input: ['a', 'b'] T }
            ret { key: 'c' value: 'product:product:0' }
          }
        }
      }
      """;

  @Test
  void variablesKeepTheirShapesInFunctions() throws TextFormat.ParseException {
    MetaGraphDef graph = graph(LAYER, input("input", -1, 17, 17, 8), "output");
    ProgramKernels found = ProgramKernels.of(graph, List.of("serve"), 6);
    assertEquals(
        List.of(
            "Conv2D float32 [6,17,17,8] x [3,3,8,12] stride 2 VALID",
            "Mean float32 [6,8,8,12] axes 1,2",
            "MatMul float32 [6,12] x [12,10]"),
        lines(found));
    assertEquals(0, found.unchecked());
  }

  @Test
  void unknownSizesAndOtherLayoutsAreCounted() throws TextFormat.ParseException {
    MetaGraphDef open = graph(LAYER, input("input", -1, -1, 17, 8), "output");
    ProgramKernels found = ProgramKernels.of(open, List.of("serve"), 6);
    assertEquals(List.of("MatMul float32 [6,12] x [12,10]"), lines(found));
    assertEquals(2, found.unchecked());
    assertEquals(Optional.of("layers/conv"), found.example());

    String other =
        LAYER.replace("STRIDES", "attr { key: 'data_format' value { s: 'NCHW' } } STRIDES");
    MetaGraphDef channelsFirst = graph(other, input("input", -1, 8, 17, 17), "output");
    assertEquals(
        Optional.of("layers/conv"),
        ProgramKernels.of(channelsFirst, List.of("serve"), 6).example());
  }

  @Test
  void loopsBranchesAndMapsAreWalked() throws TextFormat.ParseException {
    String inputs = input("image", -1, 16, 16, 4);
    ProgramKernels loop =
        ProgramKernels.of(graph(CONTROL_FLOW, inputs, "loop"), List.of("serve"), 2);
    // The sizes of later rounds depend on how many there are.
    assertEquals(List.of("Conv2D float32 [2,16,16,4] x [2,2,4,4] stride 2 VALID"), lines(loop));
    assertEquals(Optional.of("halve/conv"), loop.example());

    ProgramKernels branches =
        ProgramKernels.of(graph(CONTROL_FLOW, inputs, "either:1"), List.of("serve"), 2);
    assertEquals(lines(loop), lines(branches));
    assertEquals(0, branches.unchecked());

    ProgramKernels each =
        ProgramKernels.of(
            graph(CONTROL_FLOW, input("matrices", -1, 5, 5), "all"), List.of("serve"), 2);
    assertEquals(
        List.of("MatMul float32 [5,5] x [5,5]", "BatchMatMulV2 float32 [2,5,5] x [2,5,5]"),
        lines(each));
    assertEquals(0, each.unchecked());
  }

  @Test
  void loopsOfTheFirstTensorFlowEndAndAreCounted() throws TextFormat.ParseException {
    String loop =
        """
        graph_def {
          node { name: 'image' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
          node { name: 'filter' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
          node { name: 'goes_on' op: 'Placeholder' attr { key: 'dtype' value { type: DT_BOOL } } }
          node { name: 'enter' op: 'Enter' input: 'image' T
            attr { key: 'frame_name' value { s: 'loop' } } }
          node { name: 'merge' op: 'Merge' input: ['enter', 'next'] T
            attr { key: 'N' value { i: 2 } } }
          node { name: 'switch' op: 'Switch' input: ['merge', 'goes_on'] T }
          node { name: 'conv' op: 'Conv2D' input: ['switch:1', 'filter'] T STRIDES }
          node { name: 'next' op: 'NextIteration' input: 'conv' T }
          node { name: 'exit' op: 'Exit' input: 'switch' T }
        }
        """;
    ProgramKernels found =
        ProgramKernels.of(graph(loop, input("image", 1, 16, 16, 4), "exit"), List.of("serve"), 1);
    assertEquals(List.of(), found.calls());
    assertEquals(Optional.of("conv"), found.example());
  }

  // TensorFlow would end the process.
  @Test
  void aGatherOverMoreAxesThanThereAreIsRefused() throws TextFormat.ParseException {
    String gather =
        """
        graph_def {
          node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
          node { name: 'row' op: 'Const' attr { key: 'dtype' value { type: DT_INT32 } }
            attr { key: 'value' value { tensor { dtype: DT_INT32 tensor_shape {} int_val: 0 } } } }
          node { name: 'taken' op: 'GatherV2' input: ['x', 'row', 'row']
            attr { key: 'Tparams' value { type: DT_FLOAT } }
            attr { key: 'Tindices' value { type: DT_INT32 } }
            attr { key: 'Taxis' value { type: DT_INT32 } }
            attr { key: 'batch_dims' value { i: AXES } } }
          node { name: 'product' op: 'MatMul' input: ['taken', 'taken'] T }
        }
        """;
    String input = input("x", 1, 2, 2);
    assertRefusedOnlyDamaged(
        graph(gather.replace("AXES", "0"), input, "product"),
        "MatMul float32 [2,2] x [2,2]",
        graph(gather.replace("AXES", "4"), input, "product"),
        "node taken: a GatherV2 with an input of shape [1, 2, 2]");
  }

  @Test
  void aSplitByOneSizeThatIsNoListIsRefused() throws TextFormat.ParseException {
    String split =
        """
        graph_def {
          node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
          node { name: 'sizes' op: 'Const' attr { key: 'dtype' value { type: DT_INT32 } }
            attr { key: 'value' value { tensor { dtype: DT_INT32 tensor_shape { DIM }
                                                int_val: [1, 2] } } } }
          node { name: 'axis' op: 'Const' attr { key: 'dtype' value { type: DT_INT32 } }
            attr { key: 'value' value { tensor { dtype: DT_INT32 tensor_shape {} int_val: 0 } } } }
          node { name: 'parts' op: 'SplitV' input: ['x', 'sizes', 'axis'] T
            attr { key: 'Tlen' value { type: DT_INT32 } }
            attr { key: 'num_split' value { i: 2 } } }
          node { name: 'product' op: 'MatMul' input: ['parts', 'parts:1'] T }
        }
        """;
    String input = input("x", 3, 2);
    assertRefusedOnlyDamaged(
        graph(split.replace("DIM", "dim { size: 2 }"), input, "product"),
        "MatMul float32 [1,2] x [2,2]",
        graph(split.replace("DIM", ""), input, "product"),
        "node parts: a SplitV with an input of shape []");
  }

  private static void assertRefusedOnlyDamaged(
      MetaGraphDef sound, String product, MetaGraphDef damaged, String refusal) {
    ProgramKernels found = ProgramKernels.of(sound, List.of("serve"), 1);
    assertEquals(List.of(product), lines(found));
    assertRefused(() -> ProgramKernels.of(damaged, List.of("serve"), 1), refusal);
  }

  private static String input(String node, long... sizes) {
    StringBuilder shape = new StringBuilder();
    for (long size : sizes) {
      shape.append("dim { size: ").append(size).append(" } ");
    }
    return "inputs { key: 'in' value { name: '%s:0' dtype: DT_FLOAT tensor_shape { %s } } }"
        .formatted(node, shape);
  }

  private static MetaGraphDef graph(String text, String inputs, String output)
      throws TextFormat.ParseException {
    String whole =
        text.replaceAll(" T(?=\\s)", " " + FLOAT).replace("STRIDES", STEPS)
            + "signature_def { key: 'serve' value { %s outputs { key: 'out' value { name: '%s' } } } }"
                .formatted(inputs, output);
    return TextFormat.parse(whole, MetaGraphDef.class);
  }

  private static List<String> lines(ProgramKernels kernels) {
    return kernels.calls().stream().map(KernelCall::describe).toList();
  }
}
