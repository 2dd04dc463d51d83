// The native half of the desktop stand-in: LiteRT's C API for one model with one signature.
//
// The wheel brings libLiteRt.so without headers, so what is called is declared here. Handles
// are opaque pointers; a tensor's type is only handed on, never looked into.

#include <jni.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Handle = void*;
using Status = int;    // 0 is well
using Index = size_t;  // LiteRtParamIndex

constexpr int kCpu = 1, kGpu = 2, kNpu = 4;
constexpr int kRead = 0, kWrite = 1;

// LiteRtRankedTensorType is 72 bytes in 2.3; room for it to grow
struct alignas(16) TensorType {
  unsigned char bytes[512];
};

}  // namespace

extern "C" {
Status LiteRtCreateEnvironment(int count, const void* options, Handle* environment);
void LiteRtDestroyEnvironment(Handle environment);
Status LiteRtCreateModelFromFile(Handle environment, const char* path, Handle* model);
void LiteRtDestroyModel(Handle model);
Status LiteRtGetModelSignature(Handle model, Index index, Handle* signature);
Status LiteRtGetNumSignatureInputs(Handle signature, Index* count);
Status LiteRtGetNumSignatureOutputs(Handle signature, Index* count);
Status LiteRtGetSignatureInputTensorByIndex(Handle signature, Index index, Handle* tensor);
Status LiteRtGetSignatureOutputTensorByIndex(Handle signature, Index index, Handle* tensor);
Status LiteRtGetRankedTensorType(Handle tensor, TensorType* type);
Status LiteRtCreateOptions(Handle* options);
void LiteRtDestroyOptions(Handle options);
Status LiteRtSetOptionsHardwareAccelerators(Handle options, int accelerators);
Status LiteRtCreateOpaqueOptions(const char* name, void* payload, void (*free)(void*),
                                 Handle* opaque);
Status LiteRtAddOpaqueOptions(Handle options, Handle opaque);
Status LiteRtCreateCompiledModel(Handle environment, Handle model, Handle options,
                                 Handle* compiled);
void LiteRtDestroyCompiledModel(Handle compiled);
Status LiteRtGetCompiledModelInputBufferRequirements(Handle compiled, Index signature,
                                                     Index input, Handle* requirements);
Status LiteRtGetCompiledModelOutputBufferRequirements(Handle compiled, Index signature,
                                                      Index output, Handle* requirements);
Status LiteRtCreateManagedTensorBufferFromRequirements(Handle environment,
                                                       const TensorType* type,
                                                       Handle requirements, Handle* buffer);
void LiteRtDestroyTensorBuffer(Handle buffer);
Status LiteRtGetTensorBufferPackedSize(Handle buffer, size_t* bytes);
Status LiteRtLockTensorBuffer(Handle buffer, void** address, int mode);
Status LiteRtUnlockTensorBuffer(Handle buffer);
Status LiteRtRunCompiledModel(Handle compiled, Index signature, size_t inputs,
                              Handle* input, size_t outputs, Handle* output);
}

namespace {

// Throws LiteRtException(status, what); true when there was nothing to throw.
bool Check(JNIEnv* env, Status status, const char* what) {
  if (status == 0) return true;
  jclass type = env->FindClass("com/google/ai/edge/litert/LiteRtException");
  jmethodID make = env->GetMethodID(type, "<init>", "(ILjava/lang/String;)V");
  std::string message = std::string(what) + " failed with LiteRT status " +
                        std::to_string(status);
  jstring text = env->NewStringUTF(message.c_str());
  env->Throw(static_cast<jthrowable>(env->NewObject(type, make, status, text)));
  return false;
}

Handle Of(jlong handle) { return reinterpret_cast<Handle>(handle); }
jlong As(Handle handle) { return reinterpret_cast<jlong>(handle); }

// The buffers of all inputs, or of all outputs.
jlongArray CreateBuffers(JNIEnv* env, jlong environment, jlong compiled, jlong model,
                         bool input) {
  Handle signature = nullptr;
  if (!Check(env, LiteRtGetModelSignature(Of(model), 0, &signature), "signature"))
    return nullptr;
  Index count = 0;
  Status status = input ? LiteRtGetNumSignatureInputs(signature, &count)
                        : LiteRtGetNumSignatureOutputs(signature, &count);
  if (!Check(env, status, "count of tensors")) return nullptr;
  std::vector<jlong> buffers;
  for (Index i = 0; i < count; ++i) {
    Handle tensor = nullptr, requirements = nullptr, buffer = nullptr;
    TensorType type = {};
    status = input ? LiteRtGetSignatureInputTensorByIndex(signature, i, &tensor)
                   : LiteRtGetSignatureOutputTensorByIndex(signature, i, &tensor);
    if (status == 0) status = LiteRtGetRankedTensorType(tensor, &type);
    if (status == 0)
      status = input ? LiteRtGetCompiledModelInputBufferRequirements(Of(compiled), 0, i,
                                                                     &requirements)
                     : LiteRtGetCompiledModelOutputBufferRequirements(Of(compiled), 0, i,
                                                                      &requirements);
    if (status == 0)
      status = LiteRtCreateManagedTensorBufferFromRequirements(Of(environment), &type,
                                                               requirements, &buffer);
    if (!Check(env, status, "buffer")) {
      for (jlong made : buffers) LiteRtDestroyTensorBuffer(Of(made));
      return nullptr;
    }
    buffers.push_back(As(buffer));
  }
  jlongArray handles = env->NewLongArray(static_cast<jsize>(buffers.size()));
  env->SetLongArrayRegion(handles, 0, static_cast<jsize>(buffers.size()), buffers.data());
  return handles;
}

std::vector<Handle> Handles(JNIEnv* env, jlongArray array) {
  std::vector<jlong> values(env->GetArrayLength(array));
  env->GetLongArrayRegion(array, 0, static_cast<jsize>(values.size()), values.data());
  std::vector<Handle> handles;
  for (jlong value : values) handles.push_back(Of(value));
  return handles;
}

}  // namespace

#define NATIVE(result, name) \
  extern "C" JNIEXPORT result JNICALL Java_com_google_ai_edge_litert_Native_##name

NATIVE(jlong, createEnvironment)(JNIEnv* env, jclass) {
  Handle environment = nullptr;
  Check(env, LiteRtCreateEnvironment(0, nullptr, &environment), "environment");
  return As(environment);
}

NATIVE(void, destroyEnvironment)(JNIEnv*, jclass, jlong environment) {
  LiteRtDestroyEnvironment(Of(environment));
}

NATIVE(jlong, loadModel)(JNIEnv* env, jclass, jlong environment, jstring path) {
  const char* text = env->GetStringUTFChars(path, nullptr);
  Handle model = nullptr;
  Status status = LiteRtCreateModelFromFile(Of(environment), text, &model);
  env->ReleaseStringUTFChars(path, text);
  Check(env, status, "reading the model");
  return As(model);
}

NATIVE(void, destroyModel)(JNIEnv*, jclass, jlong model) { LiteRtDestroyModel(Of(model)); }

NATIVE(jlong, compile)(JNIEnv* env, jclass, jlong environment, jlong model,
                       jintArray accelerators, jint threads) {
  const int flags[] = {0, kCpu, kGpu, kNpu};
  int wanted = 0;
  std::vector<jint> values(env->GetArrayLength(accelerators));
  env->GetIntArrayRegion(accelerators, 0, static_cast<jsize>(values.size()), values.data());
  for (jint value : values) wanted |= flags[value];
  Handle options = nullptr, compiled = nullptr, opaque = nullptr;
  Status status = LiteRtCreateOptions(&options);
  if (status == 0) status = LiteRtSetOptionsHardwareAccelerators(options, wanted);
  if (status == 0 && threads > 0) {
    std::string toml = "num_threads = " + std::to_string(threads) + "\n";
    char* payload = strdup(toml.c_str());
    status = LiteRtCreateOpaqueOptions("xnnpack", payload, free, &opaque);
    if (status == 0) status = LiteRtAddOpaqueOptions(options, opaque);
  }
  if (status == 0)
    status = LiteRtCreateCompiledModel(Of(environment), Of(model), options, &compiled);
  if (options != nullptr) LiteRtDestroyOptions(options);
  Check(env, status, "compiling the model");
  return As(compiled);
}

NATIVE(void, destroyCompiled)(JNIEnv*, jclass, jlong compiled) {
  LiteRtDestroyCompiledModel(Of(compiled));
}

NATIVE(jlongArray, createBuffers)(JNIEnv* env, jclass, jlong environment, jlong compiled,
                                  jlong model, jboolean input) {
  return CreateBuffers(env, environment, compiled, model, input == JNI_TRUE);
}

NATIVE(void, destroyBuffer)(JNIEnv*, jclass, jlong buffer) {
  LiteRtDestroyTensorBuffer(Of(buffer));
}

NATIVE(void, write)(JNIEnv* env, jclass, jlong buffer, jfloatArray data) {
  size_t bytes = 0;
  void* address = nullptr;
  if (!Check(env, LiteRtGetTensorBufferPackedSize(Of(buffer), &bytes), "size")) return;
  jsize count = env->GetArrayLength(data);
  if (bytes != count * sizeof(jfloat)) {
    Check(env, 1, "writing a buffer of another size");  // kLiteRtStatusErrorInvalidArgument
    return;
  }
  if (!Check(env, LiteRtLockTensorBuffer(Of(buffer), &address, kWrite), "lock")) return;
  env->GetFloatArrayRegion(data, 0, count, static_cast<jfloat*>(address));
  Check(env, LiteRtUnlockTensorBuffer(Of(buffer)), "unlock");
}

NATIVE(jfloatArray, read)(JNIEnv* env, jclass, jlong buffer) {
  size_t bytes = 0;
  void* address = nullptr;
  if (!Check(env, LiteRtGetTensorBufferPackedSize(Of(buffer), &bytes), "size"))
    return nullptr;
  if (!Check(env, LiteRtLockTensorBuffer(Of(buffer), &address, kRead), "lock"))
    return nullptr;
  jsize count = static_cast<jsize>(bytes / sizeof(jfloat));
  jfloatArray data = env->NewFloatArray(count);
  if (data != nullptr)
    env->SetFloatArrayRegion(data, 0, count, static_cast<jfloat*>(address));
  Check(env, LiteRtUnlockTensorBuffer(Of(buffer)), "unlock");
  return data;
}

NATIVE(void, run)(JNIEnv* env, jclass, jlong compiled, jlongArray inputs,
                  jlongArray outputs) {
  std::vector<Handle> in = Handles(env, inputs), out = Handles(env, outputs);
  Check(env,
        LiteRtRunCompiledModel(Of(compiled), 0, in.size(), in.data(), out.size(), out.data()),
        "running the model");
}
