package org.cartoongan.app

import android.app.Activity
import android.content.Context
import android.view.View
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

/** A part of the screen that its layout has. */
internal fun <V : View> Activity.part(id: Int): V = checkNotNull(findViewById(id))
