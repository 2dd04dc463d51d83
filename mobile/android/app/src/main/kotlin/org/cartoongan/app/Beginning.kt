package org.cartoongan.app

import android.app.Activity
import android.graphics.Bitmap
import android.view.View
import android.widget.ImageButton
import android.widget.LinearLayout

/**
 * What is seen before there is a photo, and come back to from one: an example in each style, photos to try, and
 * the photo that was left.
 *
 * @param onSample gets the one that was pressed.
 * @param onOwn is told when the photo that was left is wanted again.
 */
internal class Beginning(
    private val activity: Activity,
    private val cards: Cards,
    private val styles: List<String>,
    onSample: (Sample) -> Unit,
    onOwn: () -> Unit,
) {
    private val density = activity.resources.displayMetrics.density
    private val sample = activity.part<CompareView>(R.id.sample)
    private val own = tile(activity.getString(R.string.own_photo), onOwn)

    init {
        own.visibility = View.GONE
        for (one in Sample.ALL) {
            tile(activity.getString(one.text)) { onSample(one) }.show(one.small(activity))
        }
    }

    /** While it is not, its pictures take no memory. */
    var isShown = false
        set(value) {
            val isNew = value && !field
            field = value
            for (id in listOf(R.id.head, R.id.sample, R.id.beginning)) {
                activity.part<View>(id).visibility = if (value) View.VISIBLE else View.GONE
            }
            if (isNew) {
                for (style in styles) Sample.cartoon(activity, style)?.let { cards.show(style, it) }
            } else if (!value) {
                sample.photo = null
                sample.cartoon = null
            }
        }

    /** The app's own photo, and what the chosen style made of it. */
    fun showSample() {
        if (!isShown) return
        if (sample.photo == null) sample.photo = Sample.SHOWN.photo(activity)
        val isFirst = sample.cartoon == null
        sample.cartoon = Sample.cartoon(activity, cards.chosen)
        sample.styleName = cards.name(cards.chosen)
        if (isFirst && !wasUnveiled && sample.cartoon != null) {
            wasUnveiled = true
            sample.unveil()
        }
    }

    /** Whether the example was drawn over its photo, which is done once. */
    var wasUnveiled = false

    /** The photo that was left; null where there is none. */
    fun showOwn(photo: Bitmap?) {
        own.visibility = if (photo == null) View.GONE else View.VISIBLE
        own.show(photo)
    }

    fun onPeek(act: () -> Unit) {
        sample.onPeek = act
    }

    private fun tile(name: String, act: () -> Unit): ImageButton {
        val button = ImageButton(activity).apply {
            contentDescription = name
            background = null
            foreground = activity.getDrawable(R.drawable.tile_bare)
            setPadding(0, 0, 0, 0)
            setOnClickListener { act() }
        }
        val size = LinearLayout.LayoutParams((WIDTH * density).toInt(), (HEIGHT * density).toInt())
        size.marginEnd = (8 * density).toInt()
        activity.part<LinearLayout>(R.id.samples).addView(button, size)
        return button
    }

    private fun ImageButton.show(picture: Bitmap?) = setImageBitmap(
        picture?.let { Cards.rounded(it, (WIDTH * density).toInt(), (HEIGHT * density).toInt(), CORNER * density) },
    )

    companion object {
        private const val WIDTH = 96 // dp
        private const val HEIGHT = 72
        private const val CORNER = 14
    }
}
