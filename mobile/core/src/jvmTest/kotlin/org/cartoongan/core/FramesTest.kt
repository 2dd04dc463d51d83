package org.cartoongan.core

import java.nio.ByteBuffer
import kotlin.math.abs
import kotlin.math.roundToInt
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class FramesTest {
    private val size = Extent(64, 48)

    /** Left red above blue, right green: which way is up, and which channel is which. */
    private fun color(x: Int, y: Int) = when {
        x >= 32 -> Triple(20, 200, 40)
        y < 24 -> Triple(220, 30, 50)
        else -> Triple(30, 60, 210)
    }

    /** As cameras store it: rows with a margin, U and V each beside the other or apart. */
    private fun frame(pixelStride: Int, rowMargin: Int): List<Plane> {
        fun plane(width: Int, height: Int, step: Int, value: (Int, Int) -> Double): Plane {
            val stride = width * step + rowMargin
            val bytes = ByteArray(stride * (height - 1) + (width - 1) * step + 1)
            for (y in 0 until height) for (x in 0 until width) {
                bytes[y * stride + x * step] = value(x, y).roundToInt().coerceIn(0, 255).toByte()
            }
            return Plane(ByteBuffer.wrap(bytes), stride, step)
        }
        // JFIF: full range, BT.601
        fun luma(x: Int, y: Int) = color(x, y).let { (r, g, b) -> 0.299 * r + 0.587 * g + 0.114 * b }
        return listOf(
            plane(64, 48, 1, ::luma),
            plane(32, 24, pixelStride) { x, y -> 128 + (color(2 * x, 2 * y).third - luma(2 * x, 2 * y)) * 0.564 },
            plane(32, 24, pixelStride) { x, y -> 128 + (color(2 * x, 2 * y).first - luma(2 * x, 2 * y)) * 0.713 },
        )
    }

    private fun near(expected: Triple<Int, Int, Int>, pixel: Int) {
        val (r, g, b) = listOf(pixel shr 16 and 255, pixel shr 8 and 255, pixel and 255)
        val off = listOf(r - expected.first, g - expected.second, b - expected.third).maxOf(::abs)
        assertTrue("$r $g $b for $expected", off <= 3)
    }

    @Test
    fun `frames of every layout come out in the right colours`() {
        for ((step, margin) in listOf(1 to 0, 1 to 16, 2 to 0, 2 to 13)) {
            val rgb = Fixtures.rgb(Frames.toRgb(frame(step, margin), size, 0, false, Extent(32, 32)))
            assertEquals(32 to 24, rgb.width to rgb.height)
            near(color(8, 8), rgb.pixels[4 * 32 + 4])
            near(color(8, 40), rgb.pixels[20 * 32 + 4])
            near(color(56, 8), rgb.pixels[4 * 32 + 28])
        }
    }

    @Test
    fun `a frame is turned clockwise and mirrored`() {
        val right = Fixtures.rgb(Frames.toRgb(frame(2, 0), size, 90, false, Extent(32, 32)))
        assertEquals(24 to 32, right.width to right.height)
        near(color(8, 40), right.pixels[4 * 24 + 4]) // what was below left is above left
        near(color(8, 8), right.pixels[4 * 24 + 20])
        near(color(56, 8), right.pixels[28 * 24 + 4])
        val mirrored = Fixtures.rgb(Frames.toRgb(frame(2, 0), size, 90, true, Extent(32, 32)))
        near(color(8, 8), mirrored.pixels[4 * 24 + 4])
        val over = Fixtures.rgb(Frames.toRgb(frame(2, 0), size, 180, false, Extent(32, 32)))
        near(color(56, 40), over.pixels[0])
        near(color(8, 8), over.pixels[20 * 32 + 28])
    }

    @Test
    fun `a frame is drawn by the model`() {
        Cartoonizer.open(Fixtures.model(256, "int8")).use { cartoonizer ->
            val small = Frames.toRgb(frame(2, 0), size, 270, true, cartoonizer.size)
            val levels = cartoonizer.drawSmall(small)
            val pixels = IntArray(small.cols() * small.rows())
            Frames.toArgb(levels, pixels)
            assertTrue(pixels.all { it ushr 24 == 255 })
            assertTrue(pixels.toSet().size > 50)
        }
    }

    @Test
    fun `a wrong turn is refused`() {
        val error = assertThrows(IllegalArgumentException::class.java) {
            Frames.toRgb(frame(1, 0), size, 45, false, size)
        }
        assertEquals("A frame must be turned by 0, 90, 180 or 270. Received: 45", error.message)
    }

    @Test
    fun `a camera's own memory is read without a byte beyond its end`() {
        val planes = frame(2, 5).map { plane ->
            val bytes = plane.buffer.array()
            Plane(ByteBuffer.allocateDirect(bytes.size).put(bytes).apply { flip() }, plane.rowStride, plane.pixelStride)
        }
        val direct = Fixtures.rgb(Frames.toRgb(planes, size, 0, false, Extent(64, 64)))
        val copied = Fixtures.rgb(Frames.toRgb(frame(2, 5), size, 0, false, Extent(64, 64)))
        org.junit.Assert.assertArrayEquals(copied.pixels, direct.pixels)
        near(color(63, 47), direct.pixels.last())
    }

    @Test
    fun `range and matrix are the camera's`() {
        // white, black and red as BT.601 and BT.709 of either range write them
        val cases = listOf(
            YuvColors.JFIF to listOf(Triple(255, 128, 128), Triple(0, 128, 128), Triple(76, 85, 255)),
            YuvColors(isHdtv = false, isLimited = true) to listOf(Triple(235, 128, 128), Triple(16, 128, 128), Triple(81, 90, 240)),
            YuvColors(isHdtv = true, isLimited = false) to listOf(Triple(255, 128, 128), Triple(0, 128, 128), Triple(54, 99, 255)),
            YuvColors(isHdtv = true, isLimited = true) to listOf(Triple(235, 128, 128), Triple(16, 128, 128), Triple(63, 102, 240)),
        )
        val expected = listOf(Triple(255, 255, 255), Triple(0, 0, 0), Triple(255, 0, 0))
        for ((colors, values) in cases) for ((value, wanted) in values.zip(expected)) {
            fun plane(side: Int, level: Int) = Plane(ByteBuffer.wrap(ByteArray(side * side) { level.toByte() }), side, 1)
            val planes = listOf(plane(4, value.first), plane(2, value.second), plane(2, value.third))
            near(wanted, Fixtures.rgb(Frames.toRgb(planes, Extent(4, 4), 0, false, Extent(4, 4), colors)).pixels[0])
        }
    }
}
