package org.cartoongan.app

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Color
import android.net.Uri
import java.io.ByteArrayInputStream
import org.cartoongan.app.Flows.app
import org.cartoongan.core.CartoonException
import org.cartoongan.core.Cartoonizer
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.opencv.core.Core
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.core.Scalar
import org.opencv.imgproc.Imgproc
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner

/** The five lines that the READMEs promise to other apps, in Kotlin and in Java. */
@RunWith(RobolectricTestRunner::class)
class EmbeddingTest {
    @Before
    fun libraries() = Flows.loadOpenCv()

    private fun photo(config: Bitmap.Config, mutable: Boolean): Bitmap {
        val bytes = Flows.photo()
        return BitmapFactory.decodeByteArray(bytes, 0, bytes.size).copy(config, mutable)
    }

    @Test
    fun `any bitmap is drawn, and stays as it is`() {
        Cartoonizer.fromAssets(app, "paprika").use { cartoonizer ->
            for ((config, mutable) in listOf(Bitmap.Config.ARGB_8888 to false, Bitmap.Config.RGB_565 to false)) {
                val photo = photo(config, mutable)
                val before = photo.copy(config, true)
                val cartoon = cartoonizer.draw(photo)
                assertTrue("untouched", photo.sameAs(before))
                assertEquals(photo.width to photo.height, cartoon.width to cartoon.height)
                assertTrue("$config", cartoon.isMutable && cartoon.config == Bitmap.Config.ARGB_8888)
                assertFalse(cartoon.sameAs(photo.copy(Bitmap.Config.ARGB_8888, false)))
            }
            val recycled = photo(Bitmap.Config.ARGB_8888, true).apply { recycle() }
            val error = assertThrows(CartoonException::class.java) { cartoonizer.draw(recycled) }
            assertEquals("A bitmap must have its pixels. Received: a recycled one", error.message)
        }
    }

    @Test
    fun `Java draws a bitmap as Kotlin does, and a file upright`() {
        val photo = photo(Bitmap.Config.ARGB_8888, false)
        val cartoon = JavaCaller.draw(app, photo)
        assertTrue(cartoon.sameAs(Cartoonizer.fromAssets(app, "paprika").use { it.draw(photo) }))
        val uri = Uri.parse("content://sender/upright")
        Flows.resolver.registerInputStream(uri, ByteArrayInputStream(Flows.photo()))
        val upright = JavaCaller.draw(app, uri)
        assertEquals(photo.height to photo.width, upright.width to upright.height)
        assertEquals(
            "A style must be among the app's models, [pepper, paprika, hayao, hosoda, shinkai]. Received: none",
            JavaCaller.refusal(app),
        )
    }

    @Test
    fun `a frame of a camera view comes back as large, RGBA, in the same memory`() {
        val frame = Mat(480, 640, CvType.CV_8UC4, Scalar(40.0, 90.0, 200.0, 255.0))
        Imgproc.circle(frame, org.opencv.core.Point(320.0, 240.0), 120, Scalar(230.0, 200.0, 60.0, 255.0), -1)
        val into = Mat(480, 640, CvType.CV_8UC4)
        val memory = into.dataAddr()
        val cartoon = JavaCaller.drawFrame(app, frame, into)
        assertEquals(memory, cartoon.dataAddr())
        assertEquals(CvType.CV_8UC4, cartoon.type())
        val (red, green, blue, alpha) = cartoon.get(240, 320).toList()
        assertTrue("$red $green $blue", red > blue + 60 && green > blue + 60) // RGB, not BGR: yellow stays yellow
        assertEquals(255.0, alpha, 0.0)
        assertTrue("drawn", Core.norm(frame, cartoon) > 0)
    }
}
