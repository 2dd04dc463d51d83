package org.cartoongan.core

import kotlin.math.max
import kotlin.math.min
import org.opencv.core.Core
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.core.Point
import org.opencv.core.Scalar
import org.opencv.core.Size
import org.opencv.imgproc.Imgproc

/** A cartoon of the photo's size, row by row. */
internal interface Rows {
    /** What it needs beside a row while it makes one; one for each thread. */
    fun workspace(): FloatArray

    /**
     * Makes the row [y], RGB in float levels, out of the photo's.
     *
     * @param photo 0xAARRGGBB, the row beginning at [from].
     */
    fun row(y: Int, photo: IntArray, from: Int, into: FloatArray, workspace: FloatArray)
}

/** A cartoon that was drawn as large as the photo is. */
internal class Drawn(private val levels: FloatArray, private val width: Int) : Rows {
    override fun workspace() = FloatArray(0)

    override fun row(y: Int, photo: IntArray, from: Int, into: FloatArray, workspace: FloatArray) {
        levels.copyInto(into, 0, y * width * 3, (y + 1) * width * 3)
    }
}

/**
 * A small cartoon to the photo's size: the cartoon's lines, as sharp as the photo
 * (`docs/look.md`, step 5).
 *
 * Around each small pixel and for each channel the cartoon is taken for a line in the photo's
 * level, cartoon = slope * photo + rest (the fast guided filter: He and Sun, 2015). Slope and
 * rest are smooth, so they can be enlarged; the photo that they meet at full size is sharp. The
 * cartoon's own lines are sharpened as it is enlarged, and nothing may leave the range that the
 * cartoon itself has around a pixel: neither a halo nor more of the photo's texture than it kept.
 *
 * @param small the photo that the network saw, RGB in 8 bits.
 * @param cartoon what it made of it, RGB in float levels.
 * @param full the large photo's size.
 */
internal class Joining(small: Mat, cartoon: Mat, private val full: Extent) : Rows {
    private val width = small.cols()
    private val height = small.rows()

    /** Of each small pixel slope, rest, least and largest, each of three channels: side by side in memory. */
    private val fields = FloatArray(width * height * FIELDS)

    // For each column of the photo: where its two small pixels begin in a row, and how much the second counts.
    private val lefts = IntArray(full.width)
    private val rights = IntArray(full.width)
    private val shares = FloatArray(full.width)

    init {
        Scratch().use { scratch ->
            val photo = scratch.mat().also { small.convertTo(it, CvType.CV_32F) }
            fun product(a: Mat, b: Mat) = scratch.mat().also { Core.multiply(a, b, it) }
            fun difference(a: Mat, b: Mat) = scratch.mat().also { Core.subtract(a, b, it) }
            fun mean(of: Mat, side: Double) = scratch.mat().also {
                Imgproc.blur(of, it, Size(side, side), Point(-1.0, -1.0), Core.BORDER_REFLECT_101)
            }

            val meanPhoto = mean(photo, 5.0)
            val variance = difference(mean(product(photo, photo), 5.0), product(meanPhoto, meanPhoto))
            val slope = difference(mean(product(photo, cartoon), 5.0), product(meanPhoto, mean(cartoon, 5.0)))
            Core.add(variance, Scalar.all(SMOOTHNESS), variance)
            Core.divide(slope, variance, slope)
            // More than 1 would make the photo's noise louder, less than 0 turn it about.
            Core.min(slope, Scalar.all(1.0), slope)
            Core.max(slope, Scalar.all(0.0), slope)

            val times = max(full.height.toDouble() / height, full.width.toDouble() / width)
            val more = min(SHARPENING, EACH * (times - 1))
            val rest = scratch.mat()
            Core.addWeighted(cartoon, 1 + more, mean(cartoon, 3.0), -more, 0.0, rest)
            Core.subtract(rest, product(slope, photo), rest)

            val square = scratch.add(Mat.ones(3, 3, CvType.CV_8U))
            val low = scratch.mat()
            val high = scratch.mat()
            Imgproc.erode(cartoon, low, square, Point(-1.0, -1.0), 1, Core.BORDER_REPLICATE)
            Imgproc.dilate(cartoon, high, square, Point(-1.0, -1.0), 1, Core.BORDER_REPLICATE)
            val one = FloatArray(width * height * 3)
            listOf(slope, rest, low, high).forEachIndexed { k, field ->
                field.get(0, 0, one)
                for (i in 0 until width * height) one.copyInto(fields, i * FIELDS + 3 * k, 3 * i, 3 * i + 3)
            }
        }
        for (x in 0 until full.width) {
            val place = place(x, width, full.width)
            val first = min(place.toInt(), max(0, width - 2))
            lefts[x] = first * FIELDS
            rights[x] = min(first + 1, width - 1) * FIELDS
            shares[x] = (place - first).toFloat()
        }
    }

    private fun place(x: Int, small: Int, large: Int) =
        ((x + 0.5) * small / large - 0.5).coerceIn(0.0, small - 1.0)

    override fun workspace() = FloatArray(width * FIELDS)

    override fun row(y: Int, photo: IntArray, from: Int, into: FloatArray, workspace: FloatArray) {
        val place = place(y, height, full.height)
        val first = min(place.toInt(), max(0, height - 2))
        val share = (place - first).toFloat()
        val upper = first * width * FIELDS
        val lower = min(first + 1, height - 1) * width * FIELDS
        for (i in workspace.indices) {
            val value = fields[upper + i]
            workspace[i] = value + share * (fields[lower + i] - value)
        }
        for (x in 0 until full.width) {
            val pixel = photo[from + x]
            val left = lefts[x]
            val right = rights[x]
            val across = shares[x]
            into[3 * x] = channel(workspace, left, right, across, pixel shr 16 and 0xFF)
            into[3 * x + 1] = channel(workspace, left + 1, right + 1, across, pixel shr 8 and 0xFF)
            into[3 * x + 2] = channel(workspace, left + 2, right + 2, across, pixel and 0xFF)
        }
    }

    private fun channel(row: FloatArray, left: Int, right: Int, share: Float, level: Int): Float {
        val slope = row[left] + share * (row[right] - row[left])
        val rest = row[left + 3] + share * (row[right + 3] - row[left + 3])
        val low = row[left + 6] + share * (row[right + 6] - row[left + 6])
        val high = row[left + 9] + share * (row[right + 9] - row[left + 9])
        val joined = slope * level + rest
        val above = if (joined < low) low else joined
        return if (above > high) high else above
    }

    companion object {
        private const val FIELDS = 12
        private const val SMOOTHNESS = 400.0 // square levels: edges of the photo fainter than 20 count less
        private const val SHARPENING = 5.0 // at most, of what a cartoon's pixel differs by from those around
        private const val EACH = 2.0 // a time of enlarging: of an edge two pixels wide more would make steps
    }
}
