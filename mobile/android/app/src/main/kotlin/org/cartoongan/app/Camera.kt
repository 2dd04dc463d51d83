package org.cartoongan.app

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.media.Image
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.util.Size
import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit

/** What a camera tells, all on its own thread. */
interface CameraListener {
    /** A frame is there for [Camera.look]; called for each, take one when ready. */
    fun onFrame()

    fun onPhoto(jpeg: ByteArray)

    fun onCameraError()
}

/** One of the phone's cameras through Camera2: small YUV frames, and full JPEGs when asked. */
class Camera(context: Context, val facing: Int, private val listener: CameraListener) : AutoCloseable {
    private val manager = checkNotNull(context.getSystemService(CameraManager::class.java))
    private val id = manager.cameraIdList.firstOrNull {
        manager.getCameraCharacteristics(it).get(CameraCharacteristics.LENS_FACING) == facing
    } ?: throw PhotoException(R.string.no_camera)
    private val traits = manager.getCameraCharacteristics(id)
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)
    private val frames: ImageReader
    private val photos: ImageReader
    private var device: CameraDevice? = null
    private var session: CameraCaptureSession? = null
    private val newest = Newest<Image>()
    private var entered = false // of the camera's thread, as are device and session
    @Volatile private var closed = false

    init {
        val sizes = traits.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)
            ?: throw PhotoException(R.string.no_camera)
        val frame = pick(sizes.getOutputSizes(ImageFormat.YUV_420_888), FRAME_PIXELS)
        val photo = pick(sizes.getOutputSizes(ImageFormat.JPEG), PHOTO_PIXELS)
        frames = ImageReader.newInstance(frame.width, frame.height, ImageFormat.YUV_420_888, IMAGES)
        photos = ImageReader.newInstance(photo.width, photo.height, ImageFormat.JPEG, 1)
        // Taken at once, whether anybody draws or not: frames left in the reader's queue grow old there.
        frames.setOnImageAvailableListener({ reader ->
            newest.put(reader.acquireLatestImage())
            listener.onFrame()
        }, handler)
        photos.setOnImageAvailableListener({ reader ->
            reader.acquireNextImage()?.use { image ->
                val buffer = image.planes[0].buffer
                listener.onPhoto(ByteArray(buffer.remaining()).also { buffer.get(it) })
            }
        }, handler)
    }

    private fun pick(sizes: Array<Size>?, most: Int): Size {
        val all = sizes.orEmpty().sortedBy { it.width * it.height }
        return all.lastOrNull { it.width * it.height <= most } ?: all.firstOrNull()
            ?: throw PhotoException(R.string.no_camera)
    }

    /** By how many degrees clockwise a frame is to be turned, given the screen's own turn. */
    fun turn(screenDegrees: Int): Int {
        val sensor = traits.get(CameraCharacteristics.SENSOR_ORIENTATION) ?: 0
        val isFront = facing == CameraCharacteristics.LENS_FACING_FRONT
        return (sensor + (if (isFront) screenDegrees else -screenDegrees) + 360) % 360
    }

    /** Looks at the newest frame; null where there is none. Its memory goes with the reader. */
    fun <T> look(act: (Image) -> T): T? = synchronized(frames) {
        if (closed) null else newest.take()?.use(act)
    }

    /** Opens it, once the camera before is closed: many phones run one at a time. */
    fun start() {
        handler.post {
            entered = door.tryAcquire(PATIENCE, TimeUnit.MILLISECONDS)
            when {
                closed -> leave()
                entered -> guarded(::open)
                else -> listener.onCameraError()
            }
        }
    }

    @SuppressLint("MissingPermission") // the activity asks first
    private fun open() {
        manager.openCamera(id, object : CameraDevice.StateCallback() {
            override fun onOpened(camera: CameraDevice) = guarded {
                if (closed) return@guarded camera.close()
                device = camera
                @Suppress("DEPRECATION") // its successor is of Android 9
                camera.createCaptureSession(listOf(frames.surface, photos.surface), sessionCallback, handler)
            }

            override fun onClosed(camera: CameraDevice) = leave()

            override fun onDisconnected(camera: CameraDevice) {
                camera.close()
                listener.onCameraError()
            }

            override fun onError(camera: CameraDevice, error: Int) {
                camera.close()
                listener.onCameraError()
            }
        }, handler)
    }

    private val sessionCallback = object : CameraCaptureSession.StateCallback() {
        override fun onConfigured(configured: CameraCaptureSession) = guarded {
            val camera = device ?: return@guarded
            session = configured
            val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW)
            request.addTarget(frames.surface)
            request.set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
            configured.setRepeatingRequest(request.build(), null, handler)
        }

        override fun onConfigureFailed(failed: CameraCaptureSession) = listener.onCameraError()
    }

    /** Takes a photo; [turn] goes into its EXIF. */
    fun shoot(turn: Int) = handler.post {
        guarded {
            val camera = device ?: return@guarded
            val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_STILL_CAPTURE)
            request.addTarget(photos.surface)
            request.set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
            request.set(CaptureRequest.JPEG_ORIENTATION, turn)
            request.set(CaptureRequest.JPEG_QUALITY, 95.toByte())
            session?.capture(request.build(), null, handler)
        }
    }

    /** A camera can be taken away at any time, by a call, by another app, by the system. */
    private fun guarded(act: () -> Unit) {
        try {
            act()
        } catch (_: CameraAccessException) {
            if (device == null) leave()
            listener.onCameraError()
        } catch (_: IllegalStateException) {
            if (!closed) listener.onCameraError()
        }
    }

    override fun close() {
        closed = true
        handler.post {
            synchronized(frames) {
                newest.close()
                frames.close()
            }
            photos.close()
            val open = device
            device = null
            if (open != null) open.close() else if (!entered) thread.quitSafely() // else it is about to open
            handler.postDelayed(::leave, PATIENCE) // a driver that never tells
        }
    }

    /** Lets the next camera open. */
    private fun leave() {
        if (entered) door.release()
        entered = false
        if (closed) thread.quitSafely()
    }

    companion object {
        const val BACK = CameraCharacteristics.LENS_FACING_BACK
        const val FRONT = CameraCharacteristics.LENS_FACING_FRONT
        private const val IMAGES = 4 // the newest, the one that is drawn, and two that acquireLatestImage wants
        private const val PATIENCE = 3000L // milliseconds for a camera to close
        private val door = Semaphore(1)
        private const val FRAME_PIXELS = 640 * 480
        private const val PHOTO_PIXELS = 4096 * 3072 // 12 megapixels; what is drawn has no more
    }
}
