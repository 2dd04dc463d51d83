package org.cartoongan.app

import android.content.Context
import com.google.ai.edge.litert.Accelerator
import org.cartoongan.core.CartoonException

/** An error for the user: what to do in his language, and what exactly happened. */
internal fun explain(context: Context, error: Throwable, choice: Choice): String = when {
    error is OutOfMemoryError -> context.getString(R.string.no_memory)
    error is PhotoException -> context.getString(error.text)
    error is CartoonException && choice.accelerator == Accelerator.GPU ->
        context.getString(R.string.gpu_failed, error.message)
    else -> context.getString(R.string.failed, error.message ?: error.javaClass.simpleName)
}
