package org.cartoongan.app

import android.animation.ValueAnimator
import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Matrix
import android.graphics.Paint
import android.graphics.Path
import android.graphics.Rect
import android.graphics.RectF
import android.os.Build
import android.os.Bundle
import android.util.AttributeSet
import android.util.TypedValue
import android.view.KeyEvent
import android.view.MotionEvent
import android.view.View
import android.view.ViewConfiguration
import android.view.accessibility.AccessibilityEvent
import android.view.accessibility.AccessibilityNodeInfo
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction
import android.view.animation.LinearInterpolator
import android.widget.ImageView
import android.widget.SeekBar
import kotlin.math.hypot

/**
 * The cartoon over its photo, which is seen for as long as the picture is held, or left of a divider that rests at
 * the left edge: the web page's stage (`stage.js`, `gestures.js`). The divider is moved by its handle, the arrow
 * keys, or as a slider by accessibility services. Strength shows at once: the cartoon is as opaque as it is strong.
 */
class CompareView(context: Context, attributes: AttributeSet?) : View(context, attributes) {
    private val density = resources.displayMetrics.density
    private val slop = ViewConfiguration.get(context).scaledTouchSlop
    private val paint = Paint(Paint.FILTER_BITMAP_FLAG)
    private val line = Paint(Paint.ANTI_ALIAS_FLAG).apply { setShadowLayer(3 * density, 0f, density, SHADE) }
    private val arrows = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = INK
        style = Paint.Style.STROKE
        strokeWidth = 1.8f * density
        strokeCap = Paint.Cap.ROUND
        strokeJoin = Paint.Join.ROUND
    }
    private val label = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        textSize = TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_SP, 13f, resources.displayMetrics)
    }
    private val place = RectF() // of the picture
    private val handle = RectF()
    private val outline = Path()

    private var unveiling: ValueAnimator? = null
    private val hold = Runnable { peek(true) }
    private var from = 0f to 0f
    private var grip: Float? = null // how far right of the divider the handle is held

    /** Is told when the photo is held to be seen. */
    var onPeek: () -> Unit = {}

    var photo: Bitmap? = null
        set(value) {
            field = value
            lay()
        }

    var cartoon: Bitmap? = null
        set(value) {
            field = value
            if (value == null) letGo()
            lay()
        }

    /** As it is called on its card. */
    var styleName = ""
        set(value) {
            field = value
            lay()
        }

    /** 0..1. */
    var strength = 1f
        set(value) {
            field = value
            invalidate()
        }

    /** How much of the photo the divider shows, 0..1 of the picture's width. */
    var border = 0f
        set(value) {
            field = value.coerceIn(0f, 1f)
            lay()
        }

    /** What [border] will be once nothing moves by itself any more. */
    val restingBorder get() = if (unveiling?.isStarted == true) 0f else border

    /** Whether the photo alone is seen, the picture being held. */
    var isPeeking = false
        private set

    init {
        isFocusable = true
        lay()
    }

    /** Draws the cartoon over the photo from side to side, and leaves it whole. At once where the system animates nothing. */
    fun unveil() {
        stay()
        unveiling = ValueAnimator.ofFloat(1f, 0f).apply {
            duration = REVEAL
            interpolator = LinearInterpolator()
            addUpdateListener { border = (it.animatedValue as Float).let { share -> share * share } }
            start()
        }
    }

    private fun stay() {
        unveiling?.cancel()
        unveiling = null
    }

    override fun onDetachedFromWindow() {
        stay()
        letGo()
        super.onDetachedFromWindow()
    }

    override fun onSizeChanged(width: Int, height: Int, oldWidth: Int, oldHeight: Int) = lay()

    /** Where the picture lies, and on it the handle: at the bottom, and within it also where the divider is at its edge. */
    private fun lay() {
        val photo = photo
        if (photo == null || width == 0 || height == 0) {
            place.setEmpty()
        } else {
            val scale = minOf(width.toFloat() / photo.width, height.toFloat() / photo.height)
            place.set(0f, 0f, photo.width * scale, photo.height * scale)
            place.offset((width - place.width()) / 2, (height - place.height()) / 2)
        }
        outline.rewind()
        outline.addRoundRect(place, CORNER * density, CORNER * density, Path.Direction.CW)
        val at = place.width() * border
        val off = maxOf(5 * density - at, minOf(-SIZE / 2 * density, place.width() - at - (SIZE + 5) * density))
        handle.set(0f, 0f, SIZE * density, SIZE * density)
        handle.offsetTo(place.left + at + off, place.bottom - (SIZE + 10) * density)
        if (Build.VERSION.SDK_INT >= 29) { // at the left edge a pull is the system's way back, but not here
            val rect = Rect().also(target()::roundOut)
            systemGestureExclusionRects = if (cartoon == null || !hasHandle) emptyList() else listOf(rect)
        }
        describe()
        invalidate()
    }

    /** On a picture that is hardly larger than the handle there is none. */
    private val hasHandle get() = minOf(place.width(), place.height()) > 2.5f * SIZE * density

    /** What a finger may hit for the handle: 48 dp. */
    private fun target() = RectF(handle).apply { inset(-4 * density, -4 * density) }

    private fun describe() {
        val text = if (cartoon == null) {
            context.getString(R.string.before_picture)
        } else {
            "${context.getString(R.string.after_picture, styleName)}. ${context.getString(R.string.divider)}"
        }
        if (contentDescription != text) contentDescription = text // each change is told
    }

    // ------------------------------------------------------------ what is seen

    override fun onDraw(canvas: Canvas) {
        val photo = photo ?: return
        val cartoon = cartoon
        val at = if (cartoon == null || isPeeking) place.right else place.left + place.width() * border
        canvas.save()
        canvas.clipPath(outline)
        paint.alpha = 255
        canvas.save()
        if (cartoon?.hasAlpha() == true && photo.hasAlpha() && strength == 1f) {
            canvas.clipRect(place.left, place.top, at, place.bottom) // through what is transparent no photo shows
        }
        canvas.drawBitmap(photo, null, place, paint)
        canvas.restore()
        if (cartoon != null && !isPeeking) {
            canvas.save()
            canvas.clipRect(at, place.top, place.right, place.bottom)
            paint.alpha = (255 * strength).toInt()
            canvas.drawBitmap(cartoon, null, place, paint)
            canvas.restore()
            drawDivider(canvas, at)
        }
        if (cartoon != null) drawLabels(canvas, at - place.left)
        canvas.restore()
    }

    private fun drawDivider(canvas: Canvas, at: Float) {
        line.color = Color.WHITE
        if (border > 0) canvas.drawRect(at - density, place.top, at + density, place.bottom, line)
        if (!hasHandle) return
        canvas.drawCircle(handle.centerX(), handle.centerY(), handle.width() / 2, line)
        canvas.drawPath(
            Path().apply {
                for (side in listOf(-1, 1)) { // the page's
                    moveTo(side * 3f, -5f)
                    lineTo(side * 8f, 0f)
                    lineTo(side * 3f, 5f)
                }
                transform(
                    Matrix().apply {
                        setScale(density, density)
                        postTranslate(handle.centerX(), handle.centerY())
                    },
                )
            },
            arrows,
        )
    }

    /** A side is told where it has room for it; where all is the cartoon nothing is. */
    private fun drawLabels(canvas: Canvas, left: Float) {
        val right = if (left == 0f) 0f else place.width() - left
        for ((text, room, isRight) in listOf(Triple(R.string.before, left, false), Triple(R.string.after, right, true))) {
            val words = context.getString(text)
            val width = label.measureText(words) + 22 * density
            if (room < width + 24 * density) continue
            val height = label.fontSpacing + 4 * density
            val start = if (isRight) place.right - 12 * density - width else place.left + 12 * density
            val top = place.top + 12 * density
            label.color = PILL
            canvas.drawRoundRect(start, top, start + width, top + height, height / 2, height / 2, label)
            label.color = Color.WHITE
            canvas.drawText(words, start + 11 * density, top + 2 * density - label.fontMetrics.ascent, label)
        }
    }

    // ------------------------------------------------------------ fingers and keys

    override fun onTouchEvent(event: MotionEvent): Boolean {
        if (cartoon == null || place.isEmpty) return super.onTouchEvent(event)
        when (event.actionMasked) {
            MotionEvent.ACTION_DOWN -> {
                from = event.x to event.y
                grip = if (hasHandle && target().contains(event.x, event.y)) event.x - place.left - place.width() * border else null
                if (grip == null) postDelayed(hold, HELD) else parent?.requestDisallowInterceptTouchEvent(true)
            }
            MotionEvent.ACTION_MOVE -> {
                val held = grip
                if (held != null) moveTo((event.x - place.left - held) / place.width())
                else if (hypot(event.x - from.first, event.y - from.second) > slop) letGo()
            }
            MotionEvent.ACTION_POINTER_DOWN -> letGo()
            MotionEvent.ACTION_UP -> {
                letGo()
                performClick()
            }
            MotionEvent.ACTION_CANCEL -> letGo()
        }
        return true
    }

    private fun letGo() {
        removeCallbacks(hold)
        grip = null
        peek(false)
    }

    private fun peek(isSeen: Boolean) {
        if (isPeeking == isSeen) return
        isPeeking = isSeen
        if (isSeen) {
            parent?.requestDisallowInterceptTouchEvent(true)
            onPeek()
        }
        invalidate()
    }

    /** By hand: what moved it by itself stops. */
    private fun moveTo(share: Float) {
        stay()
        border = share
        sendAccessibilityEvent(AccessibilityEvent.TYPE_VIEW_SELECTED) // as sliders do
    }

    override fun performClick(): Boolean {
        super.performClick()
        return true
    }

    override fun onKeyDown(keyCode: Int, event: KeyEvent): Boolean {
        if (cartoon == null) return super.onKeyDown(keyCode, event)
        when (keyCode) {
            KeyEvent.KEYCODE_DPAD_LEFT -> moveTo(border - STEP)
            KeyEvent.KEYCODE_DPAD_RIGHT -> moveTo(border + STEP)
            else -> return super.onKeyDown(keyCode, event)
        }
        return true
    }

    // ------------------------------------------------------------ accessibility services

    override fun getAccessibilityClassName(): CharSequence =
        if (cartoon == null) ImageView::class.java.name else SeekBar::class.java.name

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        if (cartoon == null) return
        info.addAction(AccessibilityAction.ACTION_SCROLL_FORWARD)
        info.addAction(AccessibilityAction.ACTION_SCROLL_BACKWARD)
        info.addAction(AccessibilityAction.ACTION_SET_PROGRESS)
        info.rangeInfo = AccessibilityNodeInfo.RangeInfo.obtain(
            AccessibilityNodeInfo.RangeInfo.RANGE_TYPE_PERCENT, 0f, 100f, border * 100,
        )
    }

    override fun performAccessibilityAction(action: Int, arguments: Bundle?): Boolean {
        if (cartoon == null) return super.performAccessibilityAction(action, arguments)
        when (action) {
            AccessibilityNodeInfo.ACTION_SCROLL_FORWARD -> moveTo(border + STEP)
            AccessibilityNodeInfo.ACTION_SCROLL_BACKWARD -> moveTo(border - STEP)
            AccessibilityAction.ACTION_SET_PROGRESS.id ->
                moveTo((arguments ?: return false).getFloat(AccessibilityNodeInfo.ACTION_ARGUMENT_PROGRESS_VALUE) / 100)
            else -> return super.performAccessibilityAction(action, arguments)
        }
        return true
    }

    companion object {
        private const val REVEAL = 900L // ms, in which a new cartoon is drawn over its photo: the page's
        private const val HELD = 220L // ms until a press is no click any more: the page's
        private const val STEP = 0.1f
        private const val CORNER = 14 // dp, as the cards'
        private const val SIZE = 40f // dp, of the handle
        private const val INK = 0xFF22211E.toInt()
        private const val SHADE = 0x59000000
        private const val PILL = 0x99141414.toInt()
    }
}
