package org.cartoongan.core

import java.io.File
import org.cartoongan.core.Fixtures.copy
import org.junit.Assert.assertTrue
import org.junit.Test
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.imgcodecs.Imgcodecs

/** Runs under -Xmx512m (pom.xml). */
class LargePhotoTest {
    @Test
    fun `a JPEG of 12 megapixels becomes a cartoon under 512 MB of heap`() {
        Fixtures.load()
        val limit = Runtime.getRuntime().maxMemory()
        assertTrue("the heap is ${limit shr 20} MB", limit <= 512L shl 20)
        val file = File("target/pictures/large.jpg").apply { parentFile.mkdirs() }
        Mat(3000, 4000, CvType.CV_8UC3).also { mat ->
            MatRaster(mat).write(0, 0, 4000, 3000, Fixtures.drawn(4000, 3000).pixels)
            check(Imgcodecs.imwrite(file.path, mat))
            mat.release()
        }
        System.gc()

        // as an app does: decode, turn upright by a view, draw onto itself, encode
        val photo = Imgcodecs.imread(file.path, Imgcodecs.IMREAD_COLOR or Imgcodecs.IMREAD_IGNORE_ORIENTATION)
        val upright = UprightRaster(MatRaster(photo), 6)
        val before = upright.part()
        val start = System.nanoTime()
        val drawing = Cartoonizer.open(Fixtures.model(512, "int8"), faces = Fixtures.faces).use {
            val opened = System.nanoTime()
            it.draw(upright, upright)
            (System.nanoTime() - opened) / 1e9
        }
        val seconds = (System.nanoTime() - start) / 1e9
        val after = upright.part()
        check(Imgcodecs.imwrite("target/pictures/large-cartoon.jpg", photo))
        val peak = File("/proc/self/status").readLines().first { it.startsWith("VmHWM") }
        println("12 megapixels: %.1f s, with opening the model %.1f s; the process's peak $peak".format(drawing, seconds))
        assertTrue("it changed", Fixtures.off(before, after) > 8)
    }

    private fun Raster.part() = ArrayRaster(300, 300).also { read(1000, 1500, 300, 300, it.pixels) }

    @Test
    fun `a large photo's cartoon, shrunk, is the small photo's cartoon`() {
        val photo = Fixtures.drawn(1300, 1010)
        val large = ArrayRaster(1300, 1010)
        val small = Fixtures.rgb(Fixtures.mat(photo, Extent(1300, 1010).drawnAt(256, Extent(256, 256))))
        val expected = small.copy()
        Cartoonizer.open(Fixtures.model(256, "float16")).use {
            it.draw(photo, large)
            it.draw(small, expected)
        }
        val again = Fixtures.rgb(Fixtures.mat(large, Extent(small.width, small.height)))
        val near = Fixtures.psnr(again, expected)
        println("a large cartoon, shrunk: %.1f dB from the small one".format(near))
        assertTrue("$near dB", near > 28)
    }
}
