package org.cartoongan.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.opencv.core.Mat
import org.opencv.core.Size
import org.opencv.imgproc.Imgproc

class SizesTest {
    private val box = Extent(256, 256)

    @Test
    fun `a photo is drawn at a long side, at most as large as the model and the photo are`() {
        val photo = Extent(4000, 3000)
        assertEquals(Extent(480, 360), photo.drawnAt(480, Extent(512, 512)))
        assertEquals(Extent(512, 384), photo.drawnAt(720, Extent(512, 512)))
        assertEquals(Extent(341, 256), photo.drawnAt(Look.LARGEST, Extent(512, 256)))
        assertEquals(Extent(192, 256), Extent(3000, 4000).drawnAt(480, box))
        assertEquals(Extent(100, 30), Extent(100, 30).drawnAt(480, box))
        assertEquals(Extent(256, 1), Extent(100_000, 3).drawnAt(480, box))
        assertEquals(Extent(256, 3), Extent(512, 5).drawnAt(256, box)) // 2.5 is rounded up
    }

    @Test
    fun `shrinking is by area as OpenCV does it`() {
        val photo = Fixtures.drawn(301, 203)
        for (size in listOf(Extent(96, 65), Extent(100, 203), Extent(43, 29), Extent(1, 1), Extent(300, 202))) {
            val ours = Fixtures.rgb(Fixtures.mat(photo, size))
            val theirs = Mat()
            val to = Size(size.width.toDouble(), size.height.toDouble())
            Imgproc.resize(Fixtures.mat(photo), theirs, to, 0.0, 0.0, Imgproc.INTER_AREA)
            assertTrue("$size", Fixtures.off(ours, Fixtures.rgb(theirs)) <= 1)
        }
    }

    @Test
    fun `a photo of the size that is wanted stays as it is`() {
        val photo = Fixtures.read("photo.png")
        assertEquals(0, Fixtures.off(Fixtures.rgb(Fixtures.mat(photo)), photo))
    }

    @Test
    fun `levels are rounded to the nearest, halves to even, and cut`() {
        val levels = listOf(-3f, 0.49f, 0.5f, 1.5f, 2.5f, 127.4999f, 254.6f, 255.4f, 999f)
        assertEquals(listOf(0, 0, 0, 2, 2, 127, 255, 255, 255), levels.map(::toLevel))
    }
}
