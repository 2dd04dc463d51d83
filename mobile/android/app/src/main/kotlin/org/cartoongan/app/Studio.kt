package org.cartoongan.app

import android.os.Handler
import android.os.Looper
import com.google.ai.edge.litert.Accelerator
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean
import org.cartoongan.core.Cartoonizer
import org.cartoongan.core.ModelAssets
import org.cartoongan.core.OpenCv
import org.cartoongan.core.Purpose
import org.cartoongan.core.Look
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
        init {
            OpenCv.load()
        }
    }
}
