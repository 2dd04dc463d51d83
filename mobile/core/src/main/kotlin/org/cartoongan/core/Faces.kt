package org.cartoongan.core

import com.google.ai.edge.litert.Accelerator
import java.io.Closeable
import java.io.File
import kotlin.math.abs
import kotlin.math.exp
import kotlin.math.hypot
import kotlin.math.max
import kotlin.math.min
import kotlin.math.round
import org.opencv.core.Mat

/**
 * One face: a box from the brows to the chin, in pixels of the photo.
 *
 * @param eyes how far apart they are in x.
 */
internal class Face(
    val left: Double,
    val top: Double,
    val width: Double,
    val height: Double,
    val score: Double,
    val eyes: Double,
) {
    fun isSame(other: Face): Boolean {
        val wide = min(left + width, other.left + other.width) - max(left, other.left)
        val high = min(top + height, other.top + other.height) - max(top, other.top)
        val shared = max(0.0, wide) * max(0.0, high)
        val areas = listOf(width * height, other.width * other.height)
        // Of the smaller one, too: a tile's border cuts a large face into a small one.
        return shared > OVERLAP * (areas.sum() - shared) || shared > 0.6 * areas.min()
    }

    private companion object {
        const val OVERLAP = 0.3 // of two boxes' union
    }
}

/** Faces in a photo, found by BlazeFace: `cartoongan_tf/pictures/faces.tflite`, as in Python. */
class FaceFinder internal constructor(private val run: (FloatArray) -> List<FloatArray>, private val end: () -> Unit) :
    Closeable {
    /**
     * The faces of a photo, the largest first.
     *
     * The network sees the whole photo at 128 pixels, and then overlapping quarters of it at
     * 256, for faces that are too small in the whole.
     */
    internal fun find(photo: Raster): List<Face> {
        val longest = max(photo.width, photo.height)
        if (min(photo.width, photo.height) < 16) return emptyList()
        val scales = listOf(SIDE, 2 * SIDE).map { it.toDouble() / longest }
        val sizes = scales.map { scale ->
            fun side(length: Int) = max(1, round(length * scale).toInt())
            Extent(side(photo.width), side(photo.height))
        }
        val found = Area.resize(photo, sizes).zip(scales).flatMap { (small, scale) ->
            val pixels = ByteArray(small.cols() * small.rows() * 3).also { small.get(0, 0, it) }
            val width = small.cols()
            val height = small.rows()
            small.release()
            starts(height).flatMap { top -> starts(width).flatMap { look(pixels, width, height, it, top, scale) } }
        }
        val kept = mutableListOf<Face>()
        for (face in found.sortedByDescending(Face::score)) {
            val counts = face.height >= SMALLEST * longest && face.eyes >= EYES * face.width
            if (counts && kept.none(face::isSame)) kept += face
        }
        return kept.sortedByDescending(Face::height)
    }

    private fun starts(length: Int) =
        if (length > SIDE) (0 until max(1, length - SIDE / 2) step SIDE / 2).toList() else listOf(0)

    /** The network on one tile; black where the tile is less than its square. */
    private fun look(pixels: ByteArray, width: Int, height: Int, left: Int, top: Int, scale: Double): List<Face> {
        val signed = FloatArray(SIDE * SIDE * 3) { -1f }
        for (y in 0 until min(SIDE, height - top)) {
            for (i in 0 until 3 * min(SIDE, width - left)) {
                val level = pixels[((top + y) * width + left) * 3 + i].toInt() and 0xFF
                signed[y * SIDE * 3 + i] = level / 127.5f - 1f
            }
        }
        val outputs = run(signed)
        val boxes = outputs.firstOrNull { it.size == ANCHORS.size * NUMBERS }
        val scores = outputs.firstOrNull { it.size == ANCHORS.size }
        if (boxes == null || scores == null) {
            throw CartoonException("What finds faces must be BlazeFace. Received: outputs of ${outputs.map { it.size }}")
        }
        return ANCHORS.indices.mapNotNull { n ->
            val score = 1 / (1 + exp(-scores[n].toDouble()))
            if (score < SURE) return@mapNotNull null
            fun r(i: Int) = boxes[n * NUMBERS + i].toDouble()
            Face(
                (r(0) + ANCHORS[n].first - r(2) / 2 + left) / scale,
                (r(1) + ANCHORS[n].second - r(3) / 2 + top) / scale,
                r(2) / scale, r(3) / scale, score, abs(r(4) - r(6)) / scale,
            )
        }
    }

    override fun close() = end()

    companion object {
        private const val SIDE = 128 // pixels: what the network takes
        private const val NUMBERS = 16 // of one anchor: a box and six points
        private const val SURE = 0.75 // at 0.7 278 photos without people have 15 faces, here 3
        private const val SMALLEST = 0.04 // of the long side: three pixels of the network's
        private const val EYES = 0.2 // of the box's width at least between the eyes: no profile, no stain

        /** Middles of the network's cells: two for each of 16x16, six of 8x8. */
        private val ANCHORS: List<Pair<Double, Double>> = listOf(16 to 2, 8 to 6).flatMap { (cells, each) ->
            val step = SIDE.toDouble() / cells
            (0 until cells * cells).flatMap { i -> List(each) { (i % cells + 0.5) * step to (i / cells + 0.5) * step } }
        }

        /**
         * On the CPU: it is too small for a GPU to be worth waking.
         *
         * @throws CartoonException when the file is damaged, or cannot run.
         */
        fun open(file: File): FaceFinder {
            if (!file.isFile) throw CartoonException("What finds faces must exist. Received: $file")
            val network = Network.open(file, Accelerator.CPU, threads = 1, outputs = 2)
            return FaceFinder(network::run, network::close)
        }
    }
}

/**
 * Where faces are in a picture: 1 within them, falling to 0 around them.
 *
 * @param faces in pixels of [photo].
 * @param size of the picture asked about: the photo, or a smaller one.
 */
internal class FaceWeights(faces: List<Face>, photo: Extent, private val size: Extent) {
    private val across = size.width.toDouble() / photo.width
    private val down = size.height.toDouble() / photo.height
    private val ovals = faces.map {
        Oval(
            ((it.left + it.width / 2) * across).toFloat(), ((it.top + it.height / 2) * down).toFloat(),
            (it.width * across).toFloat(), (it.height * down).toFloat(),
        )
    }

    private class Oval(val x: Float, val y: Float, val width: Float, val height: Float)

    /** Fills [into] with a row's weights. @return whether a face reaches it; if not, [into] is as before. */
    fun row(y: Int, into: FloatArray): Boolean {
        var reached = false
        for (oval in ovals) {
            val down = (y + 0.5f - oval.y) / oval.height
            if (abs(down) >= REACH) continue
            if (!reached) into.fill(0f, 0, size.width)
            reached = true
            val first = max(0, (oval.x - REACH * oval.width).toInt() - 1)
            val last = min(size.width - 1, (oval.x + REACH * oval.width).toInt() + 1)
            for (x in first..last) {
                val far = hypot((x + 0.5f - oval.x) / oval.width, down)
                into[x] = max(into[x], min(1f, (REACH - far) / (REACH - CORE)))
            }
        }
        return reached
    }

    private companion object {
        const val REACH = 1f // of a face's box, from its middle: here what is done for faces is 0
        const val CORE = 0.65f // and up to here it is done in full
    }
}
