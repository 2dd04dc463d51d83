package org.cartoongan.app

import android.window.OnBackInvokedCallback
import android.window.OnBackInvokedDispatcher
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

@RunWith(RobolectricTestRunner::class)
class BackTest {
    @Test
    fun `the system is asked once, and given its way back again`() {
        val asked = mutableListOf<OnBackInvokedCallback>()
        var gone = 0
        val system = object : OnBackInvokedDispatcher { // the window's ignores apps that are not built for Android 16
            override fun registerOnBackInvokedCallback(priority: Int, callback: OnBackInvokedCallback) {
                asked += callback
            }

            override fun unregisterOnBackInvokedCallback(callback: OnBackInvokedCallback) {
                asked -= callback
            }
        }
        val back = Back({ system }) { gone++ }
        repeat(2) { back.isOurs = true }
        asked.single().onBackInvoked()
        assertEquals(1, gone)
        back.isOurs = false
        assertEquals(emptyList<Any>(), asked)
    }
}
