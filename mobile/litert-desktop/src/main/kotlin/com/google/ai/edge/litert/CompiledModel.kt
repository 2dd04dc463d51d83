// Our own declarations of the part of LiteRT's Kotlin API that core/ calls, for the desktop.
// See ../../../../../../../../../README.md: the app is built with Google's own classes.
package com.google.ai.edge.litert

import java.util.concurrent.atomic.AtomicBoolean

enum class Accelerator { NONE, CPU, GPU, NPU }

class LiteRtException(val code: Int, message: String) : Exception(message)

/** A native object that is freed once. */
abstract class JniHandle internal constructor(internal val handle: Long) : AutoCloseable {
    private val freed = AtomicBoolean(false)

    protected fun assertNotDestroyed() {
        check(!freed.get()) { "The handle has been destroyed." }
    }

    protected abstract fun destroy()

    final override fun close() {
        if (freed.compareAndSet(false, true)) destroy()
    }
}

class TensorBuffer internal constructor(handle: Long) : JniHandle(handle) {
    fun writeFloat(data: FloatArray) {
        assertNotDestroyed()
        Native.write(handle, data)
    }

    fun readFloat(): FloatArray {
        assertNotDestroyed()
        return Native.read(handle)
    }

    override fun destroy() = Native.destroyBuffer(handle)
}

class CompiledModel
private constructor(handle: Long, private val model: Long, private val environment: Long) :
    JniHandle(handle) {

    data class CpuOptions(
        val numThreads: Int? = null,
        val xnnPackFlags: Int? = null,
        val xnnPackWeightCachePath: String? = null,
    )

    data class GpuOptions(val precision: Precision? = null) {
        enum class Precision(val value: Int) { DEFAULT(0), FP16(1), FP32(2) }
    }

    class Options(internal vararg val accelerators: Accelerator) {
        var cpuOptions: CpuOptions? = null
        var gpuOptions: GpuOptions? = null // taken and left: a desktop's runtime is given no GPU
    }

    @JvmOverloads
    fun createInputBuffers(signatureIndex: Int = 0): List<TensorBuffer> =
        createBuffers(signatureIndex, input = true)

    @JvmOverloads
    fun createOutputBuffers(signatureIndex: Int = 0): List<TensorBuffer> =
        createBuffers(signatureIndex, input = false)

    private fun createBuffers(signatureIndex: Int, input: Boolean): List<TensorBuffer> {
        assertNotDestroyed()
        require(signatureIndex == 0) { "The stand-in knows one signature." }
        return Native.createBuffers(environment, handle, model, input).map { TensorBuffer(it) }
    }

    @JvmOverloads
    fun run(inputs: List<TensorBuffer>, outputs: List<TensorBuffer>, signatureIndex: Int = 0) {
        assertNotDestroyed()
        require(signatureIndex == 0) { "The stand-in knows one signature." }
        Native.run(
            handle,
            inputs.map { it.handle }.toLongArray(),
            outputs.map { it.handle }.toLongArray(),
        )
    }

    override fun destroy() {
        Native.destroyCompiled(handle)
        Native.destroyModel(model)
        Native.destroyEnvironment(environment)
    }

    companion object {
        @JvmStatic
        @JvmOverloads
        fun create(filePath: String, options: Options = Options(Accelerator.CPU)): CompiledModel {
            val environment = Native.createEnvironment()
            var model = 0L
            try {
                model = Native.loadModel(environment, filePath)
                val compiled = Native.compile(
                    environment,
                    model,
                    options.accelerators.map { it.ordinal }.toIntArray(),
                    options.cpuOptions?.numThreads ?: 0,
                )
                return CompiledModel(compiled, model, environment)
            } catch (error: LiteRtException) {
                if (model != 0L) Native.destroyModel(model)
                Native.destroyEnvironment(environment)
                throw error
            }
        }
    }
}
