package org.cartoongan.core

import java.io.File
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Before
import org.junit.Test

/** The contract with Python and the browser: the same photos and models, the same cartoons. */
class GoldensTest {
    private val contract = File(Fixtures.goldens, "goldens.json")

    private fun entries(kind: String) = JSONObject(contract.readText()).getJSONArray(kind).let { array ->
        (0 until array.length()).map(array::getJSONObject)
    }

    private fun picture(name: String) = Fixtures.read(File(Fixtures.goldens, name))

    @Before
    fun goldensAreThere() {
        assumeTrue("no $contract: `make goldens` draws them", contract.isFile)
        assertEquals(1, JSONObject(contract.readText()).getInt("format"))
    }

    private fun check(what: String, ours: ArrayRaster, golden: ArrayRaster, tolerance: JSONObject) {
        if (tolerance.has("levels")) {
            val off = Fixtures.off(ours, golden)
            println("$what: $off levels off at most")
            assertTrue("$what is $off levels off", off <= tolerance.getInt("levels"))
        } else {
            val psnr = Fixtures.psnr(ours, golden)
            println("$what: %.1f dB".format(psnr))
            assertTrue("$what is at $psnr dB", psnr >= tolerance.getDouble("psnr"))
        }
    }

    @Test
    fun `cartoons are Python's`() {
        val goldens = entries("cartoons")
        assertTrue(goldens.isNotEmpty())
        for (golden in goldens) {
            val model = Fixtures.models.firstOrNull { it.file.name == golden.getString("model") }
            assertTrue("a model ${golden.getString("model")}", model != null)
            assertEquals(
                "another ${model!!.file} than the goldens are of: `make goldens`",
                golden.getString("model_sha256"), model.sha256,
            )
            val photo = picture(golden.getString("photo"))
            val ours = ArrayRaster(photo.width, photo.height)
            Cartoonizer.open(model).use { it.draw(photo, ours, look = Fixtures.plain) }
            check(golden.getString("cartoon"), ours, picture(golden.getString("cartoon")), golden.getJSONObject("tolerance"))
        }
    }
}
