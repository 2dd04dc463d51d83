package org.cartoongan.core

import kotlin.math.max
import kotlin.math.min
import kotlin.math.round

/** Whose colours a cartoon has. */
enum class Colors {
    /** The style's, its accidents taken away: they may stray from the photo's by a bound. */
    AUTO,

    /** The style's, as the network draws them. */
    STYLE,

    /** The photo's, and its exposure. */
    PHOTO,
}

/**
 * How a photo is drawn: what `docs/look.md` says, with Python's defaults.
 *
 * @param drawSize the long side at which the network sees the photo, from 64 pixels; at most as
 *   large as the model and the photo are. Null is `auto`: by the photo and its faces. The result
 *   has the photo's size in any case.
 * @param faces whether faces are looked for, by either `auto`.
 */
data class Look @JvmOverloads constructor(
    val drawSize: Int? = null,
    val colors: Colors = Colors.AUTO,
    val faces: Boolean = true,
) {
    init {
        require(drawSize == null || drawSize >= LEAST) {
            "`drawSize` must be null or at least $LEAST. Received: $drawSize"
        }
    }

    companion object {
        /** As large as the model is. */
        const val LARGEST = Int.MAX_VALUE

        private const val LEAST = 64 // pixels: below it no drawing is left
    }
}

/** The long side at which a photo is drawn, and the faces that need a second pass. */
internal class DrawSize(val longest: Int, val again: List<Face>) {
    companion object {
        const val USUAL = 480 // pixels, of a photo without faces
        private const val FACE = 95 // the height of the largest face when it is drawn
        private const val SMALLEST = 224 // however large that face is
        private const val LARGEST = 720 // or small
        private const val TINY = 40 // a face drawn lower has no features

        /** Python's `auto`. @param faces the largest first. */
        fun auto(photo: Extent, faces: List<Face>): DrawSize {
            if (faces.isEmpty()) return DrawSize(USUAL, faces)
            val wanted = round(photo.longest * FACE.toDouble() / faces[0].height)
            val size = wanted.coerceIn(SMALLEST.toDouble(), LARGEST.toDouble()).toInt()
            val scale = min(size, photo.longest).toDouble() / photo.longest
            val again = size < 0.75 * USUAL && scale < 1 // else a second pass draws no larger
            return DrawSize(size, if (again) faces.filter { it.height * scale < TINY } else emptyList())
        }
    }
}

internal val Extent.longest get() = max(width, height)
