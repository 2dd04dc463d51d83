package org.cartoongan.app

/** Holds the newest of what comes, and closes each that nobody took before the next came. */
internal class Newest<T : AutoCloseable> : AutoCloseable {
    private var held: T? = null
    private var closed = false

    /** @param item null changes nothing. */
    @Synchronized
    fun put(item: T?) {
        if (item == null) return
        if (closed) return item.close()
        held?.close()
        held = item
    }

    /** The newest, now the caller's to close; null where it was taken already. */
    @Synchronized
    fun take(): T? = held.also { held = null }

    @Synchronized
    override fun close() {
        closed = true
        held?.close()
        held = null
    }
}
