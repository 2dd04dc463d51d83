package org.cartoongan.core

import kotlin.math.abs
import kotlin.math.max
import kotlin.math.min
import kotlin.math.round
import kotlin.math.sqrt
import org.opencv.core.Core
import org.opencv.core.CvType
import org.opencv.core.Mat
import org.opencv.core.MatOfDouble
import org.opencv.core.Point
import org.opencv.core.Scalar
import org.opencv.core.Size
import org.opencv.imgproc.Imgproc

/** The colours of a small cartoon, as in Python: `docs/look.md`, step 4. */
internal object Coloring {
    private const val WINDOW = 1 / 40.0 // of the long side: colour is taken from about this far around

    // Of `auto`, in levels. What styles mean to do stays within them on most photos.
    private const val TINT = 18.0 // chroma may stray this far from the photo's
    private const val LIGHT = 30.0 // and lightness this far
    private const val FACE_TINT = 8.0 // within a face, where a patch is seen at once
    private const val FACE_LIGHT = 15.0
    private const val STEPS = 10.0 // of the cartoon's luma: larger ones stop the shift from spreading
    private val LUMA = floatArrayOf(0.299f, 0.587f, 0.114f)

    // Of `photo`.
    private const val SHARPNESS = 4.0 // in L: lightness steps of the cartoon that stop colour from spreading
    private const val MAX_GAIN = 2.0 // of contrast: a foggy photo may not turn a cartoon's lines to noise

    /**
     * Changes a cartoon, RGB in float levels, in place.
     *
     * @param photo that the network saw, RGB in 8 bits.
     * @param faces where they are in it; null is nowhere.
     */
    fun apply(colors: Colors, cartoon: Mat, photo: Mat, faces: FaceWeights?) = when (colors) {
        Colors.STYLE -> Unit
        Colors.AUTO -> tame(cartoon, photo, faces)
        Colors.PHOTO -> keep(cartoon, photo)
    }

    private fun tame(cartoon: Mat, photo: Mat, faces: FaceWeights?) = Scratch().use { scratch ->
        val width = cartoon.cols()
        val height = cartoon.rows()
        Core.min(cartoon, Scalar.all(255.0), cartoon)
        Core.max(cartoon, Scalar.all(0.0), cartoon)
        val levels = FloatArray(width * height * 3).also { cartoon.get(0, 0, it) }
        val apart = scratch.mat().also { photo.convertTo(it, CvType.CV_32F) }
        Core.subtract(apart, cartoon, apart)
        val luma = FloatArray(width * height) {
            levels[3 * it] * LUMA[0] + levels[3 * it + 1] * LUMA[1] + levels[3 * it + 2] * LUMA[2]
        }
        val guide = Guide(scratch, scratch.add(Mat(height, width, CvType.CV_32F)).also { it.put(0, 0, luma) }, STEPS)
        val smooth = (0..2).map { channel ->
            val one = scratch.mat().also { Core.extractChannel(apart, it, channel) }
            DoubleArray(width * height).also { guide.smooth(one).get(0, 0, it) }
        }
        val weights = FloatArray(width)
        for (y in 0 until height) {
            val near = faces != null && faces.row(y, weights)
            for (x in 0 until width) {
                val i = y * width + x
                val share = if (near) weights[x] else 0f
                val tint = TINT + (FACE_TINT - TINT) * share
                val bound = LIGHT + (FACE_LIGHT - LIGHT) * share
                val light = smooth[0][i] * LUMA[0] + smooth[1][i] * LUMA[1] + smooth[2][i] * LUMA[2]
                val red = smooth[0][i] - light
                val green = smooth[1][i] - light
                val blue = smooth[2][i] - light
                val size = sqrt(red * red + green * green + blue * blue)
                val chroma = max(0.0, 1 - tint / max(size, 1e-6))
                val shift = light * max(0.0, 1 - bound / max(abs(light), 1e-6))
                levels[3 * i] = (levels[3 * i] + (red * chroma + shift).toFloat()).coerceIn(0f, 255f)
                levels[3 * i + 1] = (levels[3 * i + 1] + (green * chroma + shift).toFloat()).coerceIn(0f, 255f)
                levels[3 * i + 2] = (levels[3 * i + 2] + (blue * chroma + shift).toFloat()).coerceIn(0f, 255f)
            }
        }
        cartoon.put(0, 0, levels)
        Unit
    }

    /** Lightness is the cartoon's, its mean and spread matched to the photo's; colour is the photo's. */
    private fun keep(cartoon: Mat, photo: Mat) = Scratch().use { scratch ->
        val theirs = lab(scratch, cartoon)
        val ours = lab(scratch, photo)
        val (mean, spread) = moments(scratch, theirs[0])
        val (target, wanted) = moments(scratch, ours[0])
        val gain = min(MAX_GAIN, wanted / max(spread, 1e-3))
        val light = scratch.mat().also { theirs[0].convertTo(it, CvType.CV_32F, gain, target - mean * gain) }
        Core.min(light, Scalar.all(100.0), light)
        Core.max(light, Scalar.all(0.0), light)
        val guide = Guide(scratch, theirs[0], SHARPNESS)
        val colors = (1..2).map { channel ->
            scratch.mat().also { guide.smooth(ours[channel]).convertTo(it, CvType.CV_32F) }
        }
        val merged = scratch.mat().also { Core.merge(listOf(light) + colors, it) }
        Imgproc.cvtColor(merged, merged, Imgproc.COLOR_Lab2RGB)
        merged.convertTo(cartoon, CvType.CV_32F, 255.0)
    }

    /** L 0..100, a and b about -127..127. */
    private fun lab(scratch: Scratch, levels: Mat): List<Mat> {
        val cut = scratch.mat().also { levels.convertTo(it, CvType.CV_32F) }
        Core.min(cut, Scalar.all(255.0), cut)
        Core.max(cut, Scalar.all(0.0), cut)
        cut.convertTo(cut, CvType.CV_32F, 1 / 255.0)
        Imgproc.cvtColor(cut, cut, Imgproc.COLOR_RGB2Lab)
        return mutableListOf<Mat>().also { Core.split(cut, it) }.onEach { scratch.add(it) }
    }

    private fun moments(scratch: Scratch, of: Mat): Pair<Double, Double> {
        val mean = scratch.add(MatOfDouble())
        val spread = scratch.add(MatOfDouble())
        Core.meanStdDev(of, mean, spread)
        return mean.get(0, 0)[0] to spread.get(0, 0)[0]
    }

    /** Smooths, except across edges of a picture of one channel that are larger than [steps]. */
    private class Guide(private val scratch: Scratch, levels: Mat, steps: Double) {
        private val g = double(levels)
        private val side = max(1, round(max(g.cols(), g.rows()) * WINDOW / 2).toInt()) * 2.0 + 1
        private val meanG = mean(g)
        private val variance = difference(mean(product(g, g)), product(meanG, meanG))

        init {
            Core.add(variance, Scalar.all(steps * steps), variance)
        }

        /** @return float64. */
        fun smooth(values: Mat): Mat {
            val e = double(values)
            val meanE = mean(e)
            val slope = difference(mean(product(g, e)), product(meanG, meanE))
            Core.divide(slope, variance, slope)
            val offset = difference(meanE, product(slope, meanG))
            val result = product(mean(slope), g)
            Core.add(result, mean(offset), result)
            return result
        }

        private fun double(of: Mat) = scratch.mat().also { of.convertTo(it, CvType.CV_64F) }

        private fun product(a: Mat, b: Mat) = scratch.mat().also { Core.multiply(a, b, it) }

        private fun difference(a: Mat, b: Mat) = scratch.mat().also { Core.subtract(a, b, it) }

        // float64 sums: a variance is a small difference of large numbers
        private fun mean(of: Mat) = scratch.mat().also {
            Imgproc.boxFilter(of, it, CvType.CV_64F, Size(side, side), Point(-1.0, -1.0), true, Core.BORDER_REFLECT)
        }
    }
}
