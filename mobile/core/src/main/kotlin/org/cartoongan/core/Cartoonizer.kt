package org.cartoongan.core

import com.google.ai.edge.litert.Accelerator
import java.io.Closeable
import java.util.concurrent.CancellationException
import kotlin.math.min
import org.opencv.core.Core
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.core.MatOfInt
import org.opencv.imgproc.Imgproc

/**
 * Turns photos into cartoons with one model. Any size in, the same size out.
 *
 * A photo that fits into the model gives, level for level, what Python gives. A larger one is
 * shrunk into it as in Python, and its cartoon joined to the photo's detail on the way back.
 *
 * Load OpenCV's native library first (`OpenCVLoader.initLocal()` on Android), call it from one
 * thread, and [close] it.
 */
class Cartoonizer(private val engine: Engine) : Closeable {
    private var open = true

    /** Of the model. */
    val size: Extent get() = engine.size

    /**
     * Draws a photo.
     *
     * @param photo its alpha is kept.
     * @param cartoon of the photo's size. May be the photo itself, which then holds parts of
     *   both if the drawing is cancelled.
     * @param strength 1 for the cartoon, 0 for the photo, between them a blend.
     * @throws CartoonException when the model fails.
     * @throws CancellationException when [watch] said no.
     */
    fun draw(photo: Raster, cartoon: Raster, strength: Float = 1f, watch: Watch = Watch { true }) {
        check(open) { "A cartoonizer must be open. Received: ${engine.name}, closed" }
        require(strength in 0f..1f) { "`strength` must be in 0..1. Received: $strength" }
        require(photo.width > 0 && photo.height > 0) {
            "A photo must have pixels. Received: ${photo.width}x${photo.height}"
        }
        require(cartoon.width == photo.width && cartoon.height == photo.height) {
            "The cartoon must have the photo's size, ${photo.width}x${photo.height}. " +
                "Received: ${cartoon.width}x${cartoon.height}"
        }
        fun tell(done: Float) {
            if (!watch.goOn(done)) throw CancellationException("The drawing was cancelled.")
        }
        tell(0f)
        if (strength == 0f) return finish(photo, cartoon, ::tell) {}

        val full = Extent(photo.width, photo.height)
        val small = Lanczos.resize(photo, full.fittedInto(engine.size)) { tell(SHRUNK * it) }
        val levels = try {
            drawSmall(small)
        } catch (error: Throwable) {
            small.release()
            throw error
        }
        tell(DRAWN)
        val detail = if (Extent(small.cols(), small.rows()) == full) null else Detail(small, levels, full)
        small.release()
        try {
            finish(photo, cartoon, { tell(DRAWN + (1 - DRAWN) * it) }) { strip ->
                val rows = strip.rows
                if (detail != null) {
                    blend(rows, strength) { detail.join(rows, strip.top) }
                } else {
                    val own = levels.rowRange(strip.top, strip.top + rows.rows())
                    blend(rows, strength) { own.copyTo(rows) }
                    own.release()
                }
            }
        } finally {
            levels.release()
        }
    }

    /**
     * Draws a picture that fits into the model, as the frames of a camera do.
     *
     * @param small RGB, 8 bits, at most [size].
     * @return RGB in float levels, 0..255 but not cut there; of the picture's size.
     */
    fun drawSmall(small: Mat): Mat {
        check(open) { "A cartoonizer must be open. Received: ${engine.name}, closed" }
        val box = engine.size
        require(small.type() == CvType.CV_8UC3 && small.cols() in 1..box.width && small.rows() in 1..box.height) {
            "A small picture must be 8-bit RGB of at most $box pixels. " +
                "Received: ${small.cols()}x${small.rows()}, ${CvType.typeToString(small.type())}"
        }
        val bytes = ByteArray(box.width * box.height * 3)
        Scratch().use { scratch ->
            val padded = scratch.mat()
            Core.copyMakeBorder(
                small, padded, 0, box.height - small.rows(), 0, box.width - small.cols(), Core.BORDER_REFLECT_101,
            )
            padded.get(0, 0, bytes)
            val signed = engine.run(FloatArray(bytes.size) { SIGNED[bytes[it].toInt() and 0xFF] })
            check(signed, bytes)
            for (i in signed.indices) signed[i] = (signed[i] + 1f) * 127.5f
            val all = scratch.add(Mat(box.height, box.width, CvType.CV_32FC3))
            all.put(0, 0, signed)
            return scratch.add(all.submat(0, small.rows(), 0, small.cols())).clone()
        }
    }

    /** Whether it is a picture at all. */
    private fun check(signed: FloatArray, photo: ByteArray) {
        if (signed.size != photo.size) {
            throw CartoonException("${engine.name} must give ${photo.size} numbers. Received: ${signed.size}")
        }
        signed.firstOrNull { !it.isFinite() }?.let {
            throw CartoonException("${engine.name} must give finite numbers. Received: $it")
        }
        // What a GPU's driver gives that does not know an operation.
        val isBlank = signed.all { it == signed[0] } && photo.any { it != photo[0] }
        if (isBlank) {
            throw CartoonException("${engine.name} must give a picture. Received: ${signed[0]} everywhere")
        }
    }

    private fun blend(rows: Mat, strength: Float, draw: () -> Unit) {
        if (strength == 1f) return draw()
        val photo = rows.clone()
        draw()
        Core.addWeighted(rows, strength.toDouble(), photo, 1.0 - strength, 0.0, rows)
        photo.release()
    }

    private class Strip(val top: Int, val rows: Mat)

    /** Goes over the photo strip by strip: RGB in float levels, changed by [change], rounded. */
    private fun finish(photo: Raster, cartoon: Raster, tell: (Float) -> Unit, change: (Strip) -> Unit) {
        val most = min(STRIP, photo.height)
        val pixels = IntArray(photo.width * most)
        ArgbBlock(photo.width, most).use { block ->
            for (top in 0 until photo.height step most) {
                val count = min(most, photo.height - top)
                photo.read(0, top, photo.width, count, pixels)
                block.put(pixels, count)
                Scratch().use { scratch ->
                    val argb = scratch.add(block.mat.rowRange(0, count))
                    val rgb = scratch.mat()
                    Imgproc.cvtColor(argb, rgb, Imgproc.COLOR_BGRA2RGB)
                    rgb.convertTo(rgb, CvType.CV_32F)
                    change(Strip(top, rgb))
                    rgb.convertTo(rgb, CvType.CV_8U) // rounds to the nearest, cuts at 0 and 255
                    val order = MatOfInt(0, 2, 1, 1, 2, 0) // the alpha beside them stays
                    scratch.add(order)
                    Core.mixChannels(listOf(rgb), listOf(argb), order)
                }
                block.get(pixels, count)
                cartoon.write(0, top, photo.width, count, pixels)
                tell((top + count).toFloat() / photo.height)
            }
        }
    }

    override fun close() {
        open = false
        engine.close()
    }

    companion object {
        private const val STRIP = 64 // rows; what is in memory beside the photo is a few of these
        private const val SHRUNK = 0.2f // of the work
        private const val DRAWN = 0.6f
        private val SIGNED = FloatArray(256) { it / 127.5f - 1f }

        /**
         * A model on LiteRT.
         *
         * @throws CartoonException when the file is damaged, or cannot run there.
         */
        fun open(model: Model, accelerator: Accelerator = Accelerator.CPU, threads: Int? = null) =
            Cartoonizer(LiteRtEngine.open(model, accelerator, threads))
    }
}
