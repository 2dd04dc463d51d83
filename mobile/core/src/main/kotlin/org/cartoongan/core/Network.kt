package org.cartoongan.core

import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.LiteRtException
import com.google.ai.edge.litert.TensorBuffer
import java.io.Closeable
import java.io.File

/**
 * A file on LiteRT with one input. Its buffers are made once and freed by [close].
 *
 * Not for several threads at once; and a GPU wants the thread that made it.
 */
internal class Network
private constructor(
    val name: String,
    private val model: CompiledModel,
    private val inputs: List<TensorBuffer>,
    private val outputs: List<TensorBuffer>,
) : Closeable {
    private var open = true

    fun run(numbers: FloatArray): List<FloatArray> {
        check(open) { "A network must be open. Received: $name, closed" }
        try {
            inputs[0].writeFloat(numbers)
            model.run(inputs, outputs)
            return outputs.map { it.readFloat() }
        } catch (error: LiteRtException) {
            throw CartoonException("$name must run. Received: ${error.message}", error)
        }
    }

    override fun close() {
        if (!open) return
        open = false
        (inputs + outputs).forEach { it.close() }
        model.close()
    }

    companion object {
        /** Half of a phone's eight are small and would be waited for. */
        fun usualThreads(processors: Int = Runtime.getRuntime().availableProcessors()) = processors.coerceIn(1, 4)

        /**
         * @param accelerator where it shall run. It runs there or fails: given a list,
         *   LiteRT falls back to the CPU without a word.
         * @param threads on the CPU; null takes [usualThreads], for LiteRT by itself takes one.
         * @throws CartoonException when the file is damaged, or cannot run there.
         */
        fun open(file: File, accelerator: Accelerator, threads: Int?, outputs: Int): Network {
            val options = CompiledModel.Options(accelerator)
            if (accelerator == Accelerator.CPU) {
                options.cpuOptions = CompiledModel.CpuOptions(numThreads = threads ?: usualThreads())
            } else if (accelerator == Accelerator.GPU) {
                // The styles that normalise by instance sum squares over the whole picture: beyond 16 bits.
                options.gpuOptions = CompiledModel.GpuOptions(precision = CompiledModel.GpuOptions.Precision.FP32)
            }
            val name = "${file.name} on $accelerator"
            val opened = mutableListOf<AutoCloseable>()
            try {
                val compiled = CompiledModel.create(file.path, options).also(opened::add)
                val input = compiled.createInputBuffers().also(opened::addAll)
                val output = compiled.createOutputBuffers().also(opened::addAll)
                if (input.size != 1 || output.size != outputs) {
                    throw CartoonException(
                        "$file must have 1 input and $outputs output(s). Received: ${input.size} and ${output.size}"
                    )
                }
                return Network(name, compiled, input, output)
            } catch (error: Exception) {
                opened.asReversed().forEach { it.close() }
                if (error is CartoonException) throw error
                throw CartoonException("$name must start. Received: ${error.message}", error)
            } catch (error: LinkageError) { // no library for this processor
                throw CartoonException("LiteRT must be installed for $name. Received: ${error.message}", error)
            }
        }
    }
}
