package org.cartoongan.core

import java.io.File
import org.cartoongan.core.Fixtures.psnr
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.opencv.core.CvType
import org.opencv.core.Mat

/** A photo shrunk, its small cartoon's colours, and both joined: `contract/look/`, and what holds of any. */
class JoiningTest {
    private val folder = File("../contract/look")
    private val contract = JSONObject(File(folder, "look.json").readText())
    private val full = Fixtures.read("scene.jpg")

    private fun golden(name: String) = Fixtures.read(File(folder, "$name.png"))

    private fun check(name: String, ours: ArrayRaster) {
        val off = Fixtures.off(ours, golden(name))
        println("$name: $off levels off at most")
        Fixtures.write("look-$name.png", ours)
        assertTrue("$name is $off levels off", off <= contract.getJSONObject(name).getInt("levels"))
    }

    private fun float(mat: Mat) = mat.also { it.convertTo(it, CvType.CV_32F) }

    private fun rounded(mat: Mat) = Fixtures.rgb(mat.also { it.convertTo(it, CvType.CV_8U) })

    private fun joined(photo: ArrayRaster, small: Mat, cartoon: Mat): ArrayRaster {
        val joining = Joining(small, cartoon, Extent(photo.width, photo.height))
        val result = ArrayRaster(photo.width, photo.height)
        val levels = FloatArray(photo.width * 3)
        val workspace = joining.workspace()
        for (y in 0 until photo.height) {
            joining.row(y, photo.pixels, y * photo.width, levels, workspace)
            for (x in 0 until photo.width) {
                val (red, green, blue) = (0..2).map { toLevel(levels[3 * x + it]) }
                result.pixels[y * photo.width + x] = (0xFF shl 24) or (red shl 16) or (green shl 8) or blue
            }
        }
        return result
    }

    private val size = Extent(128, 96)

    private fun joined(photo: ArrayRaster, cartoon: ArrayRaster) =
        joined(photo, Fixtures.mat(photo, size), float(Fixtures.mat(cartoon, size)))

    @Test
    fun `a photo is shrunk as Python shrinks it`() {
        val photo = golden("photo")
        val longest = contract.getJSONObject("small").getInt("longest")
        val size = Extent(photo.width, photo.height).drawnAt(longest, Extent(512, 512))
        check("small", Fixtures.rgb(Fixtures.mat(photo, size)))
    }

    @Test
    fun `colours are tamed as Python tames them`() {
        val cartoon = float(Fixtures.mat(golden("cartoon")))
        Coloring.apply(Colors.AUTO, cartoon, Fixtures.mat(golden("small")), null)
        check("tamed", rounded(cartoon))
    }

    @Test
    fun `a small cartoon is joined with the photo as Python joins it`() {
        val cartoon = float(Fixtures.mat(golden("cartoon")))
        check("joined", joined(golden("photo"), Fixtures.mat(golden("small")), cartoon))
    }

    @Test
    fun `shrunk again it is the small cartoon, its own outlines too`() {
        // outlines that the photo has nothing of
        val cartoon = ArrayRaster(512, 384, IntArray(512 * 384) { if (it % 512 / 24 % 4 == 0) 0 else full.pixels[it] })
        val again = Fixtures.rgb(Fixtures.mat(joined(full, cartoon), size))
        val near = psnr(again, Fixtures.rgb(Fixtures.mat(cartoon, size)))
        assertTrue("$near dB", near > 28)
    }

    @Test
    fun `where the cartoon is flat the photo's grain does not come back`() {
        val flat = ArrayRaster(512, 384, IntArray(512 * 384) { 0xFF8090A0.toInt() })
        assertEquals(0, Fixtures.off(joined(full, flat), flat))
    }

    @Test
    fun `the photo's colours are kept where they are wanted`() {
        val photo = ArrayRaster(64, 48, IntArray(64 * 48) { if (it % 64 < 32) 0xFF3060C0.toInt() else 0xFFC08030.toInt() })
        val grey = IntArray(64 * 48) { if (it % 64 < 32) 0xFF505050.toInt() else 0xFFB0B0B0.toInt() }
        val cartoon = float(Fixtures.mat(ArrayRaster(64, 48, grey)))
        Coloring.apply(Colors.PHOTO, cartoon, Fixtures.mat(photo), null)
        assertTrue("${psnr(rounded(cartoon), photo)} dB", psnr(rounded(cartoon), photo) > 30)
    }
}
