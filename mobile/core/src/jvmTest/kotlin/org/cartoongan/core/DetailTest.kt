package org.cartoongan.core

import org.cartoongan.core.Fixtures.psnr
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.opencv.core.CvType

/** A small cartoon joined to the photo's detail. */
class DetailTest {
    private val full = Fixtures.read("scene.jpg")

    private fun small(raster: Raster) = Lanczos.resize(raster, Extent(128, 96)) {}

    private fun joined(photo: ArrayRaster, cartoon: ArrayRaster): ArrayRaster {
        val levels = small(cartoon).also { it.convertTo(it, CvType.CV_32F) }
        val detail = Detail(small(photo), levels, Extent(photo.width, photo.height))
        val result = ArrayRaster(photo.width, photo.height)
        for (top in 0 until photo.height step 50) { // strips of any height meet without a seam
            val count = minOf(50, photo.height - top)
            val rows = IntArray(photo.width * count).also { photo.read(0, top, photo.width, count, it) }
            val block = ArgbBlock(photo.width, count).also { it.put(rows, count) }
            val rgb = org.opencv.core.Mat()
            org.opencv.imgproc.Imgproc.cvtColor(block.mat, rgb, org.opencv.imgproc.Imgproc.COLOR_BGRA2RGB)
            rgb.convertTo(rgb, CvType.CV_32F)
            detail.join(rgb, top)
            rgb.convertTo(rgb, CvType.CV_8U)
            MatRaster(rgb, rgb = true).read(0, 0, photo.width, count, rows)
            result.write(0, top, photo.width, count, rows)
        }
        return result
    }

    @Test
    fun `it comes nearer to the large cartoon than enlarging`() {
        val model = Fixtures.model(512, "float16")
        val large = ArrayRaster(512, 384)
        Cartoonizer.open(model).use { it.draw(full, large) }
        val joined = joined(full, large)
        val enlarged = Fixtures.rgb(Lanczos.resize(Fixtures.rgb(small(large)), Extent(512, 384)) {})
        val gain = psnr(joined, large) - psnr(enlarged, large)
        println("joined %.2f dB, enlarged %.2f dB".format(psnr(joined, large), psnr(enlarged, large)))
        Fixtures.write("detail-large.png", large)
        Fixtures.write("detail-joined.png", joined)
        Fixtures.write("detail-enlarged.png", enlarged)
        assertTrue("gain $gain dB", gain > 0.5)
    }

    @Test
    fun `shrunk again it is the small cartoon, its own outlines too`() {
        // outlines that the photo has nothing of
        val cartoon = ArrayRaster(512, 384, IntArray(512 * 384) { if (it % 512 / 24 % 4 == 0) 0 else full.pixels[it] })
        val again = Fixtures.rgb(small(joined(full, cartoon)))
        val near = psnr(again, Fixtures.rgb(small(cartoon)))
        assertTrue("$near dB", near > 28)
    }

    @Test
    fun `where the cartoon is flat the photo's grain does not come back`() {
        val flat = ArrayRaster(512, 384, IntArray(512 * 384) { 0xFF8090A0.toInt() })
        assertEquals(0, Fixtures.off(joined(full, flat), flat))
    }
}
