package org.cartoongan.core

import java.io.ByteArrayOutputStream
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Before
import org.junit.Test
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.core.MatOfByte
import org.opencv.imgcodecs.Imgcodecs

class OrientationTest {
    @Before
    fun libraries() = Fixtures.load()

    @Test
    fun `the orientation is read from JPEG, PNG and WebP`() {
        for (turn in 1..8) for (suffix in listOf("jpg", "png", "webp")) {
            assertEquals(turn, Fixtures.stream("turn$turn.$suffix").use(Exif::orientation))
        }
    }

    @Test
    fun `big-endian EXIF behind JFIF and fill bytes is read`() {
        assertEquals(6, Fixtures.stream("phone.jpg").use(Exif::orientation))
    }

    @Test
    fun `a file without EXIF, of another kind, cut short or hostile is upright`() {
        val jpeg = Fixtures.stream("turn6.jpg").use { it.readBytes() }
        val webp = Fixtures.stream("turn6.webp").use { it.readBytes() }
        for (file in listOf(
            Fixtures.stream("photo.png").use { it.readBytes() },
            "no picture".toByteArray(),
            ByteArray(0),
            jpeg.copyOf(30),
            webp.copyOf(webp.size - 9),
            byteArrayOf(-1, -40, -1, -31, 0, 0), // a segment shorter than its own length
        )) {
            assertEquals(1, Exif.orientation(file.inputStream()))
        }
    }

    @Test
    fun `a TIFF that points outside itself is upright`() {
        val jpeg = Fixtures.stream("turn6.jpg").use { it.readBytes() }
        val tiff = String(jpeg, Charsets.ISO_8859_1).indexOf("MM") // the directory's offset is 4 on
        for (offset in listOf(0x7FFFFFF0, -8)) {
            val hostile = jpeg.copyOf()
            for (i in 0..3) hostile[tiff + 4 + i] = (offset ushr (24 - 8 * i)).toByte()
            assertEquals(1, Exif.orientation(hostile.inputStream()))
        }
    }

    @Test
    fun `every orientation turns as in Python, block by block`() {
        for (turn in 1..8) {
            val stored = Fixtures.read("turn$turn.png")
            val python = Fixtures.read("upright$turn.png")
            val upright = UprightRaster(stored, turn)
            assertEquals(python.width to python.height, upright.width to upright.height)
            for (left in 0 until python.width step 3) for (top in 0 until python.height step 2) {
                val width = minOf(3, python.width - left)
                val height = minOf(2, python.height - top)
                val ours = IntArray(width * height).also { upright.read(left, top, width, height, it) }
                val theirs = IntArray(width * height).also { python.read(left, top, width, height, it) }
                assertArrayEquals("turn $turn at $left,$top", theirs, ours)
            }
        }
    }

    @Test
    fun `what is written upright is stored lying`() {
        for (turn in 1..8) {
            val python = Fixtures.read("turn$turn.png")
            val upright = Fixtures.read("upright$turn.png")
            val stored = ArrayRaster(python.width, python.height)
            val view = UprightRaster(stored, turn)
            for (top in 0 until upright.height) {
                val row = IntArray(upright.width).also { upright.read(0, top, upright.width, 1, it) }
                view.write(0, top, upright.width, 1, row)
            }
            assertArrayEquals("turn $turn", python.pixels, stored.pixels)
        }
    }

    @Test
    fun `an orientation noted in a JPEG is what OpenCV turns it by`() {
        val plain = MatOfByte().also { Imgcodecs.imencode(".jpg", Mat.zeros(20, 30, CvType.CV_8UC3), it) }.toArray()
        for (turn in 1..8) for (pieces in listOf(1, 7, plain.size)) {
            val noted = ByteArrayOutputStream()
            Exif.noting(turn, noted).use { out -> plain.asList().chunked(pieces).forEach { out.write(it.toByteArray()) } }
            assertEquals(turn, Exif.orientation(noted.toByteArray().inputStream()))
            val seen = Imgcodecs.imdecode(MatOfByte(*noted.toByteArray()), Imgcodecs.IMREAD_COLOR)
            assertEquals(if (turn < 5) 30 else 20, seen.cols())
        }
    }

    @Test
    fun `an unknown orientation is refused`() {
        val error = assertThrows(IllegalArgumentException::class.java) { UprightRaster(ArrayRaster(1, 1), 9) }
        assertEquals("An orientation must be in 1..8. Received: 9", error.message)
    }
}
