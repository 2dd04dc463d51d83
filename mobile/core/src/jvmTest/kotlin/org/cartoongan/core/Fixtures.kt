package org.cartoongan.core

import java.io.File
import java.io.InputStream
import kotlin.math.abs
import kotlin.math.log10
import org.opencv.core.Mat
import org.opencv.core.MatOfByte
import org.opencv.imgcodecs.Imgcodecs

/** What the tests share. `mvn -Dmodels=DIR -Dgoldens=DIR` name other folders. */
internal object Fixtures {
    init {
        nu.pattern.OpenCV.loadLocally()
    }

    /** Loads OpenCV, by what stands above. */
    fun load() = Unit

    val goldens = File(System.getProperty("goldens"))
    /** BlazeFace, where Python has it. */
    val faces = File("../../cartoongan_tf/pictures/faces.tflite")

    /** As the network draws, and as large as it can. */
    val plain = Look(Look.LARGEST, Colors.STYLE)

    val models: List<Model> by lazy { Models.find(File(System.getProperty("models"))) }

    fun model(size: Int, variant: String) = models.firstOrNull {
        it.size == Extent(size, size) && it.variant == variant
    } ?: throw CartoonException("The models must have $variant of $size pixels. Received: $models")

    fun stream(name: String): InputStream =
        checkNotNull(javaClass.getResourceAsStream("/$name")) { "no resource $name" }

    fun read(name: String) = decode(stream(name).use { it.readBytes() })

    fun read(file: File) = decode(file.readBytes())

    private fun decode(bytes: ByteArray): ArrayRaster {
        val flags = Imgcodecs.IMREAD_COLOR or Imgcodecs.IMREAD_IGNORE_ORIENTATION
        return MatRaster(Imgcodecs.imdecode(MatOfByte(*bytes), flags)).copy()
    }

    fun Raster.copy() = ArrayRaster(width, height).also { read(0, 0, width, height, it.pixels) }

    /** A raster's RGB in 8 bits, of the same size or shrunk by area. */
    fun mat(raster: Raster, size: Extent = Extent(raster.width, raster.height)) =
        Area.shrink(raster, listOf(size)).single()

    fun rgb(mat: Mat) = MatRaster(mat, rgb = true).copy()

    /** Where test pictures are put to be looked at. */
    fun write(name: String, raster: ArrayRaster) {
        val file = File("target/pictures/$name").apply { parentFile.mkdirs() }
        val mat = Mat(raster.height, raster.width, org.opencv.core.CvType.CV_8UC3)
        MatRaster(mat).write(0, 0, raster.width, raster.height, raster.pixels)
        check(Imgcodecs.imwrite(file.path, mat))
    }

    /** The greatest difference of a channel, in levels. */
    fun off(a: ArrayRaster, b: ArrayRaster): Int = differences(a, b).maxOf { abs(it) }

    fun psnr(a: ArrayRaster, b: ArrayRaster): Double {
        val square = differences(a, b).map { (it * it).toDouble() }.average()
        return 10 * log10(255.0 * 255.0 / square)
    }

    private fun differences(a: ArrayRaster, b: ArrayRaster): List<Int> {
        check(a.width == b.width && a.height == b.height) {
            "${a.width}x${a.height} is not ${b.width}x${b.height}"
        }
        return a.pixels.indices.flatMap { i ->
            listOf(16, 8, 0).map { (a.pixels[i] shr it and 0xFF) - (b.pixels[i] shr it and 0xFF) }
        }
    }

    /** A photo with edges, slopes and texture, without a file. */
    fun drawn(width: Int, height: Int) = ArrayRaster(width, height).also { raster ->
        for (y in 0 until height) for (x in 0 until width) {
            val inside = (x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2) < height * height / 9
            val red = if (inside) 210 else 40 + 120 * x / width
            val green = 60 + 150 * y / height
            val blue = if (x / 37 % 2 == y / 29 % 2) 170 else 90
            val grain = (x * 7919 + y * 104729) % 13 - 6
            raster.pixels[y * width + x] = (0xFF shl 24) or ((red + grain) shl 16) or ((green + grain) shl 8) or (blue + grain)
        }
    }
}

/** Gives back what it gets: what remains is the way to the network and back. */
internal class Mirror(override val size: Extent, private val change: (FloatArray) -> FloatArray = { it }) : Engine {
    override val name = "mirror"
    var closed = false
    var runs = 0

    override fun run(photo: FloatArray): FloatArray {
        runs++
        return change(photo.copyOf())
    }

    override fun close() {
        closed = true
    }
}
