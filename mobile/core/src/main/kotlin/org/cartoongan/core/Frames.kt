package org.cartoongan.core

import java.nio.ByteBuffer
import org.opencv.core.Core
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.core.Size
import org.opencv.imgproc.Imgproc

/** One plane of a camera's YUV_420_888 frame. */
class Plane(val buffer: ByteBuffer, val rowStride: Int, val pixelStride: Int) {
    /** The same memory, where OpenCV can see it: a camera's is direct, and not copied. */
    internal val direct: ByteBuffer by lazy {
        if (buffer.isDirect) return@lazy buffer
        val bytes = buffer.duplicate().also { it.position(0) }
        ByteBuffer.allocateDirect(bytes.remaining() + 1).also { it.put(bytes) }
    }

    /** Without its strides' gaps, by OpenCV; the last row may end at its last pixel. */
    internal fun toMat(width: Int, height: Int): Mat {
        if (pixelStride == 1) return Mat(height, width, CvType.CV_8UC1, direct, rowStride.toLong())
        val packed = Mat(height, width, CvType.CV_8UC1)
        val type = CvType.CV_8UC(pixelStride)
        // Of each row all but the last pixel, whose neighbour may be beyond the buffer's end.
        if (width > 1) {
            val pairs = Mat(height, width - 1, type, direct, rowStride.toLong())
            val part = packed.submat(0, height, 0, width - 1)
            Core.extractChannel(pairs, part, 0)
            part.release()
            pairs.release()
        }
        val end = direct.duplicate().also { it.position((width - 1) * pixelStride) }.slice()
        val column = Mat(height, 1, CvType.CV_8UC1, end, rowStride.toLong())
        val last = packed.submat(0, height, width - 1, width)
        column.copyTo(last)
        last.release()
        column.release()
        return packed
    }
}

/**
 * What a camera means by Y, U and V.
 *
 * @param isHdtv by BT.709, else by BT.601.
 * @param isLimited Y from 16 to 235 and the others from 16 to 240, else all from 0 to 255.
 */
class YuvColors(val isHdtv: Boolean, val isLimited: Boolean) {
    /** Y, V, U to RGB, for OpenCV's transform: three rows of three factors and what is added. */
    internal fun matrix(): Mat {
        val kr = if (isHdtv) 0.2126 else 0.299
        val kb = if (isHdtv) 0.0722 else 0.114
        val light = if (isLimited) 255.0 / 219 else 1.0
        val color = if (isLimited) 255.0 / 224 else 1.0
        val red = 2 * (1 - kr) * color
        val blue = 2 * (1 - kb) * color
        val greenRed = -red * kr / (1 - kr - kb)
        val greenBlue = -blue * kb / (1 - kr - kb)
        val black = if (isLimited) -16 * light else 0.0
        return Mat(3, 4, CvType.CV_64FC1).also {
            it.put(
                0, 0,
                light, red, 0.0, black - 128 * red,
                light, greenRed, greenBlue, black - 128 * (greenRed + greenBlue),
                light, 0.0, blue, black - 128 * blue,
            )
        }
    }

    companion object {
        /** BT.601 of full range, which Android's cameras give unless they say other. */
        @JvmField
        val JFIF = YuvColors(isHdtv = false, isLimited = false)
    }
}

/** A camera's frame, made ready for [Cartoonizer.drawSmall]. */
object Frames {
    /**
     * @param planes Y, U and V of a YUV_420_888 frame.
     * @param degrees clockwise, 0, 90, 180 or 270: how to turn it upright.
     * @param mirrored as a front camera's picture is shown.
     * @param box shrunk until it fits in here; by area, which is quick.
     * @param colors what Y, U and V mean. (OpenCV's `cvtColorTwoPlane` knows limited BT.601 alone.)
     * @return RGB, 8 bits.
     */
    @JvmStatic
    @JvmOverloads
    fun toRgb(
        planes: List<Plane>, size: Extent, degrees: Int, mirrored: Boolean, box: Extent,
        colors: YuvColors = YuvColors.JFIF,
    ): Mat {
        require(planes.size == 3) { "A frame must have 3 planes. Received: ${planes.size}" }
        require(degrees in TURNS) { "A frame must be turned by 0, 90, 180 or 270. Received: $degrees" }
        val half = Extent((size.width + 1) / 2, (size.height + 1) / 2)
        val turnedBox = if (degrees % 180 == 0) box else Extent(box.height, box.width)
        val small = size.drawnAt(Look.LARGEST, turnedBox)
        // Shrunk before it is converted: a quarter of the work, at 640x480 and 256.
        val channels = listOf(planes[0], planes[2], planes[1]).mapIndexed { i, plane ->
            val raw = if (i == 0) plane.toMat(size.width, size.height) else plane.toMat(half.width, half.height)
            val way = if (raw.cols() > small.width) Imgproc.INTER_AREA else Imgproc.INTER_LINEAR
            Mat().also {
                Imgproc.resize(raw, it, Size(small.width.toDouble(), small.height.toDouble()), 0.0, 0.0, way)
                raw.release()
            }
        }
        val rgb = Mat()
        Core.merge(channels, rgb)
        channels.forEach(Mat::release)
        val matrix = colors.matrix()
        Core.transform(rgb, rgb, matrix)
        matrix.release()
        TURNS.getValue(degrees)?.let { Core.rotate(rgb, rgb, it) }
        if (mirrored) Core.flip(rgb, rgb, 1)
        return rgb
    }

    /** RGB in float levels to 0xAARRGGBB. */
    @JvmStatic
    fun toArgb(levels: Mat, into: IntArray) {
        val rgb = Mat()
        levels.convertTo(rgb, CvType.CV_8U)
        MatRaster(rgb, rgb = true).read(0, 0, rgb.cols(), rgb.rows(), into)
        rgb.release()
    }

    private val TURNS = mapOf(
        0 to null,
        90 to Core.ROTATE_90_CLOCKWISE,
        180 to Core.ROTATE_180,
        270 to Core.ROTATE_90_COUNTERCLOCKWISE,
    )
}
