package org.cartoongan.core

import android.content.Context
import com.google.ai.edge.litert.Accelerator
import java.io.File
import java.io.IOException

/** The models among an app's assets: models/STYLE/model.json with its files beside it, and faces.tflite. */
class ModelAssets(context: Context) {
    private val context = context.applicationContext ?: context

    /** The free one first, with which the screen begins as Python does; in the web page's order. */
    val styles: List<String> by lazy {
        // A phone lists a folder's children, Robolectric all that is below them.
        context.assets.list(ROOT).orEmpty().map { it.substringBefore('/') }.distinct()
            .sortedWith(compareBy({ style -> ORDER.indexOf(style).let { if (it < 0) ORDER.size else it } }, { it }))
    }

    /**
     * A style's model, by [Models.pick]. For live pictures on the CPU it is int8 only where this device
     * draws sooner with it: the first time, both are timed, which takes about a second.
     *
     * @throws CartoonException when there is none.
     */
    @JvmOverloads
    @Throws(CartoonException::class)
    fun find(style: String, purpose: Purpose = Purpose.PHOTO, accelerator: Accelerator = Accelerator.CPU): Model {
        val models = read(style)
        val model = Models.pick(models, purpose, accelerator)
        if (purpose != Purpose.LIVE || model.variant != "int8") return model
        val other = models.firstOrNull { it.variant == "float16" && it.size == model.size } ?: return model
        val times = try {
            Trial(File(folder(style), "trial")).of(model, other) { int8, float16 ->
                Trial.measure(unpack(int8), unpack(float16))
            }
        } catch (_: CartoonException) {
            return other // one of them cannot run; should it be this one, its opening tells
        }
        return if (times.isInt8Quicker) model else other
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

    companion object {
        private const val ROOT = "models"
        private const val FACES = "faces.tflite"
        private val ORDER = listOf("pepper", "paprika", "hayao", "hosoda", "shinkai") // others follow by name
    }
}
