package org.cartoongan.core

import com.google.ai.edge.litert.Accelerator
import java.util.concurrent.CancellationException
import org.cartoongan.core.Fixtures.copy
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.opencv.core.CvType
import org.opencv.core.Mat

class CartoonizerTest {
    private val photo = Fixtures.read("photo.png")

    private fun draw(
        engine: Engine, photo: ArrayRaster = this.photo, strength: Float = 1f, look: Look = Fixtures.plain,
    ) = ArrayRaster(photo.width, photo.height).also {
        Cartoonizer(engine).use { cartoonizer -> cartoonizer.draw(photo, it, strength, look) }
    }

    @Test
    fun `a network that changes nothing gives the photo, level for level, alpha kept`() {
        val clear = photo.copy().also { it.pixels[5] = 0x12345678 }
        for (colors in Colors.entries.filter { it != Colors.PHOTO }) { // which go through Lab and back
            assertArrayEquals(clear.pixels, draw(Mirror(Extent(128, 64)), clear, look = Look(colors = colors)).pixels)
        }
    }

    @Test
    fun `the network sees the photo padded as in Python`() {
        val small = Fixtures.read("small.png")
        var seen = FloatArray(0)
        draw(Mirror(Extent(64, 64)) { it.also { seen = it.copyOf() } }, small)
        val padded = Fixtures.read("padded.png")
        val expected = FloatArray(64 * 64 * 3) {
            (padded.pixels[it / 3] shr (16 - it % 3 * 8) and 0xFF) / 127.5f - 1f
        }
        assertArrayEquals(expected, seen, 0f)
    }

    @Test
    fun `a cartoon is rounded to the nearest level and cut at 0 and 255`() {
        val values = floatArrayOf(-1.5f, -1f, 0.0005f, 0.9999f, 7f)
        val levels = listOf(0, 0, 128, 255, 255)
        val cartoon = draw(Mirror(Extent(8, 8)) { FloatArray(it.size) { i -> values[i / 3 % 5] } }, Fixtures.drawn(8, 8))
        for (i in 0 until 5) assertEquals(levels[i], cartoon.pixels[i] and 0xFF)
    }

    @Test
    fun `strength blends before it rounds`() {
        val engine = { Mirror(Extent(128, 64)) { FloatArray(it.size) { i -> if (i % 2 == 0) 1f else -1f } } }
        val half = draw(engine(), strength = 0.5f)
        for (i in photo.pixels.indices) for (channel in 0..2) {
            val level = photo.pixels[i] shr (16 - 8 * channel) and 0xFF
            val cartoon = if ((i / photo.width * 128 + i % photo.width) * 3 % 2 + channel % 2 == 1) 0 else 255
            val blend = Math.rint(0.5 * cartoon + 0.5 * level).toInt()
            assertEquals(blend, half.pixels[i] shr (16 - 8 * channel) and 0xFF)
        }
    }

    @Test
    fun `strength 0 is the photo and asks no network`() {
        val engine = Mirror(Extent(8, 8))
        assertArrayEquals(photo.pixels, draw(engine, strength = 0f).pixels)
        assertEquals(0, engine.runs)
    }

    @Test
    fun `a photo drawn onto itself gives the same`() {
        val itself = photo.copy()
        val model = Fixtures.model(256, "float16")
        Cartoonizer.open(model).use { it.draw(itself, itself, 0.7f) }
        val apart = Cartoonizer.open(model).use { c -> ArrayRaster(97, 61).also { c.draw(photo, it, 0.7f) } }
        assertArrayEquals(apart.pixels, itself.pixels)
    }

    @Test
    fun `one pixel, one row and one column are photos`() {
        Cartoonizer.open(Fixtures.model(256, "int8")).use { cartoonizer ->
            for ((width, height) in listOf(1 to 1, 1 to 300, 700 to 1, 3 to 2)) {
                val photo = Fixtures.drawn(width, height)
                val cartoon = ArrayRaster(width, height)
                cartoonizer.draw(photo, cartoon)
                assertNotEquals(0, cartoon.pixels[0])
            }
        }
    }

    @Test
    fun `every kind of model draws a cartoon, twice the same`() {
        val photo = Fixtures.drawn(300, 200)
        for (model in Fixtures.models.distinctBy { it.size to it.variant }) {
            Cartoonizer.open(model).use { cartoonizer ->
                val cartoons = List(2) { ArrayRaster(300, 200).also { cartoonizer.draw(photo, it) } }
                assertArrayEquals(model.file.name, cartoons[0].pixels, cartoons[1].pixels)
                assertTrue(model.file.name, Fixtures.off(cartoons[0], photo) > 8)
                assertTrue(cartoons[0].pixels.toSet().size > 100)
            }
        }
    }

    @Test
    fun `the number of threads does not change the picture by more than a level`() {
        val model = Fixtures.model(256, "float16")
        val (one, two) = listOf(1, 2).map { threads ->
            ArrayRaster(97, 61).also { c -> Cartoonizer.open(model, threads = threads).use { it.draw(photo, c) } }
        }
        assertTrue(Fixtures.off(one, two) <= 1)
    }

    @Test
    fun `progress rises from 0 to 1 and no stops the drawing`() {
        val told = mutableListOf<Float>()
        val large = Fixtures.drawn(300, 500)
        Cartoonizer(Mirror(Extent(64, 64))).use { cartoonizer ->
            cartoonizer.draw(large, ArrayRaster(300, 500)) { told.add(it) }
            assertEquals(told.sorted(), told)
            assertEquals(0f, told.first())
            assertEquals(1f, told.last())
            assertTrue("${told.size} steps", told.size > 10)
            for (stop in listOf(0f, 0.1f, 0.7f)) {
                val untouched = ArrayRaster(300, 500)
                assertThrows(CancellationException::class.java) {
                    cartoonizer.draw(large, untouched) { it < stop }
                }
                if (stop < 0.6f) assertTrue(untouched.pixels.all { it == 0 })
            }
            cartoonizer.draw(large, ArrayRaster(300, 500)) // works on after it
        }
    }

    @Test
    fun `a network that fails is told, not drawn`() {
        fun message(change: (FloatArray) -> FloatArray) = assertThrows(CartoonException::class.java) {
            draw(Mirror(Extent(128, 64), change))
        }.message
        assertEquals("mirror must give a picture. Received: 0.0 everywhere", message { FloatArray(it.size) })
        assertEquals("mirror must give finite numbers. Received: NaN", message { it.also { it[7] = Float.NaN } })
        assertEquals("mirror must give 24576 numbers. Received: 3", message { FloatArray(3) })
    }

    @Test
    fun `a blank photo may have a blank cartoon`() {
        val white = ArrayRaster(9, 9, IntArray(81) { -1 })
        assertArrayEquals(white.pixels, draw(Mirror(Extent(16, 16)), white).pixels)
    }

    @Test
    fun `wrong arguments are refused in one line`() {
        Cartoonizer(Mirror(Extent(16, 16))).use { cartoonizer ->
            val photo = ArrayRaster(4, 4)
            fun message(act: () -> Unit) = assertThrows(IllegalArgumentException::class.java, act).message
            assertEquals("`strength` must be in 0..1. Received: 1.5", message { cartoonizer.draw(photo, photo, 1.5f) })
            assertEquals("`strength` must be in 0..1. Received: NaN", message { cartoonizer.draw(photo, photo, Float.NaN) })
            assertEquals(
                "The cartoon must have the photo's size, 4x4. Received: 4x3",
                message { cartoonizer.draw(photo, ArrayRaster(4, 3)) },
            )
            assertEquals("A photo must have pixels. Received: 0x4", message { cartoonizer.draw(ArrayRaster(0, 4), photo) })
            assertEquals(
                "A small picture must be 8-bit RGB of at most 16x16 pixels. Received: 17x4, CV_8UC3",
                message { cartoonizer.drawSmall(Mat.zeros(4, 17, CvType.CV_8UC3)) },
            )
        }
    }

    @Test
    fun `closing closes the engine, may be done twice, and ends the drawing`() {
        val engine = Mirror(Extent(8, 8))
        val cartoonizer = Cartoonizer(engine)
        cartoonizer.close()
        cartoonizer.close()
        assertTrue(engine.closed)
        val error = assertThrows(IllegalStateException::class.java) { cartoonizer.draw(photo, photo) }
        assertEquals("A cartoonizer must be open. Received: mirror, closed", error.message)

        val real = LiteRtEngine.open(Fixtures.model(256, "int8"))
        real.close()
        real.close()
        assertThrows(IllegalStateException::class.java) { real.run(FloatArray(256 * 256 * 3)) }
    }

    @Test
    fun `a hundred openings and closings leave no memory behind`() {
        val model = Fixtures.model(256, "int8")
        fun resident() = java.io.File("/proc/self/statm").readText().split(" ")[1].toLong() * 4096
        repeat(20) { Cartoonizer.open(model).close() }
        val before = resident()
        repeat(100) { Cartoonizer.open(model).close() }
        val grown = (resident() - before) / 1e6
        // One input and one output, unfreed, would make 157 MB; Java's own heap moves too.
        assertTrue("grown by $grown MB", grown < 80)
    }

    @Test
    fun `an accelerator that is not there is told, and not replaced by the CPU`() {
        val model = Fixtures.model(256, "float16") // the desktop's runtime has no NPU
        val error = assertThrows(CartoonException::class.java) { Cartoonizer.open(model, Accelerator.NPU) }
        assertTrue(error.message, error.message!!.startsWith("${model.file.name} on NPU must start. Received: "))
    }

    @Test
    fun `a file that is no model is told, not crashed on`() {
        val file = java.io.File.createTempFile("none", ".tflite").apply { writeText("no model".repeat(100)) }
        val hash = java.security.MessageDigest.getInstance("SHA-256").digest(file.readBytes())
            .joinToString("") { "%02x".format(it) }
        val model = Fixtures.models.first().copy(file = file, bytes = file.length(), sha256 = hash)
        val error = assertThrows(CartoonException::class.java) { LiteRtEngine.open(model) }
        assertTrue(error.message, error.message!!.startsWith("${file.name} on CPU must start. Received: "))
        file.delete()
    }

    @Test
    fun `a Mat in, a Mat out, of every kind of channels, and onto itself`() {
        Cartoonizer(Mirror(Extent(128, 64)) { FloatArray(it.size) { i -> -it[i] } }).use { cartoonizer ->
            for (channels in listOf(1, 3, 4)) {
                val type = CvType.CV_8UC(channels)
                val mat = Mat(61, 97, type, org.opencv.core.Scalar(200.0, 100.0, 50.0, 70.0))
                val cartoon = cartoonizer.draw(mat, look = Fixtures.plain)
                assertEquals(type, cartoon.type())
                val negative = listOf(55.0, 155.0, 205.0, 70.0).take(channels)
                assertEquals(negative, cartoon.get(60, 96).toList())
                assertEquals(200.0, mat.get(0, 0)[0], 0.0)
                assertEquals(mat, cartoonizer.draw(mat, mat, rgb = false, look = Fixtures.plain))
                assertEquals(negative, mat.get(0, 0).toList())
            }
        }
    }

    @Test
    fun `a processor's cores are used, four at most`() {
        assertEquals(listOf(1, 2, 4, 4), listOf(1, 2, 4, 8).map(Network::usualThreads))
        fun tasks() = java.io.File("/proc/self/task").list()!!.size
        fun added(threads: Int) = tasks().let { before ->
            LiteRtEngine.open(Fixtures.model(256, "int8"), threads = threads).use {
                it.run(FloatArray(256 * 256 * 3))
                tasks() - before
            }
        }
        added(1) // what the first run brings by itself
        assertTrue("four do more than one", added(4) >= added(1) + 2)
    }

    @Test
    fun `OpenCV's library is named by its version`() {
        assertEquals("opencv_java" + org.opencv.core.Core.VERSION.substringBefore('.'), OpenCv.library)
    }
}
