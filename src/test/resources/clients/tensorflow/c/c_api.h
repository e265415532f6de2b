/* The part of TensorFlow's C API that examples/sample.c uses, declared for the test that compiles
 * it; TensorFlow's own header comes with its C library and with its Python package. */
#include <stddef.h>
#include <stdint.h>

typedef struct TF_Status TF_Status;
typedef struct TF_Tensor TF_Tensor;
typedef struct TF_Buffer TF_Buffer;
typedef struct TF_Graph TF_Graph;
typedef struct TF_Operation TF_Operation;
typedef struct TF_Session TF_Session;
typedef struct TF_SessionOptions TF_SessionOptions;
typedef struct TF_Output {
  TF_Operation *oper;
  int index;
} TF_Output;
typedef enum TF_Code { TF_OK = 0 } TF_Code;
typedef enum TF_DataType { TF_FLOAT = 1, TF_INT64 = 9 } TF_DataType;

TF_Status *TF_NewStatus(void);
TF_Code TF_GetCode(const TF_Status *status);
const char *TF_Message(const TF_Status *status);
TF_Tensor *TF_AllocateTensor(TF_DataType type, const int64_t *dims, int num_dims, size_t bytes);
void *TF_TensorData(const TF_Tensor *tensor);
size_t TF_TensorByteSize(const TF_Tensor *tensor);
int64_t TF_Dim(const TF_Tensor *tensor, int axis);
TF_Graph *TF_NewGraph(void);
TF_Operation *TF_GraphOperationByName(TF_Graph *graph, const char *name);
TF_SessionOptions *TF_NewSessionOptions(void);
TF_Session *TF_LoadSessionFromSavedModel(const TF_SessionOptions *options,
                                         const TF_Buffer *run_options, const char *folder,
                                         const char *const *tags, int num_tags, TF_Graph *graph,
                                         TF_Buffer *meta_graph, TF_Status *status);
void TF_SessionRun(TF_Session *session, const TF_Buffer *run_options, const TF_Output *inputs,
                   TF_Tensor *const *input_values, int num_inputs, const TF_Output *outputs,
                   TF_Tensor **output_values, int num_outputs,
                   const TF_Operation *const *targets, int num_targets, TF_Buffer *metadata,
                   TF_Status *status);
