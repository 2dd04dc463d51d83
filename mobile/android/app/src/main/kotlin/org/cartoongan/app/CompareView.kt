package org.cartoongan.app

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.graphics.Path
import android.graphics.Rect
import android.graphics.RectF
import android.os.Bundle
import android.util.AttributeSet
import android.view.KeyEvent
import android.view.MotionEvent
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.SeekBar

/**
 * The photo left of a border, the cartoon right of it. The border is dragged, moved by the
 * arrow keys, or as a slider by accessibility services. Strength shows at once: the cartoon
 * is drawn over the photo as opaque as it is strong.
 */
class CompareView(context: Context, attributes: AttributeSet?) : View(context, attributes) {
    private val paint = Paint(Paint.FILTER_BITMAP_FLAG)
    private val line = Paint(Paint.ANTI_ALIAS_FLAG)
    private val place = RectF()
    private val source = Rect()
    private val outline = Path()

    var photo: Bitmap? = null
        set(value) {
            field = value
            invalidate()
        }

    var cartoon: Bitmap? = null
        set(value) {
            field = value
            invalidate()
        }

    /** 0..1. */
    var strength = 1f
        set(value) {
            field = value
            invalidate()
        }

    /** 0..1 of the picture's width. */
    var border = 0.5f
        set(value) {
            field = value.coerceIn(0f, 1f)
            invalidate()
        }

    init {
        isFocusable = true
        contentDescription = context.getString(R.string.compare)
    }

    override fun onDraw(canvas: Canvas) {
        val photo = photo ?: return
        val scale = minOf(width.toFloat() / photo.width, height.toFloat() / photo.height)
        place.set(0f, 0f, photo.width * scale, photo.height * scale)
        place.offset((width - place.width()) / 2, (height - place.height()) / 2)
        val round = CORNER * resources.displayMetrics.density
        outline.rewind()
        outline.addRoundRect(place, round, round, Path.Direction.CW)
        canvas.save()
        canvas.clipPath(outline)
        paint.alpha = 255
        canvas.drawBitmap(photo, null, place, paint)
        cartoon?.let { drawCartoon(canvas, it) }
        canvas.restore()
    }

    private fun drawCartoon(canvas: Canvas, cartoon: Bitmap) {
        val at = place.left + place.width() * border
        val cut = (cartoon.width * border).toInt()
        source.set(cut, 0, cartoon.width, cartoon.height)
        paint.alpha = (255 * strength).toInt()
        canvas.drawBitmap(cartoon, source, RectF(place.left + place.width() * cut / cartoon.width, place.top, place.right, place.bottom), paint)
        val thick = 2 * resources.displayMetrics.density
        line.color = Color.WHITE
        line.setShadowLayer(thick, 0f, 0f, Color.BLACK)
        canvas.drawRect(at - thick / 2, place.top, at + thick / 2, place.bottom, line)
        canvas.drawCircle(at, place.centerY(), 8 * thick, line)
    }

    override fun onTouchEvent(event: MotionEvent): Boolean {
        if (cartoon == null || place.isEmpty) return super.onTouchEvent(event)
        when (event.actionMasked) {
            MotionEvent.ACTION_DOWN, MotionEvent.ACTION_MOVE -> {
                parent?.requestDisallowInterceptTouchEvent(true)
                border = (event.x - place.left) / place.width()
            }
            MotionEvent.ACTION_UP -> performClick()
        }
        return true
    }

    override fun performClick(): Boolean {
        super.performClick()
        return true
    }

    override fun onKeyDown(keyCode: Int, event: KeyEvent): Boolean {
        when (keyCode) {
            KeyEvent.KEYCODE_DPAD_LEFT -> border -= STEP
            KeyEvent.KEYCODE_DPAD_RIGHT -> border += STEP
            else -> return super.onKeyDown(keyCode, event)
        }
        return true
    }

    override fun getAccessibilityClassName(): CharSequence = SeekBar::class.java.name

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        info.addAction(AccessibilityNodeInfo.AccessibilityAction.ACTION_SCROLL_FORWARD)
        info.addAction(AccessibilityNodeInfo.AccessibilityAction.ACTION_SCROLL_BACKWARD)
        info.rangeInfo = AccessibilityNodeInfo.RangeInfo.obtain(
            AccessibilityNodeInfo.RangeInfo.RANGE_TYPE_PERCENT, 0f, 100f, border * 100,
        )
    }

    override fun performAccessibilityAction(action: Int, arguments: Bundle?): Boolean {
        when (action) {
            AccessibilityNodeInfo.ACTION_SCROLL_FORWARD -> border += STEP
            AccessibilityNodeInfo.ACTION_SCROLL_BACKWARD -> border -= STEP
            else -> return super.performAccessibilityAction(action, arguments)
        }
        return true
    }

    companion object {
        private const val STEP = 0.1f
        private const val CORNER = 14 // dp, as the cards'
    }
}
