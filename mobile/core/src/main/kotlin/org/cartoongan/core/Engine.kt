package org.cartoongan.core

import com.google.ai.edge.litert.Accelerator
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

/** A model on LiteRT. Not for several threads at once; and a GPU wants the thread that made it. */
class LiteRtEngine
private constructor(override val size: Extent, private val network: Network) : Engine {
    override val name get() = network.name

    override fun run(photo: FloatArray): FloatArray {
        require(photo.size == size.width * size.height * 3) {
            "A photo for $name must have $size pixels of 3 channels. Received: ${photo.size} numbers"
        }
        return network.run(photo).single()
    }

    override fun close() = network.close()

    companion object {
        /**
         * Opens a model, checked against its description first.
         *
         * @param accelerator where it shall run. It runs there or fails.
         * @param threads on the CPU; null takes all processors up to 4.
         * @throws CartoonException when the file is damaged, or cannot run there.
         */
        @JvmStatic
        @JvmOverloads
        @Throws(CartoonException::class)
        fun open(
            model: Model,
            accelerator: Accelerator = Accelerator.CPU,
            threads: Int? = null,
        ): LiteRtEngine {
            model.verify()
            return LiteRtEngine(model.size, Network.open(model.file, accelerator, threads, outputs = 1))
        }
    }
}
