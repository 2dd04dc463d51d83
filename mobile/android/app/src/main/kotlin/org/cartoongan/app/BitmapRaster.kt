package org.cartoongan.app

import android.graphics.Bitmap
import org.cartoongan.core.Raster

/** A Bitmap for core/: `cartoonizer.draw(BitmapRaster(photo), BitmapRaster(photo))`. */
class BitmapRaster(private val bitmap: Bitmap) : Raster {
    override val width get() = bitmap.width
    override val height get() = bitmap.height

    override fun read(left: Int, top: Int, width: Int, height: Int, into: IntArray) =
        bitmap.getPixels(into, 0, width, left, top, width, height)

    override fun write(left: Int, top: Int, width: Int, height: Int, from: IntArray) =
        bitmap.setPixels(from, 0, width, left, top, width, height)
}
