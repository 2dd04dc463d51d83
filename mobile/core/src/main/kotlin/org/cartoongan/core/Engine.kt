package org.cartoongan.core

import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.LiteRtException
import com.google.ai.edge.litert.TensorBuffer
import java.io.Closeable

/** What computes a network of one size. */
interface Engine : Closeable {
    val size: Extent

    /** Of the model, for messages. */
    val name: String

    /**
     * @param photo RGB in -1..1, row by row, of [size].
     * @return the cartoon, alike.
     */
    fun run(photo: FloatArray): FloatArray
}

/**
 * A model on LiteRT. Not for several threads at once; and a GPU wants the thread that made it.
 *
 * Buffers are made once and freed by [close].
 */
class LiteRtEngine
private constructor(
    override val size: Extent,
    override val name: String,
    private val model: CompiledModel,
    private val inputs: List<TensorBuffer>,
    private val outputs: List<TensorBuffer>,
) : Engine {
    private var open = true

    override fun run(photo: FloatArray): FloatArray {
        check(open) { "An engine must be open. Received: $name, closed" }
        require(photo.size == size.width * size.height * 3) {
            "A photo for $name must have $size pixels of 3 channels. Received: ${photo.size} numbers"
        }
        try {
            inputs[0].writeFloat(photo)
            model.run(inputs, outputs)
            return outputs[0].readFloat()
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
        /**
         * Opens a model, checked against its description first.
         *
         * @param accelerator where it shall run. It runs there or fails: given a list,
         *   LiteRT falls back to the CPU without a word.
         * @param threads on the CPU; null leaves it to LiteRT.
         * @throws CartoonException when the file is damaged, or cannot run there.
         */
        fun open(
            model: Model,
            accelerator: Accelerator = Accelerator.CPU,
            threads: Int? = null,
        ): LiteRtEngine {
            model.verify()
            val options = CompiledModel.Options(accelerator)
            if (accelerator == Accelerator.CPU && threads != null) {
                options.cpuOptions = CompiledModel.CpuOptions(numThreads = threads)
            }
            val name = "${model.file.name} on $accelerator"
            val opened = mutableListOf<AutoCloseable>()
            try {
                val compiled = CompiledModel.create(model.file.path, options).also(opened::add)
                val inputs = compiled.createInputBuffers().also(opened::addAll)
                val outputs = compiled.createOutputBuffers().also(opened::addAll)
                if (inputs.size != 1 || outputs.size != 1) {
                    throw CartoonException(
                        "${model.file} must have one input and one output. Received: ${inputs.size} and ${outputs.size}"
                    )
                }
                return LiteRtEngine(model.size, name, compiled, inputs, outputs)
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
