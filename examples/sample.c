/* Draws samples of an exported model with TensorFlow's C API.
 *
 *     cc -I INCLUDE sample.c -L LIB -l:libtensorflow_cc.so.2 \
 *         -l:libtensorflow_framework.so.2 -Wl,-rpath,LIB -o sample
 *     ./sample MODEL SEED COUNT SAMPLES.ppm
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tensorflow/c/c_api.h>

static TF_Status *status;

static void check(const char *what) {
  if (TF_GetCode(status) != TF_OK) {
    fprintf(stderr, "%s: %s\n", what, TF_Message(status));
    exit(1);
  }
}

static TF_Tensor *integer(long long value) {
  TF_Tensor *tensor = TF_AllocateTensor(TF_INT64, NULL, 0, sizeof value);
  memcpy(TF_TensorData(tensor), &value, sizeof value);
  return tensor;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: %s MODEL SEED COUNT SAMPLES.ppm\n", argv[0]);
    return 2;
  }
  status = TF_NewStatus();
  TF_Graph *graph = TF_NewGraph();
  TF_SessionOptions *options = TF_NewSessionOptions();
  const char *tags[] = {"serve"};
  TF_Session *session =
      TF_LoadSessionFromSavedModel(options, NULL, argv[1], tags, 1, graph, NULL, status);
  check("loading the model");

  /* An operation's name is SIGNATURE_INPUT or SIGNATURE_OUTPUT. */
  TF_Output inputs[] = {{TF_GraphOperationByName(graph, "sample_seed"), 0},
                        {TF_GraphOperationByName(graph, "sample_count"), 0},
                        {TF_GraphOperationByName(graph, "sample_sigmas"), 0}};
  TF_Output output = {TF_GraphOperationByName(graph, "sample_images"), 0};
  int64_t none = 0; /* No levels: one step. */
  TF_Tensor *values[] = {integer(atoll(argv[2])), integer(atoll(argv[3])),
                         TF_AllocateTensor(TF_FLOAT, &none, 1, 0)};
  TF_Tensor *images; /* uint8 [count, height, width, 3] */
  TF_SessionRun(session, NULL, inputs, values, 3, &output, &images, 1, NULL, 0, NULL, status);
  check("drawing samples");

  FILE *file = fopen(argv[4], "wb");
  fprintf(file, "P6\n%lld %lld\n255\n", (long long)TF_Dim(images, 2),
          (long long)(TF_Dim(images, 0) * TF_Dim(images, 1)));
  fwrite(TF_TensorData(images), 1, TF_TensorByteSize(images), file);
  return fclose(file);
}
