package org.cartoongan.core

import java.nio.ByteBuffer
import org.opencv.core.Core
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.core.Size
import org.opencv.imgproc.Imgproc

/** One plane of a camera's YUV_420_888 frame. */
class Plane(val buffer: ByteBuffer, val rowStride: Int, val pixelStride: Int) {
    /** Without strides, 8 bits. */
    internal fun toMat(width: Int, height: Int): Mat {
        val source = buffer.duplicate()
        val packed = ByteArray(width * height)
        val row = ByteArray((width - 1) * pixelStride + 1) // the last row may end at its last pixel
        for (y in 0 until height) {
            source.position(y * rowStride)
            source.get(row)
            for (x in 0 until width) packed[y * width + x] = row[x * pixelStride]
        }
        val mat = Mat(height, width, CvType.CV_8UC1)
        mat.put(0, 0, packed)
        return mat
    }
}

/** A camera's frame, made ready for [Cartoonizer.drawSmall]. */
object Frames {
    /**
     * @param planes Y, U and V of a YUV_420_888 frame.
     * @param degrees clockwise, 0, 90, 180 or 270: how to turn it upright.
     * @param mirrored as a front camera's picture is shown.
     * @param box shrunk until it fits in here; by area, which is quick.
     * @return RGB, 8 bits.
     */
    fun toRgb(planes: List<Plane>, size: Extent, degrees: Int, mirrored: Boolean, box: Extent): Mat {
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
        Imgproc.cvtColor(rgb, rgb, Imgproc.COLOR_YCrCb2RGB) // full range, as cameras give
        TURNS.getValue(degrees)?.let { Core.rotate(rgb, rgb, it) }
        if (mirrored) Core.flip(rgb, rgb, 1)
        return rgb
    }

    /** RGB in float levels to 0xAARRGGBB. */
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
