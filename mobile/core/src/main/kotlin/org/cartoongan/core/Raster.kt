package org.cartoongan.core

import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.imgproc.Imgproc

/**
 * A picture of which only a block at a time is in memory as integers: 0xAARRGGBB, as in an
 * Android Bitmap. So a photo of any size is drawn with a few strips of it beside it.
 */
interface Raster {
    val width: Int
    val height: Int

    /** Fills [into] with a block, row by row. */
    fun read(left: Int, top: Int, width: Int, height: Int, into: IntArray)

    /** Replaces a block by [from], row by row. */
    fun write(left: Int, top: Int, width: Int, height: Int, from: IntArray)
}

/** A picture in one array. */
class ArrayRaster(
    override val width: Int,
    override val height: Int,
    val pixels: IntArray = IntArray(width * height),
) : Raster {
    init {
        require(pixels.size == width * height) {
            "`pixels` must be width * height long. Received: ${pixels.size} for ${width}x$height"
        }
    }

    override fun read(left: Int, top: Int, width: Int, height: Int, into: IntArray) {
        for (y in 0 until height) {
            pixels.copyInto(into, y * width, (top + y) * this.width + left,
                (top + y) * this.width + left + width)
        }
    }

    override fun write(left: Int, top: Int, width: Int, height: Int, from: IntArray) {
        for (y in 0 until height) {
            from.copyInto(pixels, (top + y) * this.width + left, y * width, (y + 1) * width)
        }
    }
}

/** A picture in an OpenCV matrix of 8 bits: BGRA or RGBA, BGR or RGB, or grey. */
class MatRaster(private val mat: Mat, private val rgb: Boolean = false) : Raster {
    override val width: Int get() = mat.cols()
    override val height: Int get() = mat.rows()

    init {
        require(mat.depth() == CvType.CV_8U && mat.channels() in listOf(1, 3, 4)) {
            "A photo must have 8 bits and 1, 3 or 4 channels. Received: ${CvType.typeToString(mat.type())}"
        }
    }

    override fun read(left: Int, top: Int, width: Int, height: Int, into: IntArray) =
        ArgbBlock(width, height).use { block ->
            val part = mat.submat(top, top + height, left, left + width)
            val code = when (mat.channels()) {
                1 -> Imgproc.COLOR_GRAY2BGRA
                3 -> if (rgb) Imgproc.COLOR_RGB2BGRA else Imgproc.COLOR_BGR2BGRA
                else -> if (rgb) Imgproc.COLOR_RGBA2BGRA else -1
            }
            if (code < 0) part.copyTo(block.mat) else Imgproc.cvtColor(part, block.mat, code)
            part.release()
            block.get(into, height)
        }

    override fun write(left: Int, top: Int, width: Int, height: Int, from: IntArray) =
        ArgbBlock(width, height).use { block ->
            block.put(from, height)
            val part = mat.submat(top, top + height, left, left + width)
            val code = when (mat.channels()) {
                1 -> Imgproc.COLOR_BGRA2GRAY
                3 -> if (rgb) Imgproc.COLOR_BGRA2RGB else Imgproc.COLOR_BGRA2BGR
                else -> if (rgb) Imgproc.COLOR_BGRA2RGBA else -1
            }
            if (code < 0) block.mat.copyTo(part) else Imgproc.cvtColor(block.mat, part, code)
            part.release()
        }
}

/**
 * A block of 0xAARRGGBB integers that OpenCV sees as BGRA bytes, without a copy: on the
 * little-endian processors of phones and desktops they are the same memory.
 */
internal class ArgbBlock(private val width: Int, height: Int) : AutoCloseable {
    private val bytes = ByteBuffer.allocateDirect(width * height * 4).order(ByteOrder.LITTLE_ENDIAN)
    val mat = Mat(height, width, CvType.CV_8UC4, bytes)

    fun put(pixels: IntArray, rows: Int) {
        bytes.asIntBuffer().put(pixels, 0, width * rows)
    }

    fun get(pixels: IntArray, rows: Int) {
        bytes.asIntBuffer().get(pixels, 0, width * rows)
    }

    override fun close() = mat.release()
}

/** Matrices that are freed together: the garbage collector does not see their native memory. */
internal class Scratch : AutoCloseable {
    private val held = mutableListOf<Mat>()

    fun <M : Mat> add(mat: M): M = mat.also(held::add)

    fun mat() = add(Mat())

    override fun close() = held.forEach(Mat::release)
}
