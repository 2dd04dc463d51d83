package org.cartoongan.opencv

import android.os.Bundle
import android.view.WindowManager
import org.cartoongan.core.Cartoonizer
import org.cartoongan.core.OpenCv
import org.cartoongan.core.Purpose
import org.opencv.android.CameraActivity
import org.opencv.android.CameraBridgeViewBase
import org.opencv.android.CameraBridgeViewBase.CvCameraViewFrame
import org.opencv.android.CameraBridgeViewBase.CvCameraViewListener2
import org.opencv.android.JavaCameraView
import org.opencv.core.Mat

/** OpenCV's own camera view, its picture a cartoon. OpenCV's CameraActivity asks for the permission. */
class CartoonActivity : CameraActivity(), CvCameraViewListener2 {
    private lateinit var view: JavaCameraView
    private var cartoonizer: Cartoonizer? = null
    private var cartoon: Mat? = null

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        OpenCv.load()
        view = JavaCameraView(this, CameraBridgeViewBase.CAMERA_ID_BACK)
        view.setMaxFrameSize(1280, 720)
        view.setCvCameraViewListener(this)
        setContentView(view)
    }

    override fun getCameraViewList(): List<CameraBridgeViewBase> = listOf(view)

    override fun onResume() {
        super.onResume()
        view.enableView()
    }

    override fun onPause() {
        view.disableView() // waits for the frame that is being drawn
        super.onPause()
    }

    override fun onCameraViewStarted(width: Int, height: Int) {
        cartoonizer = Cartoonizer.fromAssets(this, "pepper", Purpose.LIVE)
        cartoon = Mat()
    }

    override fun onCameraFrame(frame: CvCameraViewFrame): Mat {
        val photo = frame.rgba()
        return cartoonizer?.draw(photo, cartoon ?: Mat()) ?: photo
    }

    override fun onCameraViewStopped() {
        cartoonizer?.close()
        cartoonizer = null
        cartoon?.release()
        cartoon = null
    }
}
