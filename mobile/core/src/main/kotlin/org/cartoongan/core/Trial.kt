package org.cartoongan.core

import java.io.File
import java.io.IOException

/**
 * Which of two files of a network computes sooner on this device: measured once, and kept in a file.
 *
 * Processors differ by whether they multiply bytes: by dot products (`asimddp`, VNNI) int8 takes a
 * third of float16's time, without them as long. Their names say little of it, so they are timed.
 *
 * @param file where the answer is kept; of no backup, for another device has another answer.
 */
internal class Trial(private val file: File) {
    /** Nanoseconds a picture, the least of several. */
    data class Times(val int8: Long, val float16: Long) {
        /** int8's pictures are a little further from the network's: to be taken it must be worth it. */
        val isInt8Quicker get() = int8 <= WORTH * float16
    }

    /**
     * What is kept of these two files, else what is measured now: about a second.
     *
     * @throws CartoonException when either cannot run.
     */
    fun of(int8: Model, float16: Model, measure: (Model, Model) -> Times = ::measure): Times {
        val names = "${int8.sha256} ${float16.sha256}"
        kept(names)?.let { return it }
        return measure(int8, float16).also { keep("$names ${it.int8} ${it.float16}") }
    }

    private fun kept(names: String): Times? {
        val text = if (file.isFile) file.readText() else return null
        if (!text.startsWith("$names ")) return null // of other files
        val numbers = text.removePrefix(names).trim().split(' ').map { it.toLongOrNull() ?: return null }
        return if (numbers.size == 2) Times(numbers[0], numbers[1]) else null
    }

    private fun keep(text: String) {
        try {
            file.parentFile?.mkdirs()
            file.writeText(text)
        } catch (_: IOException) { // measured again the next time
            file.delete()
        }
    }

    companion object {
        private const val WORTH = 0.8
        private const val TURNS = 6 // the first warms up

        /** Runs both in turns, so that a processor that slows down slows both. */
        fun measure(int8: Model, float16: Model): Times = LiteRtEngine.open(int8).use { first ->
            LiteRtEngine.open(float16).use { second ->
                val engines = listOf(first, second)
                val photos = engines.map { engine ->
                    FloatArray(engine.size.width * engine.size.height * 3) { (it % 255) / 127f - 1f }
                }
                val turns = List(TURNS) {
                    engines.zip(photos) { engine, photo ->
                        val start = System.nanoTime()
                        engine.run(photo)
                        System.nanoTime() - start
                    }
                }.drop(1)
                Times(turns.minOf { it[0] }, turns.minOf { it[1] })
            }
        }
    }
}
