package org.cartoongan.core

import com.google.ai.edge.litert.Accelerator
import java.io.File
import java.security.MessageDigest
import org.json.JSONException
import org.json.JSONObject

/** One exported model, as `model.json` beside it describes it. */
data class Model(
    val file: File,
    val style: String,
    val variant: String,
    val size: Extent,
    val bytes: Long,
    val sha256: String,
) {
    /**
     * Checks that the file is the one described, whole and unchanged: a damaged model may crash
     * the runtime, or draw nonsense.
     *
     * @throws CartoonException when it is not.
     */
    fun verify() {
        if (!file.isFile) throw CartoonException("A model must exist. Received: $file")
        if (file.length() != bytes) {
            throw CartoonException("$file must have $bytes bytes. Received: ${file.length()}")
        }
        val digest = MessageDigest.getInstance("SHA-256")
        file.inputStream().use { stream ->
            val buffer = ByteArray(1 shl 16)
            while (true) {
                val count = stream.read(buffer)
                if (count < 0) break
                digest.update(buffer, 0, count)
            }
        }
        val hash = digest.digest().joinToString("") { "%02x".format(it) }
        if (hash != sha256) {
            throw CartoonException("$file must have the SHA-256 $sha256. Received: $hash")
        }
    }
}

/** What a model is for. */
enum class Purpose {
    /** Photos: the network's own pictures, as large as there is a model for. */
    PHOTO,

    /** Frames of a camera: small and quick. */
    LIVE,

    /** A style's card: small, and the network's own picture. */
    SKETCH,
}

/** The models that `export` wrote. */
object Models {
    private const val FORMAT = 1 // of model.json; raised when a field changes its meaning
    const val CONTRACT = "model.json"

    /**
     * Reads a `model.json`.
     *
     * @param contract the file; the models lie beside it. Entries for other runtimes than
     *   LiteRT are left out.
     * @throws CartoonException when it is not what `export` writes.
     */
    @JvmStatic
    @Throws(CartoonException::class)
    fun read(contract: File): List<Model> {
        if (!contract.isFile) throw CartoonException("`$CONTRACT` must exist. Received: $contract")
        return parse(contract.readText(), contract.path) { File(contract.parentFile, it) }
    }

    /**
     * The model for a purpose: for photos the largest of float16, for live pictures the smallest,
     * of int8 on the CPU; for sketches the smallest of float16. A GPU takes no int8. Whether int8 is
     * the quicker one is for [ModelAssets.find] to measure.
     *
     * @param models of one style, in any order.
     * @throws CartoonException when none of them serves.
     */
    @JvmStatic
    @JvmOverloads
    @Throws(CartoonException::class)
    fun pick(
        models: List<Model>, purpose: Purpose = Purpose.PHOTO, accelerator: Accelerator = Accelerator.CPU,
    ): Model {
        val variants = when {
            accelerator == Accelerator.GPU -> listOf("float16", "float32")
            purpose == Purpose.LIVE -> listOf("int8", "float16", "float32")
            else -> listOf("float16", "float32", "int8")
        }
        val variant = variants.firstOrNull { wanted -> models.any { it.variant == wanted } } ?: throw CartoonException(
            "A style must have a model of ${variants.joinToString(" or ")} on $accelerator. " +
                "Received: ${models.map(Model::variant)}"
        )
        val fitting = models.filter { it.variant == variant }.sortedBy { it.size.width * it.size.height }
        return if (purpose == Purpose.PHOTO) fitting.last() else fitting.first()
    }

    /** [read], of a text from elsewhere; [place] says where a model's file is. */
    fun parse(text: String, source: String, place: (String) -> File): List<Model> {
        try {
            val contract = JSONObject(text)
            val format = contract.getInt("format")
            if (format != FORMAT) {
                throw CartoonException("$source must have the format $FORMAT. Received: $format")
            }
            val entries = contract.getJSONArray("models")
            return (0 until entries.length())
                .map(entries::getJSONObject)
                .filter { it.getString("file").endsWith(".tflite") }
                .map { model(it, contract.getString("style"), source, place) }
        } catch (error: JSONException) {
            throw CartoonException("$source must be what `export` wrote. Received: ${error.message}", error)
        }
    }

    private fun model(entry: JSONObject, style: String, source: String, place: (String) -> File): Model {
        val name = entry.getString("file")
        val sizes = listOf("input", "output").map { end ->
            val picture = entry.getJSONObject(end)
            val shape = picture.getJSONArray("shape").let { array -> (0 until array.length()).map { array.optInt(it, -1) } }
            val range = picture.getJSONArray("range").let { array -> (0 until array.length()).map { array.getInt(it) } }
            val fits = picture.getString("dtype") == "float32" && picture.getString("layout") == "NHWC" &&
                picture.getString("channels") == "RGB" && range == listOf(-1, 1) &&
                shape.size == 4 && shape[0] == 1 && shape[1] > 0 && shape[2] > 0 && shape[3] == 3
            if (!fits) {
                throw CartoonException(
                    "The $end of $name in $source must be float32 NHWC RGB in -1..1 of one size. Received: $picture"
                )
            }
            Extent(shape[2], shape[1])
        }
        if (sizes[0] != sizes[1]) {
            throw CartoonException("$name in $source must give the size it takes. Received: ${sizes[0]} to ${sizes[1]}")
        }
        return Model(
            place(name), style, entry.getString("variant"), sizes[0],
            entry.getLong("bytes"), entry.getString("sha256"),
        )
    }

    /**
     * All models in a folder like `saved_models/`.
     *
     * @throws CartoonException when there is none.
     */
    @JvmStatic
    @Throws(CartoonException::class)
    fun find(folder: File): List<Model> {
        val found = folder.walkTopDown().maxDepth(3) // STYLE/tflite/model.json
            .filter { it.name == CONTRACT && it.isFile }
            .sorted().flatMap(::read).toList()
        if (found.isEmpty()) {
            throw CartoonException(
                "A folder of models must have STYLE/tflite/$CONTRACT, which " +
                    "`python -m cartoongan_tf.export --tflite` writes. Received: $folder"
            )
        }
        return found
    }
}
