package org.cartoongan.core

import kotlin.math.PI
import kotlin.math.abs
import kotlin.math.ceil
import kotlin.math.max
import kotlin.math.min
import kotlin.math.round
import kotlin.math.sin
import org.opencv.core.CvType
import org.opencv.core.Mat

/** A picture's size in pixels. */
data class Extent(val width: Int, val height: Int) {
    override fun toString() = "${width}x$height"

    /** This, shrunk with its ratio kept until it fits; never enlarged. As in Python, halves to even. */
    fun fittedInto(box: Extent): Extent {
        val ratio = min(1.0, min(box.height.toDouble() / height, box.width.toDouble() / width))
        fun side(length: Int) = max(1, round(length * ratio).toInt())
        return Extent(side(width), side(height))
    }
}

/**
 * Resizes a photo as Pillow's antialiased Lanczos filter does, bit for bit: a network sees what
 * it sees in Python. OpenCV has no such filter (its Lanczos does not antialias).
 */
internal object Lanczos {
    private const val LOBES = 3.0
    private const val BITS = 22 // of a weight's fraction; 8 bits of level and a sign fit above
    private const val STRIP = 64 // rows read at once

    /** @return RGB, 8 bits. */
    fun resize(photo: Raster, size: Extent, watch: (Float) -> Unit): Mat {
        val columns = Weights(photo.width, size.width)
        val rows = Weights(photo.height, size.height)
        val narrow = ByteArray(photo.height * size.width * 3)
        val strip = IntArray(photo.width * min(STRIP, photo.height))
        for (top in 0 until photo.height step STRIP) {
            val count = min(STRIP, photo.height - top)
            photo.read(0, top, photo.width, count, strip)
            for (y in 0 until count) narrowRow(strip, y * photo.width, columns, narrow, (top + y) * size.width * 3)
            watch((top + count).toFloat() / photo.height)
        }
        val result = Mat(size.height, size.width, CvType.CV_8UC3)
        val row = ByteArray(size.width * 3)
        val sums = IntArray(size.width * 3)
        for (y in 0 until size.height) {
            sums.fill(1 shl (BITS - 1))
            for (k in 0 until rows.count[y]) {
                val weight = rows.values[y * rows.most + k]
                val from = (rows.first[y] + k) * sums.size
                for (i in sums.indices) sums[i] += weight * (narrow[from + i].toInt() and 0xFF)
            }
            for (i in row.indices) row[i] = level(sums[i])
            result.put(y, 0, row)
        }
        return result
    }

    private fun narrowRow(pixels: IntArray, from: Int, weights: Weights, into: ByteArray, at: Int) {
        var out = at
        for (x in weights.first.indices) {
            var red = 1 shl (BITS - 1)
            var green = red
            var blue = red
            val start = from + weights.first[x]
            val base = x * weights.most
            for (k in 0 until weights.count[x]) {
                val weight = weights.values[base + k]
                val pixel = pixels[start + k]
                red += weight * (pixel shr 16 and 0xFF)
                green += weight * (pixel shr 8 and 0xFF)
                blue += weight * (pixel and 0xFF)
            }
            into[out++] = level(red)
            into[out++] = level(green)
            into[out++] = level(blue)
        }
    }

    private fun level(sum: Int): Byte = (sum shr BITS).coerceIn(0, 255).toByte()

    /** For each place of the shrunk side, where it looks and how much of each it takes. */
    private class Weights(from: Int, to: Int) {
        private val scale = from.toDouble() / to
        private val widening = max(scale, 1.0)
        private val reach = LOBES * widening
        val most = ceil(reach).toInt() * 2 + 1
        val first = IntArray(to)
        val count = IntArray(to)
        val values = IntArray(to * most)

        init {
            val exact = DoubleArray(most)
            for (i in 0 until to) {
                val centre = (i + 0.5) * scale
                first[i] = max((centre - reach + 0.5).toInt(), 0)
                count[i] = min((centre + reach + 0.5).toInt(), from) - first[i]
                for (k in 0 until count[i]) exact[k] = lanczos((first[i] + k - centre + 0.5) / widening)
                val sum = (0 until count[i]).sumOf { exact[it] }
                for (k in 0 until count[i]) {
                    val scaled = exact[k] / sum * (1 shl BITS)
                    values[i * most + k] = (if (scaled < 0) scaled - 0.5 else scaled + 0.5).toInt()
                }
            }
        }
    }

    private fun lanczos(x: Double) = if (abs(x) < LOBES) sinc(x) * sinc(x / LOBES) else 0.0

    private fun sinc(x: Double) = if (x == 0.0) 1.0 else sin(x * PI) / (x * PI)
}
