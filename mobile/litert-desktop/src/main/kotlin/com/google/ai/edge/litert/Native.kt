package com.google.ai.edge.litert

/** The functions of src/main/cpp/litert_jni.cc. */
internal object Native {
    init {
        System.loadLibrary("litert_jni")
    }

    @JvmStatic external fun createEnvironment(): Long
    @JvmStatic external fun destroyEnvironment(environment: Long)
    @JvmStatic external fun loadModel(environment: Long, path: String): Long
    @JvmStatic external fun destroyModel(model: Long)
    @JvmStatic external fun compile(
        environment: Long, model: Long, accelerators: IntArray, threads: Int,
    ): Long
    @JvmStatic external fun destroyCompiled(compiled: Long)
    @JvmStatic external fun createBuffers(
        environment: Long, compiled: Long, model: Long, input: Boolean,
    ): LongArray
    @JvmStatic external fun destroyBuffer(buffer: Long)
    @JvmStatic external fun write(buffer: Long, data: FloatArray)
    @JvmStatic external fun read(buffer: Long): FloatArray
    @JvmStatic external fun run(compiled: Long, inputs: LongArray, outputs: LongArray)
}
