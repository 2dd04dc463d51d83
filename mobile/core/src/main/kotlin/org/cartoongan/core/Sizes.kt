package org.cartoongan.core

import kotlin.math.ceil
import kotlin.math.floor
import kotlin.math.max
import kotlin.math.min
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.core.Size
import org.opencv.imgproc.Imgproc

/** A picture's size in pixels. */
data class Extent(val width: Int, val height: Int) {
    override fun toString() = "${width}x$height"

    /**
     * This as a network of the size [box] sees it: shrunk with its ratio kept until it fits and
     * the long side is at most [longest]; never enlarged. Halves are rounded up.
     */
    internal fun drawnAt(longest: Int, box: Extent): Extent {
        val fit = min(box.height.toDouble() / height, box.width.toDouble() / width)
        val share = min(1.0, min(longest.toDouble() / max(width, height), fit))
        fun side(length: Int) = max(1, floor(length * share + 0.5).toInt())
        return Extent(side(width), side(height))
    }
}

/**
 * Shrinks photos by area average: a pixel is the mean of the photo over its rectangle, rounded.
 * The photo is read once, strip by strip, for all the sizes that are wanted.
 */
internal object Area {
    private const val STRIP = 64 // rows read at once

    /** @return RGB, 8 bits, of each size; none of them larger than the photo. */
    fun shrink(photo: Raster, sizes: List<Extent>, watch: (Float) -> Unit = {}): List<Mat> {
        val shrinkings = sizes.map { Shrinking(Extent(photo.width, photo.height), it) }
        val strip = IntArray(photo.width * min(STRIP, photo.height))
        for (top in 0 until photo.height step STRIP) {
            val count = min(STRIP, photo.height - top)
            photo.read(0, top, photo.width, count, strip)
            for (shrinking in shrinkings) {
                for (y in 0 until count) shrinking.add(strip, y * photo.width, top + y)
            }
            watch((top + count).toFloat() / photo.height)
        }
        return shrinkings.map { it.toMat() }
    }

    /** [shrink] to one size, which may be larger than the photo: then as OpenCV enlarges by area. */
    fun resize(photo: Raster, sizes: List<Extent>): List<Mat> {
        if (sizes.all { it.width <= photo.width && it.height <= photo.height }) return shrink(photo, sizes)
        val whole = shrink(photo, listOf(Extent(photo.width, photo.height))).single()
        return sizes.map { size ->
            Mat().also {
                val to = Size(size.width.toDouble(), size.height.toDouble())
                Imgproc.resize(whole, it, to, 0.0, 0.0, Imgproc.INTER_AREA)
            }
        }.also { whole.release() }
    }

    private class Shrinking(from: Extent, private val size: Extent) {
        private val columns = Shares(from.width, size.width)
        private val rows = Shares(from.height, size.height)
        private val sums = FloatArray(size.width * size.height * 3)
        private val narrow = FloatArray(size.width * 3)
        private var y = 0 // the first row that is not whole yet

        /** Adds the photo's row [row], which comes after the one before. */
        fun add(pixels: IntArray, from: Int, row: Int) {
            narrowed(pixels, from)
            while (y < size.height && rows.first[y] + rows.count[y] <= row) y++
            var into = y
            while (into < size.height && rows.first[into] <= row) {
                val share = rows.share(into, row - rows.first[into])
                val at = into * narrow.size
                for (i in narrow.indices) sums[at + i] += share * narrow[i]
                into++
            }
        }

        private fun narrowed(pixels: IntArray, from: Int) {
            for (x in 0 until size.width) {
                val start = from + columns.first[x]
                val end = start + columns.count[x] - 1
                // Between its ends all pixels count alike: whole numbers, added quickly.
                var red = 0
                var green = 0
                var blue = 0
                for (i in start + 1 until end) {
                    val pixel = pixels[i]
                    red += pixel shr 16 and 0xFF
                    green += pixel shr 8 and 0xFF
                    blue += pixel and 0xFF
                }
                val first = pixels[start]
                val last = pixels[end]
                val inner = columns.inner
                val low = columns.low[x]
                val high = if (end > start) columns.high[x] else 0f
                narrow[3 * x] = inner * red + low * (first shr 16 and 0xFF) + high * (last shr 16 and 0xFF)
                narrow[3 * x + 1] = inner * green + low * (first shr 8 and 0xFF) + high * (last shr 8 and 0xFF)
                narrow[3 * x + 2] = inner * blue + low * (first and 0xFF) + high * (last and 0xFF)
            }
        }

        fun toMat(): Mat {
            val bytes = ByteArray(sums.size) { toLevel(sums[it]).toByte() }
            return Mat(size.height, size.width, CvType.CV_8UC3).also { it.put(0, 0, bytes) }
        }
    }

    /** For each place of a shrunk side, which pixels it is the mean of, and the share of each. */
    private class Shares(from: Int, to: Int) {
        private val scale = from.toDouble() / to
        val first = IntArray(to)
        val count = IntArray(to)

        /** Of the first pixel, of the last, and of each between them. */
        val low = FloatArray(to)
        val high = FloatArray(to)
        val inner = (1 / scale).toFloat()

        init {
            for (i in 0 until to) {
                val begin = i * scale
                val end = min((i + 1) * scale, from.toDouble())
                first[i] = min(floor(begin + NOTHING).toInt(), from - 1)
                val last = max(first[i], min(ceil(end - NOTHING).toInt() - 1, from - 1))
                count[i] = last - first[i] + 1
                low[i] = ((min(end, first[i] + 1.0) - begin) / scale).toFloat()
                high[i] = ((end - max(begin, last.toDouble())) / scale).toFloat()
            }
        }

        fun share(i: Int, k: Int) = when (k) {
            0 -> low[i]
            count[i] - 1 -> high[i]
            else -> inner
        }
    }

    private const val NOTHING = 1e-6 // of a pixel: what products of fractions are off
}

/** A float level rounded to the nearest, halves to even, and cut at 0 and 255. */
internal fun toLevel(level: Float): Int {
    val cut = if (level < 0f) 0f else if (level > 255f) 255f else level
    return (cut + ROUNDING).toRawBits() and 0xFF
}

private const val ROUNDING = 12582912f // 1.5 * 2^23: beside it a float has no fraction left
