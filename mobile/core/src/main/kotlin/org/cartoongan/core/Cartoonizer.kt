package org.cartoongan.core

import android.content.Context
import android.graphics.Bitmap
import com.google.ai.edge.litert.Accelerator
import java.io.Closeable
import java.io.File
import java.util.concurrent.CancellationException
import java.util.stream.IntStream
import kotlin.math.min
import org.opencv.core.Core
import org.opencv.core.CvType
import org.opencv.core.Mat

/**
 * Turns photos into cartoons with one model. Any size in, the same size out.
 *
 * The network sees the photo small and its cartoon is joined with the large photo: how small
 * says the [Look], and what is done exactly says `docs/look.md`. A photo that is drawn as large
 * as it is gives, level for level, what Python gives.
 *
 * Load OpenCV's native library first ([fromAssets] does, else [OpenCv.load]), call it from one
 * thread that is not the screen's, and [close] it.
 *
 * @param faces closed with it; null finds none.
 */
class Cartoonizer @JvmOverloads constructor(private val engine: Engine, private val faces: FaceFinder? = null) : Closeable {
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
    @JvmOverloads
    @Throws(CartoonException::class)
    fun draw(
        photo: Raster,
        cartoon: Raster,
        strength: Float = 1f,
        look: Look = Look(),
        watch: Watch = Watch { true },
    ) {
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
        if (strength == 0f) return finish(photo, cartoon, ::tell) { _, _, _ -> }

        val full = Extent(photo.width, photo.height)
        val seen = look(photo, look)
        tell(LOOKED)
        val drawSize = look.drawSize?.let { DrawSize(it, emptyList()) } ?: DrawSize.auto(full, seen)
        val first = full.drawnAt(drawSize.longest, engine.size)
        val second = full.drawnAt(DrawSize.USUAL, engine.size)
        // A model that is too small for a larger second pass would draw the first one again.
        val hasSecond = drawSize.again.isNotEmpty() && second != first
        val smalls = Area.shrink(photo, listOfNotNull(first, second.takeIf { hasSecond })) {
            tell(LOOKED + (SHRUNK - LOOKED) * it)
        }
        val passes = try {
            smalls.mapIndexed { i, small ->
                draw(small, full, look.colors, seen).also {
                    tell(SHRUNK + (DRAWN - SHRUNK) * (i + 1) / smalls.size)
                }
            }
        } finally {
            smalls.forEach(Mat::release)
        }
        val near = FaceWeights(drawSize.again, full, full)
        finish(photo, cartoon, { tell(DRAWN + (1 - DRAWN) * it) }) { pixels, top, rows ->
            change(passes, near, strength, pixels, top, rows, full.width)
        }
    }

    /**
     * Draws a bitmap of any kind, which stays as it is. It has no EXIF any more: for a file's
     * photo, turned upright, give [Bitmaps.read].
     *
     * @return a mutable one of its size, ARGB_8888.
     * @throws CartoonException when the model fails, or there is no memory for a second bitmap.
     */
    @JvmOverloads
    @Throws(CartoonException::class)
    fun draw(photo: Bitmap, strength: Float = 1f, look: Look = Look(), watch: Watch = Watch { true }): Bitmap =
        Bitmaps.copy(photo).also { draw(BitmapRaster(it), BitmapRaster(it), strength, look, watch) }

    /**
     * Draws OpenCV's picture: a Mat in, a Mat out.
     *
     * @param photo 8 bits, of 1, 3 or 4 channels.
     * @param cartoon made as large as the photo, and of its type; give the same one for each frame,
     *   so that no memory is asked for. May be the photo.
     * @param rgb whether its channels are RGB or RGBA, as a camera view gives; false for BGR, as `imread` gives.
     * @return `cartoon`.
     */
    @JvmOverloads
    @Throws(CartoonException::class)
    fun draw(photo: Mat, cartoon: Mat = Mat(), rgb: Boolean = true, strength: Float = 1f, look: Look = Look()): Mat {
        cartoon.create(photo.rows(), photo.cols(), photo.type())
        draw(MatRaster(photo, rgb), MatRaster(cartoon, rgb), strength, look)
        return cartoon
    }

    /** The faces of a photo; none where they are not asked for, or what finds them fails. */
    private fun look(photo: Raster, look: Look): List<Face> {
        val isAsked = look.faces && (look.drawSize == null || look.colors == Colors.AUTO)
        if (faces == null || !isAsked) return emptyList()
        return try {
            faces.find(photo)
        } catch (_: CartoonException) {
            emptyList()
        }
    }

    private fun draw(small: Mat, full: Extent, colors: Colors, seen: List<Face>): Rows {
        val size = Extent(small.cols(), small.rows())
        val levels = drawSmall(small, colors, FaceWeights(seen, full, size))
        try {
            if (size != full) return Joining(small, levels, full)
            return Drawn(FloatArray(full.width * full.height * 3).also { levels.get(0, 0, it) }, full.width)
        } finally {
            levels.release()
        }
    }

    /**
     * Draws a picture that fits into the model, as the frames of a camera do: no faces are
     * looked for, no second pass, and nothing is joined, for it is as small as its cartoon.
     *
     * @param small RGB, 8 bits, at most [size].
     * @return RGB in float levels, of the picture's size; with [Colors.STYLE] not cut at 0..255.
     */
    @JvmOverloads
    @Throws(CartoonException::class)
    fun drawSmall(small: Mat, colors: Colors = Colors.AUTO): Mat = drawSmall(small, colors, null)

    private fun drawSmall(small: Mat, colors: Colors, near: FaceWeights?): Mat {
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
            val cartoon = scratch.add(all.submat(0, small.rows(), 0, small.cols())).clone()
            Coloring.apply(colors, cartoon, small, near)
            return cartoon
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

    /** Turns rows of the photo into rows of its cartoon, on all processors. */
    private fun change(
        passes: List<Rows>, near: FaceWeights, strength: Float, pixels: IntArray, top: Int, rows: Int, width: Int,
    ) {
        val parts = min(rows, Runtime.getRuntime().availableProcessors())
        IntStream.range(0, parts).parallel().forEach { part ->
            val levels = FloatArray(width * 3)
            val finer = FloatArray(if (passes.size > 1) width * 3 else 0)
            val shares = FloatArray(if (passes.size > 1) width else 0)
            val workspaces = passes.map(Rows::workspace)
            for (y in rows * part / parts until rows * (part + 1) / parts) {
                val from = y * width
                passes[0].row(top + y, pixels, from, levels, workspaces[0])
                if (passes.size > 1 && near.row(top + y, shares)) {
                    passes[1].row(top + y, pixels, from, finer, workspaces[1])
                    for (i in levels.indices) levels[i] += shares[i / 3] * (finer[i] - levels[i])
                }
                replace(pixels, from, levels, strength)
            }
        }
    }

    /** A row's levels blended with the photo's, rounded; the alpha beside them stays. */
    private fun replace(pixels: IntArray, from: Int, levels: FloatArray, strength: Float) {
        val rest = 1 - strength
        for (x in 0 until levels.size / 3) {
            val pixel = pixels[from + x]
            val red = toLevel(strength * levels[3 * x] + rest * (pixel shr 16 and 0xFF))
            val green = toLevel(strength * levels[3 * x + 1] + rest * (pixel shr 8 and 0xFF))
            val blue = toLevel(strength * levels[3 * x + 2] + rest * (pixel and 0xFF))
            pixels[from + x] = (pixel and ALPHA) or (red shl 16) or (green shl 8) or blue
        }
    }

    /** Goes over the photo strip by strip: [change] gets the pixels, the first row, and their count. */
    private fun finish(photo: Raster, cartoon: Raster, tell: (Float) -> Unit, change: (IntArray, Int, Int) -> Unit) {
        val most = min(STRIP, photo.height)
        val pixels = IntArray(photo.width * most)
        for (top in 0 until photo.height step most) {
            val count = min(most, photo.height - top)
            photo.read(0, top, photo.width, count, pixels)
            change(pixels, top, count)
            cartoon.write(0, top, photo.width, count, pixels)
            tell((top + count).toFloat() / photo.height)
        }
    }

    override fun close() {
        open = false
        engine.close()
        faces?.close()
    }

    companion object {
        private const val STRIP = 64 // rows; what is in memory beside the photo is a few of these
        private const val LOOKED = 0.1f // for faces: of the work
        private const val SHRUNK = 0.2f
        private const val DRAWN = 0.6f
        private const val ALPHA = 0xFF shl 24
        private val SIGNED = FloatArray(256) { it / 127.5f - 1f }

        /**
         * A model on LiteRT.
         *
         * @param faces what finds faces, `faces.tflite`; where it cannot be opened none are found.
         * @throws CartoonException when the model's file is damaged, or cannot run there.
         */
        @JvmStatic
        @JvmOverloads
        @Throws(CartoonException::class)
        fun open(
            model: Model,
            accelerator: Accelerator = Accelerator.CPU,
            threads: Int? = null,
            faces: File? = null,
        ): Cartoonizer {
            val engine = LiteRtEngine.open(model, accelerator, threads)
            val finder = try {
                faces?.let(FaceFinder::open)
            } catch (_: CartoonException) {
                null
            }
            return Cartoonizer(engine, finder)
        }

        /**
         * A style's model out of the app's assets, with what finds faces for photos.
         *
         * @param style a folder of `assets/models/`, with its `model.json` and the files that this names.
         * @throws CartoonException when there is none, or it cannot run there.
         */
        @JvmStatic
        @JvmOverloads
        @Throws(CartoonException::class)
        fun fromAssets(
            context: Context,
            style: String,
            purpose: Purpose = Purpose.PHOTO,
            accelerator: Accelerator = Accelerator.CPU,
        ): Cartoonizer {
            OpenCv.load()
            val assets = ModelAssets(context)
            val model = assets.unpack(assets.find(style, purpose, accelerator))
            // Nobody is looked for in a live picture, so that it stays quick.
            return open(model, accelerator, faces = if (purpose == Purpose.PHOTO) assets.unpackFaces() else null)
        }
    }
}
