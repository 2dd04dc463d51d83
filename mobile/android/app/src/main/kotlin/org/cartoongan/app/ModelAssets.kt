package org.cartoongan.app

import android.content.Context
import com.google.ai.edge.litert.Accelerator
import java.io.File
import java.io.IOException
import org.cartoongan.core.CartoonException
import org.cartoongan.core.Extent
import org.cartoongan.core.Model
import org.cartoongan.core.Models

/** The models among the app's assets: models/STYLE/model.json with its files beside it. */
class ModelAssets(private val context: Context) {
    /** The one that pleases most first: the screen begins with it, as Python does. */
    val styles: List<String> by lazy {
        // A phone lists a folder's children, Robolectric all that is below them.
        context.assets.list(ROOT).orEmpty().map { it.substringBefore('/') }.distinct()
            .sortedWith(compareBy({ it != DEFAULT }, { it }))
    }

    /**
     * A style's model: for photos the largest, for live pictures the smallest.
     *
     * A GPU takes float16; int8 is what makes a processor quick.
     *
     * @throws CartoonException when there is none.
     */
    fun find(style: String, accelerator: Accelerator, live: Boolean): Model {
        val variants = if (accelerator == Accelerator.GPU) GPU_VARIANTS else CPU_VARIANTS
        val models = read(style)
        val variant = variants.firstOrNull { wanted -> models.any { it.variant == wanted } }
            ?: throw CartoonException("A style must have a model of $variants. Received: $style with none")
        val fitting = models.filter { it.variant == variant }.sortedBy { it.size.area }
        return if (live) fitting.first() else fitting.last()
    }

    private fun read(style: String): List<Model> {
        val path = "$ROOT/$style/${Models.CONTRACT}"
        val text = try {
            context.assets.open(path).use { it.reader().readText() }
        } catch (error: IOException) {
            throw CartoonException("A style must be among the app's models, $styles. Received: $style", error)
        }
        return Models.parse(text, path) { File(folder(style), it) }
    }

    /** Puts a model where LiteRT can open it by its path: core/ knows no assets. */
    fun unpack(model: Model): Model {
        if (model.file.isFile && runCatching(model::verify).isSuccess) return model
        val folder = folder(model.style).apply { mkdirs() }
        val part = File(folder, model.file.name + ".part")
        context.assets.open("$ROOT/${model.style}/${model.file.name}").use { from ->
            part.outputStream().use { from.copyTo(it) }
        }
        if (!part.renameTo(model.file)) throw CartoonException("A model must be writable. Received: ${model.file}")
        return model
    }

    /** What finds faces, likewise; null where the app has none: then no faces are found. */
    fun unpackFaces(): File? = try {
        val bytes = context.assets.open(FACES).use { it.readBytes() }
        val file = File(context.noBackupFilesDir, FACES)
        if (!file.isFile || !file.readBytes().contentEquals(bytes)) {
            val part = File(file.path + ".part").apply { writeBytes(bytes) }
            if (!part.renameTo(file)) throw IOException("cannot write $file")
        }
        file
    } catch (_: IOException) {
        null
    }

    private fun folder(style: String) = File(context.noBackupFilesDir, "$ROOT/$style")

    private val Extent.area get() = width * height

    companion object {
        private const val ROOT = "models"
        private const val FACES = "faces.tflite"
        private const val DEFAULT = "pepper"
        private val GPU_VARIANTS = listOf("float16", "float32")
        private val CPU_VARIANTS = listOf("int8", "float16", "float32")
    }
}
