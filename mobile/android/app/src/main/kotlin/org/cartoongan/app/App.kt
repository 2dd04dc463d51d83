package org.cartoongan.app

import android.app.Application
import org.cartoongan.core.ModelAssets

/** What all windows share: the model's thread. A window's photo is the window's. */
class App : Application() {
    val studio by lazy { Studio(ModelAssets(this)) }

    override fun onTrimMemory(level: Int) {
        super.onTrimMemory(level)
        studio.rest() // on the screen too: only the model, between photos
    }

    override fun onLowMemory() {
        super.onLowMemory()
        studio.rest()
    }
}
