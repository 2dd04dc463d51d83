package org.cartoongan.core

import com.google.ai.edge.litert.Accelerator
import java.io.File
import kotlin.math.abs
import org.json.JSONObject
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** Faces, and what they do to a drawing. */
class FacesTest {
    private val portrait = Fixtures.read("portrait.jpg")

    private fun face(height: Double) = Face(100.0, 100.0, height, height, 0.9, height / 2)

    private fun <T> finder(act: (FaceFinder) -> T): T {
        Fixtures.load()
        return FaceFinder.open(Fixtures.faces).use(act)
    }

    @Test
    fun `a face is where Python finds it`() {
        val golden = JSONObject(Fixtures.stream("face.json").reader().readText())
        val face = finder { it.find(portrait) }.single()
        val ours = mapOf("left" to face.left, "top" to face.top, "width" to face.width, "height" to face.height)
        for ((name, value) in ours) {
            val theirs = golden.getDouble(name)
            assertTrue("$name: $value, Python's $theirs", abs(value - theirs) < 0.01 * golden.getDouble("height"))
        }
        assertEquals(golden.getDouble("score"), face.score, 0.01)
    }

    @Test
    fun `what is no face is none, whatever its size`() {
        finder { finder ->
            for ((width, height) in listOf(1 to 1, 15 to 400, 16 to 16, 300 to 20, 200 to 200)) {
                assertEquals(0, finder.find(Fixtures.drawn(width, height)).size)
            }
        }
    }

    @Test
    fun `the largest face is drawn 95 pixels high, within bounds`() {
        fun size(photo: Int, vararg heights: Double) = DrawSize.auto(Extent(photo, photo / 2), heights.map(::face))
        assertEquals(480, size(1000).longest)
        assertEquals(380, size(1000, 250.0, 240.0).longest)
        assertEquals(224, size(1000, 990.0).longest)
        assertEquals(720, size(4000, 200.0).longest)
        assertEquals(0, size(1000, 250.0, 60.0).again.size)
        val second = size(1000, 400.0, 60.0)
        assertEquals(238, second.longest)
        assertEquals(listOf(60.0), second.again.map(Face::height))
    }

    @Test
    fun `a face's weight is 1 within it and fades out without a step`() {
        val weights = FaceWeights(listOf(face(100.0)), Extent(400, 400), Extent(400, 400))
        val row = FloatArray(400)
        assertFalse(weights.row(20, row))
        assertTrue(weights.row(150, row))
        assertEquals(1f, row[150])
        assertEquals(0f, row[20])
        assertTrue((1 until 400).all { abs(row[it] - row[it - 1]) < 0.03f })
    }

    @Test
    fun `a photo is drawn as small as its face says, and no faces are looked for in vain`() {
        val box = Extent(512, 512)
        var seen = FloatArray(0)
        var looks = 0
        val network = Network.open(Fixtures.faces, Accelerator.CPU, 1, outputs = 2)
        val counted = FaceFinder({ looks++; network.run(it) }, network::close)
        Cartoonizer(Mirror(box) { it.also { seen = it.copyOf() } }, counted).use { cartoonizer ->
            fun check(look: Look, longest: Int, isLooked: Boolean) {
                looks = 0
                cartoonizer.draw(portrait, ArrayRaster(portrait.width, portrait.height), look = look)
                assertEquals("$look", isLooked, looks > 0)
                // below the drawn picture its rows come again, reflected
                val height = Extent(portrait.width, portrait.height).drawnAt(longest, box).height
                fun row(y: Int) = seen.copyOfRange(y * box.width * 3, (y + 1) * box.width * 3)
                assertArrayEquals("$look", row(height - 2), row(height), 0f)
                assertFalse("$look", row(height - 3).contentEquals(row(height - 1)))
            }
            val faces = finder { it.find(portrait) }
            check(Look(), DrawSize.auto(Extent(portrait.width, portrait.height), faces).longest, true)
            check(Look(faces = false), 480, false)
            check(Look(drawSize = 100), 100, true) // for their colours
            check(Look(drawSize = 100, colors = Colors.STYLE), 100, false)
        }
    }

    @Test
    fun `a face that a large one makes tiny is drawn a second time, and only there`() {
        val photo = Fixtures.drawn(712, 600)
        photo.write(0, 0, 512, 600, portrait.pixels)
        photo.write(542, 250, 141, 165, Fixtures.rgb(Fixtures.mat(portrait, Extent(141, 165))).pixels)
        fun pale(levels: FloatArray) = FloatArray(levels.size) { levels[it] / 2 }
        fun draw(engine: Mirror, finder: FaceFinder?, look: Look) = ArrayRaster(712, 600).also { cartoon ->
            Cartoonizer(engine, finder).use { it.draw(photo, cartoon, look = look) }
        }
        val box = Extent(512, 512)
        var runs = 0
        val both = Mirror(box) { if (runs++ == 0) pale(it) else it }
        val cartoon = draw(both, FaceFinder.open(Fixtures.faces), Look(colors = Colors.STYLE))
        assertEquals(2, runs)
        val size = finder { DrawSize.auto(Extent(712, 600), it.find(photo)) }
        assertEquals(1, size.again.size)
        val first = draw(Mirror(box, ::pale), null, Look(size.longest, Colors.STYLE))
        val second = draw(Mirror(box), null, Look(480, Colors.STYLE))
        fun part(of: ArrayRaster, left: Int, top: Int) = ArrayRaster(9, 9).also { of.read(left, top, 9, 9, it.pixels) }
        assertArrayEquals(part(second, 614, 315).pixels, part(cartoon, 614, 315).pixels)
        assertFalse(part(first, 614, 315).pixels.contentEquals(part(cartoon, 614, 315).pixels))
        for ((left, top) in listOf(260 to 240, 0 to 0, 560 to 100, 640 to 560)) {
            assertArrayEquals("at $left, $top", part(first, left, top).pixels, part(cartoon, left, top).pixels)
        }
    }

    @Test
    fun `a finder that is not there or is another network finds none, and the photo is drawn`() {
        assertThrows(CartoonException::class.java) { FaceFinder.open(File("none.tflite")) }
        val model = Fixtures.model(256, "int8")
        for (file in listOf(File("none.tflite"), model.file)) {
            val cartoon = ArrayRaster(97, 61)
            Cartoonizer.open(model, faces = file).use { it.draw(Fixtures.read("photo.png"), cartoon) }
            assertTrue(cartoon.pixels.toSet().size > 100)
        }
    }
}
