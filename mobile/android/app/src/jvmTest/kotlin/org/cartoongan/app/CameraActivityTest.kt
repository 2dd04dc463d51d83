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
        CameraActivity::class.java, CameraActivity.intent(app, Choice("hayao", Accelerator.CPU)),
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
    fun `a phone without a camera is told`() {
        shadowOf(app).grantPermissions(Manifest.permission.CAMERA)
        assertEquals("There is no camera to use.", open().get().text())
    }

    @Test
    fun `a photo taken becomes the photo in work`() {
        val activity = open().get()
        activity.onPhoto(Flows.photo())
        await("the end") { activity.isFinishing }
        assertEquals(Activity.RESULT_OK, shadowOf(activity).resultCode)
        assertEquals(512, app.photos.preview(1024).height)
        assertNull(app.preview)
    }
}
