package org.cartoongan.app

import android.app.Application

/** What outlives the screens: the model's thread, and the photo that is being drawn. */
class App : Application() {
    val photos by lazy { Photos(this) }
    val studio by lazy { Studio(ModelAssets(this)) }

    /** The pictures on the screen, kept while it turns. */
    var preview: Preview? = null

    override fun onTrimMemory(level: Int) {
        super.onTrimMemory(level)
        // Off the screen all of it can be made again; on it only the model, between photos.
        if (level >= TRIM_MEMORY_BACKGROUND) preview = null
        studio.rest()
    }

    override fun onLowMemory() {
        super.onLowMemory()
        studio.rest()
    }
}
