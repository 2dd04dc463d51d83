package org.cartoongan.app

import android.graphics.Bitmap
import android.os.Handler
import android.os.Looper
import com.google.ai.edge.litert.Accelerator
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean
import org.cartoongan.core.Cartoonizer
import org.cartoongan.core.Colors
import org.cartoongan.core.Look
import org.cartoongan.core.ModelAssets
import org.cartoongan.core.OpenCv
import org.cartoongan.core.Purpose
import org.cartoongan.core.Watch

/** Which model is to draw, where, and how. */
data class Choice(
    val style: String, val accelerator: Accelerator, val live: Boolean = false, val look: Look = Look(),
) {
    /** Of all choices that one open model serves. */
    val model get() = copy(look = Look())
}

/** Work under way. */
class Job {
    private val stop = AtomicBoolean(false)
    val cancelled get() = stop.get()

    fun cancel() = stop.set(true)
}

/**
 * The one thread that owns the one open model. A GPU's model belongs to the thread that made
 * it, and two would fight for the memory.
 */
class Studio(private val models: ModelAssets) {
    private val thread = Executors.newSingleThreadExecutor { Thread(it, "studio") }
    private val main = Handler(Looper.getMainLooper())

    // Of the thread alone.
    private var choice: Choice? = null
    private var cartoonizer: Cartoonizer? = null

    /** The styles that there are. */
    val styles get() = models.styles

    /**
     * Draws in the background.
     *
     * @param work with the model, on the studio's thread.
     * @param progress 0..1, on the main thread.
     * @param done with what work gave or threw, on the main thread; not called once cancelled.
     */
    fun <T> draw(
        choice: Choice,
        work: (Cartoonizer, Watch) -> T,
        progress: (Float) -> Unit = {},
        done: (Result<T>) -> Unit,
    ): Job {
        val job = Job()
        thread.execute {
            if (job.cancelled) return@execute
            val result = attempt {
                work(open(choice)) { part ->
                    main.post { if (!job.cancelled) progress(part) }
                    !job.cancelled
                }
            }
            if (result.exceptionOrNull() is OutOfMemoryError) close()
            main.post { if (!job.cancelled) done(result) }
        }
        return job
    }

    /** Work without a model, such as decoding, in turn with the rest; once asked for it is done. */
    fun <T> prepare(work: () -> T, done: (Result<T>) -> Unit): Job {
        val job = Job()
        thread.execute {
            val result = attempt(work)
            main.post { if (!job.cancelled) done(result) }
        }
        return job
    }

    private fun <T> attempt(work: () -> T): Result<T> = try {
        Result.success(work())
    } catch (error: Exception) {
        Result.failure(error)
    } catch (error: OutOfMemoryError) { // a large photo's; the next may be smaller
        Result.failure(error)
    }

    /**
     * Draws a photo small, in a style that need not be the one in work: a second model is open for that
     * moment, on the processor. Whoever comes meanwhile waits for this one picture at most.
     *
     * @param done not called once cancelled.
     */
    fun sketch(style: String, colors: Colors, photo: Bitmap, done: (Result<Bitmap>) -> Unit): Job {
        val job = Job()
        thread.execute {
            if (job.cancelled) return@execute
            val result = attempt {
                val model = models.unpack(models.find(style, Purpose.SKETCH))
                Cartoonizer.open(model).use {
                    it.draw(shrink(photo), look = Look(colors = colors, faces = false), watch = { !job.cancelled })
                }
            }
            main.post { if (!job.cancelled) done(result) }
        }
        return job
    }

    /** By halves, so that no pixel is left out. */
    private fun shrink(photo: Bitmap): Bitmap {
        var small = photo
        while (maxOf(small.width, small.height) > SKETCH) {
            val scale = maxOf(0.5f, SKETCH.toFloat() / maxOf(small.width, small.height))
            val (width, height) = listOf(small.width, small.height).map { (it * scale).toInt().coerceAtLeast(1) }
            small = Bitmap.createScaledBitmap(small, width, height, true)
        }
        return small
    }

    /** Gives the model's memory back, after what is under way. */
    fun rest() = thread.execute(::close)

    private fun open(wanted: Choice): Cartoonizer {
        cartoonizer?.let { if (choice?.model == wanted.model) return it }
        close()
        val model = models.unpack(models.find(wanted.style, if (wanted.live) Purpose.LIVE else Purpose.PHOTO, wanted.accelerator))
        // A live picture is not joined, so that it stays quick; nobody is looked for in it either.
        val faces = if (wanted.live) null else models.unpackFaces()
        return Cartoonizer.open(model, wanted.accelerator, faces = faces).also {
            cartoonizer = it
            choice = wanted
        }
    }

    private fun close() {
        cartoonizer?.close()
        cartoonizer = null
        choice = null
    }

    companion object {
        private const val SKETCH = 192 // pixels: the long side

        init {
            OpenCv.load()
        }
    }
}
