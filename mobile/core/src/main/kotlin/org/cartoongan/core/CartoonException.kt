package org.cartoongan.core

import java.io.IOException

/** What is wrong with a photo, a model or a file, in one line: the rule, then what came. */
class CartoonException(message: String, cause: Throwable? = null) : IOException(message, cause)

/** Hears how far a drawing is, on the thread that draws. */
fun interface Watch {
    /** @param done 0..1. @return whether to go on; if not, [java.util.concurrent.CancellationException]. */
    fun goOn(done: Float): Boolean
}
