package org.cartoongan.app

import android.animation.ValueAnimator
import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.os.Bundle
import android.os.Looper
import android.os.SystemClock
import android.view.KeyEvent
import android.view.MotionEvent
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.FrameLayout
import android.widget.SeekBar
import java.io.File
import java.time.Duration
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowChoreographer
import org.robolectric.util.ReflectionHelpers
import org.robolectric.util.ReflectionHelpers.ClassParameter

/** Cartoon and photo one over the other, as the web page's stage. */
@RunWith(RobolectricTestRunner::class)
class CompareViewTest {
    private lateinit var view: CompareView
    private val density get() = view.resources.displayMetrics.density

    @Before
    fun open() {
        val activity = Robolectric.buildActivity(Activity::class.java).setup().get()
        view = CompareView(activity, null)
        activity.setContentView(FrameLayout(activity).apply { addView(view, FrameLayout.LayoutParams(WIDE, TALL)) })
        pass(100)
        ShadowChoreographer.setPaused(true) // frames come as time passes, not all at once
        ShadowChoreographer.setFrameDelay(Duration.ofMillis(16))
        view.layout(0, 0, WIDE, TALL)
        view.photo = picture(Color.RED)
        view.cartoon = picture(Color.BLUE)
    }

    private fun picture(color: Int) = Bitmap.createBitmap(WIDE / 2, TALL / 2, Bitmap.Config.ARGB_8888).apply { eraseColor(color) }

    private fun pass(ms: Long) = shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(ms))

    private fun seen(name: String? = null): Bitmap = Bitmap.createBitmap(WIDE, TALL, Bitmap.Config.ARGB_8888).also {
        view.draw(Canvas(it))
        val file = File("target/pictures/$name.png").apply { parentFile.mkdirs() }
        if (name != null) file.outputStream().use { out -> it.compress(Bitmap.CompressFormat.PNG, 100, out) }
    }

    /** Shares of the picture that are the photo's and the cartoon's; the rest are handle and labels. */
    private fun shares(): Pair<Double, Double> {
        val pixels = IntArray(WIDE * TALL).also { seen().getPixels(it, 0, WIDE, 0, 0, WIDE, TALL) }
        return listOf(Color.RED, Color.BLUE).map { color -> pixels.count { it == color }.toDouble() / pixels.size }.let { it[0] to it[1] }
    }

    private fun touch(action: Int, x: Float, y: Float) {
        val now = SystemClock.uptimeMillis()
        MotionEvent.obtain(now, now, action, x, y, 0).let { view.dispatchTouchEvent(it); it.recycle() }
    }

    /** The middle of the handle: at the bottom, 25 dp from the divider at most. */
    private fun handle() = (WIDE * view.border).coerceIn(25 * density, WIDE - 25 * density) to TALL - 30 * density

    @Test
    fun `the cartoon is seen whole, the handle alone lies on it, in the corner`() {
        assertEquals(0f, view.border)
        val pixels = IntArray(WIDE * TALL).also { seen("compare-edge").getPixels(it, 0, WIDE, 0, 0, WIDE, TALL) }
        assertFalse("no photo", Color.RED in pixels)
        val corner = 16 * density // round corners apart
        for (i in pixels.indices) {
            val (x, y) = i % WIDE to i / WIDE
            val isRound = (x < corner || x > WIDE - corner) && (y < corner || y > TALL - corner)
            val isHandle = x < 56 * density && y > TALL - 60 * density
            if (!isRound && !isHandle) assertEquals("$x, $y", Color.BLUE, pixels[i])
        }
    }

    @Test
    fun `held, the picture shows the photo alone, until it is let go`() {
        var told = 0
        view.onPeek = { told++ }
        touch(MotionEvent.ACTION_DOWN, WIDE / 2f, TALL / 2f)
        pass(200)
        assertFalse("a tap is no hold", view.isPeeking)
        pass(50)
        assertTrue(view.isPeeking)
        touch(MotionEvent.ACTION_MOVE, WIDE / 2f + 2, TALL / 2f)
        assertTrue("fingers tremble", view.isPeeking)
        seen("compare-held")
        assertEquals(0.0, shares().second, 0.0)
        assertTrue("${shares()}", shares().first > 0.9)
        touch(MotionEvent.ACTION_UP, WIDE / 2f, TALL / 2f)
        assertTrue("${shares()}", shares().second > 0.9)
        assertEquals(1, told)
        assertEquals("nothing else moved", 0f, view.border)
    }

    @Test
    fun `a finger that slips, a second finger and a cancelled touch end the hold`() {
        for (end in listOf<() -> Unit>(
            { touch(MotionEvent.ACTION_MOVE, WIDE / 2f, TALL / 2f + 40 * density) },
            { touch(MotionEvent.ACTION_POINTER_DOWN, WIDE / 2f, TALL / 2f) },
            { touch(MotionEvent.ACTION_CANCEL, WIDE / 2f, TALL / 2f) },
            { view.cartoon = null },
        )) {
            touch(MotionEvent.ACTION_DOWN, WIDE / 2f, TALL / 2f)
            end()
            pass(500)
            assertFalse("before it began", view.isPeeking)
            view.cartoon = picture(Color.BLUE)
            touch(MotionEvent.ACTION_DOWN, WIDE / 2f, TALL / 2f)
            pass(500)
            assertTrue(view.isPeeking)
            end()
            assertFalse("while it lasted", view.isPeeking)
            view.cartoon = picture(Color.BLUE)
        }
        assertEquals(0f, view.border)
    }

    @Test
    fun `only the handle moves the divider, and does not jump under the finger`() {
        touch(MotionEvent.ACTION_DOWN, WIDE * 0.7f, TALL * 0.5f)
        touch(MotionEvent.ACTION_MOVE, WIDE * 0.2f, TALL * 0.5f)
        touch(MotionEvent.ACTION_UP, WIDE * 0.2f, TALL * 0.5f)
        assertEquals(0f, view.border)
        val (x, y) = handle()
        touch(MotionEvent.ACTION_DOWN, x, y)
        assertEquals(0f, view.border)
        touch(MotionEvent.ACTION_MOVE, x + WIDE / 2f, y)
        pass(500)
        assertFalse("a handle is not held to see", view.isPeeking)
        touch(MotionEvent.ACTION_UP, x + WIDE / 2f, y)
        assertEquals(0.5f, view.border, 0.001f)
        seen("compare-half")
        assertTrue("${shares()}", shares().toList().all { it in 0.4..0.5 })
        touch(MotionEvent.ACTION_DOWN, WIDE / 2f, y)
        touch(MotionEvent.ACTION_MOVE, WIDE * 2f, y)
        assertEquals("no further than the edge", 1f, view.border)
    }

    @Test
    fun `a new cartoon is drawn over its photo within a second, and left whole`() {
        view.unveil()
        val seen = mutableListOf(view.border)
        assertEquals("in a window that closes now, the divider rests at the edge", 0f, view.restingBorder)
        repeat(20) {
            pass(50)
            seen += view.border
        }
        assertTrue("$seen", seen.first() > 0.9f && seen.zipWithNext().all { (a, b) -> b <= a } && seen.count { it in 0.05f..0.9f } > 5)
        assertEquals(0f, view.border)
    }

    @Test
    fun `whoever takes the handle meanwhile has it`() {
        view.unveil()
        pass(300)
        val (x, y) = handle()
        touch(MotionEvent.ACTION_DOWN, x, y)
        touch(MotionEvent.ACTION_MOVE, x + 30, y)
        val held = view.border
        pass(2000)
        assertEquals(held, view.border)
        assertTrue("$held", held > 0.2f)
    }

    @Test
    fun `where the system animates nothing the cartoon is there at once`() {
        val change = { scale: Float ->
            ReflectionHelpers.callStaticMethod<Unit>(
                ValueAnimator::class.java, "setDurationScale", ClassParameter.from(Float::class.javaPrimitiveType, scale),
            )
        }
        change(0f)
        try {
            view.border = 0.6f
            view.unveil()
            pass(16)
            assertEquals("after one frame", 0f, view.border)
        } finally {
            change(1f)
        }
    }

    @Test
    fun `it is a slider that says what it shows, and without a cartoon a picture`() {
        view.styleName = "Pepper"
        fun node() = AccessibilityNodeInfo.obtain().also(view::onInitializeAccessibilityNodeInfo)
        assertEquals(SeekBar::class.java.name, node().className)
        assertEquals(
            "The photo as a cartoon, style Pepper. Before and after: how much of the photo shows", node().contentDescription,
        )
        assertEquals(0f, node().rangeInfo.current)
        assertTrue(view.performAccessibilityAction(AccessibilityNodeInfo.ACTION_SCROLL_FORWARD, null))
        assertEquals(10f, node().rangeInfo.current, 0.001f)
        val half = Bundle().apply { putFloat(AccessibilityNodeInfo.ACTION_ARGUMENT_PROGRESS_VALUE, 50f) }
        assertTrue(view.performAccessibilityAction(AccessibilityNodeInfo.AccessibilityAction.ACTION_SET_PROGRESS.id, half))
        assertEquals(0.5f, view.border)
        view.dispatchKeyEvent(KeyEvent(KeyEvent.ACTION_DOWN, KeyEvent.KEYCODE_DPAD_LEFT).also { view.requestFocus() })
        assertEquals(0.4f, view.border, 0.001f)
        view.cartoon = null
        assertEquals("The photo", node().contentDescription)
        assertFalse(node().className == SeekBar::class.java.name)
        assertEquals(null, node().rangeInfo)
    }

    @Test
    fun `the handle is 48 dp large, and a pull at it is not the system's way back`() {
        val rect = view.systemGestureExclusionRects.single()
        assertTrue("$rect", rect.width() >= 48 * density && rect.height() >= 48 * density)
        assertTrue("$rect", rect.left >= 0 && rect.bottom <= TALL)
        view.border = 1f
        assertTrue("${view.systemGestureExclusionRects}", view.systemGestureExclusionRects.single().right in WIDE / 2..WIDE)
        view.cartoon = null
        assertEquals(emptyList<Any>(), view.systemGestureExclusionRects)
    }

    @Test
    fun `a picture hardly larger than the handle has none, and is held all the same`() {
        view.layout(0, 0, WIDE, (90 * density).toInt())
        assertEquals(emptyList<Any>(), view.systemGestureExclusionRects)
        assertFalse(Color.WHITE in IntArray(WIDE * TALL).also { seen().getPixels(it, 0, WIDE, 0, 0, WIDE, TALL) })
        touch(MotionEvent.ACTION_DOWN, WIDE / 2f, 60 * density)
        pass(300)
        assertTrue(view.isPeeking)
    }

    @Test
    fun `through what is transparent no photo shows, unless the cartoon is weak`() {
        view.photo = picture(Color.RED).apply { setHasAlpha(true) }
        view.cartoon = picture(Color.TRANSPARENT)
        assertEquals(0.0, shares().first, 0.0)
        view.strength = 0.5f
        assertTrue("${shares()}", shares().first > 0.9)
    }

    companion object {
        private const val WIDE = 600
        private const val TALL = 400
    }
}
