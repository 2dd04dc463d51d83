package org.cartoongan.app

import android.content.Context
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import java.io.InputStream
import org.cartoongan.core.Bitmaps

/** A photo that comes with the app: one of the web page's, credited in NOTICE. */
class Sample(private val name: String, val text: Int) {
    fun open(context: Context): InputStream = context.assets.open("$FOLDER/$name.jpg")

    /** 192 by 144 pixels. */
    fun small(context: Context): Bitmap? = decode(context, "$name-small")

    fun photo(context: Context): Bitmap? = decode(context, name)

    companion object {
        private const val FOLDER = "samples"

        /** What the screen begins with; [cartoon] is its. */
        val SHOWN = Sample("temple", R.string.sample_view)

        val ALL = listOf(Sample("portrait", R.string.sample_face), SHOWN, Sample("cat", R.string.sample_cat))

        private fun decode(context: Context, name: String) =
            context.assets.open("$FOLDER/$name.jpg").use { BitmapFactory.decodeStream(it, null, Bitmaps.options()) }

        /** What a style made of [SHOWN]: `make_samples.py` drew it. Null for a style of one's own. */
        fun cartoon(context: Context, style: String): Bitmap? {
            val picture = context.resources.getIdentifier("sample_$style", "drawable", context.packageName)
            return if (picture == 0) null else BitmapFactory.decodeResource(context.resources, picture, Bitmaps.options())
        }
    }
}
