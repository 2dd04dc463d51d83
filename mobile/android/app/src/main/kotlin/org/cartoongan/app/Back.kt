package org.cartoongan.app

import android.os.Build
import android.window.OnBackInvokedCallback
import android.window.OnBackInvokedDispatcher

/**
 * The system's way back, where the app asks to hear of it: Android 13 and later, and from 16 on the only way.
 * Before, it is `Activity.onBackPressed`.
 *
 * @param dispatcher the window's; of a class that is of Android 13.
 */
internal class Back(private val dispatcher: () -> Any?, go: () -> Unit) {
    private val callback: Any? = if (Build.VERSION.SDK_INT >= 33) OnBackInvokedCallback(go) else null

    /** Whether it leads somewhere within the app; else the system shows where it leads. */
    var isOurs = false
        set(value) {
            if (field == value) return
            field = value
            if (Build.VERSION.SDK_INT < 33) return
            val system = dispatcher() as OnBackInvokedDispatcher
            if (value) system.registerOnBackInvokedCallback(OnBackInvokedDispatcher.PRIORITY_DEFAULT, callback as OnBackInvokedCallback)
            else system.unregisterOnBackInvokedCallback(callback as OnBackInvokedCallback)
        }
}
