package org.cartoongan.core

import android.content.Context
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.ColorSpace
import android.net.Uri
import android.os.Build
import java.io.IOException

/** A Bitmap as the core wants it: in memory, and to be written to if it is mutable. */
class BitmapRaster(private val bitmap: Bitmap) : Raster {
    override val width get() = bitmap.width
    override val height get() = bitmap.height

    override fun read(left: Int, top: Int, width: Int, height: Int, into: IntArray) =
        bitmap.getPixels(into, 0, width, left, top, width, height)

    override fun write(left: Int, top: Int, width: Int, height: Int, from: IntArray) =
        bitmap.setPixels(from, 0, width, left, top, width, height)
}

/** Bitmaps of every kind, made ready for [BitmapRaster]. */
object Bitmaps {
    /**
     * A bitmap's pixels in one that can be written to, whatever it is: immutable, of a GPU
     * (HARDWARE), of 16 bits.
     *
     * @throws CartoonException when it is recycled, or there is no memory for a second one.
     */
    @JvmStatic
    @Throws(CartoonException::class)
    fun copy(bitmap: Bitmap): Bitmap {
        if (bitmap.isRecycled) throw CartoonException("A bitmap must have its pixels. Received: a recycled one")
        return bitmap.copy(Bitmap.Config.ARGB_8888, true)
            ?: throw CartoonException("A bitmap must be copied to be drawn. Received: ${bitmap.config}, not copied")
    }

    /**
     * A photo out of a file or another app, turned upright by its EXIF, in sRGB.
     *
     * @throws CartoonException when it cannot be read, or is no photo.
     */
    @JvmStatic
    @Throws(CartoonException::class)
    fun read(context: Context, photo: Uri): Bitmap {
        fun <T> reading(act: (java.io.InputStream) -> T): T? = try {
            context.contentResolver.openInputStream(photo)?.use(act)
        } catch (error: IOException) {
            throw CartoonException("A photo must be readable. Received: $photo", error)
        } catch (error: SecurityException) { // the grant is gone, or never was
            throw CartoonException("A photo must be readable. Received: $photo", error)
        }
        val bytes = reading { it.readBytes() } ?: throw CartoonException("A photo must be readable. Received: $photo")
        val lying = BitmapFactory.decodeByteArray(bytes, 0, bytes.size, options())
            ?: throw CartoonException("A photo must be a picture that Android reads. Received: $photo")
        return upright(lying, Exif.orientation(bytes.inputStream()))
    }

    /** How bitmaps are decoded for [BitmapRaster]. */
    fun options() = BitmapFactory.Options().apply {
        inMutable = true
        inPreferredConfig = Bitmap.Config.ARGB_8888
        // phones save in Display P3: taken for sRGB such a photo looks pale
        if (Build.VERSION.SDK_INT >= 26) inPreferredColorSpace = ColorSpace.get(ColorSpace.Named.SRGB)
    }

    /** A bitmap turned by EXIF's 1..8; itself for 1, else it is recycled. */
    fun upright(lying: Bitmap, orientation: Int): Bitmap {
        if (orientation == 1) return lying
        val raster = UprightRaster(BitmapRaster(lying), orientation)
        val upright = Bitmap.createBitmap(raster.width, raster.height, Bitmap.Config.ARGB_8888)
        val row = IntArray(raster.width)
        for (y in 0 until raster.height) {
            raster.read(0, y, raster.width, 1, row)
            upright.setPixels(row, 0, raster.width, 0, y, raster.width, 1)
        }
        lying.recycle()
        return upright
    }
}
