package org.cartoongan.app

import android.Manifest
import android.app.Activity
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.graphics.Bitmap
import android.hardware.DataSpace
import android.media.Image
import android.os.Build
import android.os.Bundle
import android.os.SystemClock
import android.view.Surface
import android.view.View
import android.view.WindowManager
import android.widget.ImageView
import android.widget.TextView
import com.google.ai.edge.litert.Accelerator
import java.util.concurrent.atomic.AtomicBoolean
import org.cartoongan.core.Cartoonizer
import org.cartoongan.core.Colors
import org.cartoongan.core.Extent
import org.cartoongan.core.Frames
import org.cartoongan.core.Look
import org.cartoongan.core.Plane
import org.cartoongan.core.YuvColors
import org.opencv.core.Mat

/** The camera as a cartoon, live; and a photo for [MainActivity]. */
class CameraActivity : Activity(), CameraListener {
    private val app get() = application as App
    private val choice by lazy {
        Choice(
            checkNotNull(intent.getStringExtra(STYLE)),
            if (intent.getBooleanExtra(GPU, false)) Accelerator.GPU else Accelerator.CPU,
            live = true,
            Look(colors = Colors.valueOf(intent.getStringExtra(COLORS) ?: Colors.AUTO.name)),
        )
    }
    private val photos by lazy { Photos(app, checkNotNull(intent.getStringExtra(WINDOW))) }
    private val busy = AtomicBoolean(false)
    private var camera: Camera? = null
    private var facing = Camera.BACK
    private var job: Job? = null
    private var asked = false

    // One is on the screen while the other is drawn.
    private val bitmaps = arrayOfNulls<Bitmap>(2)
    private var next = 0

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        setContentView(R.layout.camera)
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        facing = state?.getInt(FACING) ?: Camera.BACK
        asked = state?.getBoolean(ASKED) ?: false
        part<View>(R.id.shutter).setOnClickListener { camera?.let { it.shoot(it.turn(screenDegrees())) } }
        part<View>(R.id.turn).setOnClickListener {
            facing = if (facing == Camera.BACK) Camera.FRONT else Camera.BACK
            close()
            open()
        }
    }

    override fun onSaveInstanceState(state: Bundle) {
        super.onSaveInstanceState(state)
        state.putInt(FACING, facing)
        state.putBoolean(ASKED, asked)
    }

    override fun onStart() {
        super.onStart()
        when {
            checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED -> open()
            asked -> tell(getString(R.string.camera_refused))
            else -> {
                asked = true // a dialog turns the screen's life about; once is enough
                requestPermissions(arrayOf(Manifest.permission.CAMERA), 0)
            }
        }
    }

    override fun onRequestPermissionsResult(code: Int, permissions: Array<String>, results: IntArray) {
        if (results.firstOrNull() == PackageManager.PERMISSION_GRANTED) {
            if (camera == null) open()
        } else {
            tell(getString(R.string.camera_refused))
        }
    }

    override fun onStop() {
        close()
        super.onStop()
    }

    private fun open() {
        camera = try {
            Camera(this, facing, this).also(Camera::start)
        } catch (error: Exception) { // no such camera, a policy against cameras, a broken driver
            tell(getString(R.string.no_camera))
            null
        }
    }

    private fun close() {
        job?.cancel()
        busy.set(false)
        camera?.close()
        camera = null
    }

    // ------------------------------------------------------------ on the camera's thread

    override fun onFrame() {
        if (busy.getAndSet(true)) return // the camera drops what comes meanwhile
        runOnUiThread { if (camera == null) busy.set(false) else drawFrame() }
    }

    override fun onPhoto(jpeg: ByteArray) {
        app.studio.prepare({ photos.take(jpeg) }) { result ->
            if (result.isSuccess) {
                setResult(RESULT_OK)
                finish()
            } else {
                tell(explain(this, checkNotNull(result.exceptionOrNull()), choice))
            }
        }
    }

    override fun onCameraError() = runOnUiThread { tell(getString(R.string.no_camera)) }

    // ------------------------------------------------------------ frames

    private fun drawFrame() {
        val camera = camera ?: return
        val degrees = camera.turn(screenDegrees())
        val start = SystemClock.elapsedRealtime()
        job = app.studio.draw(choice, { cartoonizer, _ ->
            camera.look { toRgb(it, degrees, camera.facing == Camera.FRONT, cartoonizer.size) }
                ?.let { draw(cartoonizer, it) }
        }) { result ->
            result.onFailure { tell(explain(this, it, choice)) } // and no next frame
            result.onSuccess {
                if (it != null) {
                    part<ImageView>(R.id.picture).setImageBitmap(it)
                    tell(getString(R.string.frame_time, SystemClock.elapsedRealtime() - start))
                }
                busy.set(false)
            }
        }
    }

    private fun toRgb(image: Image, degrees: Int, mirrored: Boolean, box: Extent): Mat {
        val planes = image.planes.map { Plane(it.buffer, it.rowStride, it.pixelStride) }
        return Frames.toRgb(planes, Extent(image.width, image.height), degrees, mirrored, box, colors(image))
    }

    /** What the camera says of its colours, from Android 13 on; before, JFIF's are what nearly all give. */
    private fun colors(image: Image): YuvColors {
        if (Build.VERSION.SDK_INT < 33) return YuvColors.JFIF
        val space = image.dataSpace
        return YuvColors(
            isHdtv = DataSpace.getStandard(space) == DataSpace.STANDARD_BT709,
            isLimited = DataSpace.getRange(space) == DataSpace.RANGE_LIMITED,
        )
    }

    private fun draw(cartoonizer: Cartoonizer, small: Mat): Bitmap {
        val pixels = IntArray(small.cols() * small.rows())
        val size = Extent(small.cols(), small.rows())
        try {
            val levels = cartoonizer.drawSmall(small, choice.look.colors)
            Frames.toArgb(levels, pixels)
            levels.release()
        } finally {
            small.release()
        }
        next = 1 - next
        val bitmap = bitmaps[next]?.takeIf { it.width == size.width && it.height == size.height }
            ?: Bitmap.createBitmap(size.width, size.height, Bitmap.Config.ARGB_8888).also { bitmaps[next] = it }
        bitmap.setPixels(pixels, 0, size.width, 0, 0, size.width, size.height)
        return bitmap
    }

    @Suppress("DEPRECATION") // its successor is of Android 11
    private fun screenDegrees() = when (windowManager.defaultDisplay.rotation) {
        Surface.ROTATION_90 -> 90
        Surface.ROTATION_180 -> 180
        Surface.ROTATION_270 -> 270
        else -> 0
    }

    private fun tell(text: String) {
        part<TextView>(R.id.message).text = text
    }

    companion object {
        private const val WINDOW = "window"
        private const val STYLE = "style"
        private const val GPU = "gpu"
        private const val COLORS = "colors"
        private const val FACING = "facing"
        private const val ASKED = "asked"

        /** @param window whose photo it is to be: [Photos.window]. */
        fun intent(context: Context, choice: Choice, window: String) = Intent(context, CameraActivity::class.java)
            .putExtra(WINDOW, window)
            .putExtra(STYLE, choice.style)
            .putExtra(GPU, choice.accelerator == Accelerator.GPU)
            .putExtra(COLORS, choice.look.colors.name)
    }
}
