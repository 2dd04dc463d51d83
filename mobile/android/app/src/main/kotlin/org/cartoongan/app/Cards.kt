package org.cartoongan.app

import android.graphics.Bitmap
import android.graphics.BitmapShader
import android.graphics.Canvas
import android.graphics.Matrix
import android.graphics.Paint
import android.graphics.Shader
import android.graphics.drawable.BitmapDrawable
import android.view.Gravity
import android.widget.RadioButton
import android.widget.RadioGroup

/** The styles to choose from, each a radio button below a picture of what it does. */
class Cards(private val group: RadioGroup, private val styles: List<String>) {
    private val context = group.context
    private val density = context.resources.displayMetrics.density

    init {
        styles.forEachIndexed { i, style -> group.addView(card(FIRST + i, style)) }
    }

    /** Empty where there are no styles. */
    var chosen: String
        get() = styles.getOrElse(group.checkedRadioButtonId - FIRST) { "" }
        set(style) = group.check(FIRST + styles.indexOf(style))

    /** What a style is called in the user's language. */
    fun name(style: String): String {
        val name = context.resources.getIdentifier("style_$style", "string", context.packageName)
        return if (name != 0) context.getString(name) else style.replaceFirstChar(Char::uppercase)
    }

    private fun card(id: Int, style: String) = RadioButton(context).apply {
        this.id = id
        text = name(style)
        buttonDrawable = null // the whole card shows that it is chosen
        setBackgroundResource(R.drawable.card)
        gravity = Gravity.CENTER
        compoundDrawablePadding = pixels(4)
        minHeight = pixels(48)
        minWidth = pixels(WIDTH + 12)
        setPadding(pixels(6), pixels(6), pixels(6), pixels(6))
        layoutParams = RadioGroup.LayoutParams(RadioGroup.LayoutParams.WRAP_CONTENT, RadioGroup.LayoutParams.WRAP_CONTENT)
            .apply { setMargins(pixels(4), 0, pixels(4), 0) }
    }

    /** Puts a picture on a style's card; the middle of it, if its shape is another. */
    fun show(style: String, picture: Bitmap) {
        val button = group.findViewById<RadioButton>(FIRST + styles.indexOf(style)) ?: return
        val drawable = BitmapDrawable(context.resources, rounded(picture, pixels(WIDTH), pixels(HEIGHT), CORNER * density))
        drawable.setBounds(0, 0, pixels(WIDTH), pixels(HEIGHT))
        button.setCompoundDrawables(null, drawable, null, null)
    }

    private fun pixels(dp: Int) = (dp * density).toInt()

    companion object {
        /** The first card's id; not 0, which others of the screen's views have. */
        internal const val FIRST = 1000

        private const val WIDTH = 96 // dp
        private const val HEIGHT = 72
        private const val CORNER = 9

        /** The middle of a picture in another shape, its corners round. Sizes in pixels. */
        internal fun rounded(picture: Bitmap, width: Int, height: Int, corner: Float): Bitmap {
            val scale = maxOf(width.toFloat() / picture.width, height.toFloat() / picture.height)
            val paint = Paint(Paint.ANTI_ALIAS_FLAG or Paint.FILTER_BITMAP_FLAG)
            paint.shader = BitmapShader(picture, Shader.TileMode.CLAMP, Shader.TileMode.CLAMP).apply {
                setLocalMatrix(
                    Matrix().apply {
                        setScale(scale, scale)
                        postTranslate((width - picture.width * scale) / 2, (height - picture.height * scale) / 2)
                    },
                )
            }
            return Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888).also {
                Canvas(it).drawRoundRect(0f, 0f, width.toFloat(), height.toFloat(), corner, corner, paint)
            }
        }
    }
}
