package org.cartoongan.core

import org.opencv.core.Core

/** OpenCV's native library, which must be loaded before anything is drawn. */
object OpenCv {
    /** As it lies in the AAR `org.opencv:opencv`: `opencv_java4` of OpenCV 4, `opencv_java5` of OpenCV 5. */
    @JvmStatic
    val library get() = "opencv_java${Core.VERSION_MAJOR}"

    /**
     * Loads it; done twice, it changes nothing.
     *
     * @throws CartoonException when the app has none for this processor.
     */
    @JvmStatic
    @Throws(CartoonException::class)
    fun load() = try {
        System.loadLibrary(library)
    } catch (error: UnsatisfiedLinkError) {
        throw CartoonException("OpenCV must be in the app, for this processor. Received: ${error.message}", error)
    }
}
