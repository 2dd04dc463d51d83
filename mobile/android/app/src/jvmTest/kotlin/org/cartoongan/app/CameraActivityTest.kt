package org.cartoongan.app

import android.Manifest
import android.app.Activity
import android.content.pm.PackageManager
import com.google.ai.edge.litert.Accelerator
import org.cartoongan.app.Flows.app
import org.cartoongan.app.Flows.await
import org.cartoongan.app.Flows.text
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** Without a camera: what is asked, and what is told. The camera itself needs a phone. */
@RunWith(RobolectricTestRunner::class)
class CameraActivityTest {
    @Before
    fun libraries() = Flows.loadOpenCv()

    private fun open() = Robolectric.buildActivity(
        CameraActivity::class.java, CameraActivity.intent(app, Choice("hayao", Accelerator.CPU), Flows.WINDOW),
    ).setup()

    @Test
    fun `the permission is asked once, and its refusal told`() {
        val controller = open()
        val activity = controller.get()
        assertEquals(listOf(Manifest.permission.CAMERA), shadowOf(activity).lastRequestedPermission.requestedPermissions.toList())
        activity.onRequestPermissionsResult(0, arrayOf(Manifest.permission.CAMERA), intArrayOf(PackageManager.PERMISSION_DENIED))
        assertEquals(activity.getString(R.string.camera_refused), activity.text())
        controller.recreate()
        assertEquals(activity.getString(R.string.camera_refused), controller.get().text())
    }

    @Test
    fun `the status bar's icons are light on the camera's black`() {
        val value = android.util.TypedValue()
        assertTrue(open().get().theme.resolveAttribute(android.R.attr.windowLightStatusBar, value, true))
        assertEquals(0, value.data)
    }

    @Test
    fun `only the newest frame is kept, and each is closed once`() {
        class Frame : AutoCloseable {
            var closings = 0

            override fun close() {
                closings++
            }
        }
        val newest = Newest<Frame>()
        val frames = List(4) { Frame() }
        newest.put(frames[0])
        newest.put(frames[1]) // while nobody is ready
        newest.put(null) // the reader had none
        assertSame(frames[1], newest.take())
        assertNull(newest.take())
        newest.put(frames[2])
        assertEquals(listOf(1, 0, 0, 0), frames.map { it.closings })
        newest.close()
        newest.put(frames[3]) // came late
        assertEquals(listOf(1, 0, 1, 1), frames.map { it.closings })
    }

    @Test
    fun `a phone without a camera is told`() {
        shadowOf(app).grantPermissions(Manifest.permission.CAMERA)
        assertEquals("No camera was found.", open().get().text())
    }

    @Test
    fun `a photo taken becomes the photo in work`() {
        val activity = open().get()
        activity.onPhoto(Flows.photo())
        await("the end") { activity.isFinishing }
        assertEquals(Activity.RESULT_OK, shadowOf(activity).resultCode)
        assertEquals(512, Photos(app, Flows.WINDOW).preview(1024).height)
    }
}
