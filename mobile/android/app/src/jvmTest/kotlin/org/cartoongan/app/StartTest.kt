package org.cartoongan.app

import android.app.Activity
import android.content.res.Configuration
import android.graphics.Bitmap
import android.os.LocaleList
import android.view.View
import android.view.ViewGroup
import android.widget.ImageButton
import android.widget.RadioButton
import com.google.ai.edge.litert.Accelerator
import java.io.File
import java.util.Locale
import kotlin.math.log10
import org.cartoongan.app.Flows.app
import org.cartoongan.app.Flows.await
import org.cartoongan.app.Flows.awaitCartoon
import org.cartoongan.app.Flows.picture
import org.cartoongan.app.Flows.view
import org.cartoongan.core.Cartoonizer
import org.cartoongan.core.Colors
import org.cartoongan.core.ModelAssets
import org.cartoongan.core.Purpose
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** What the app shows before there is a photo, and the styles' cards. */
@RunWith(RobolectricTestRunner::class)
class StartTest {
    @Before
    fun libraries() = Flows.loadOpenCv()

    @After
    fun rest() = app.studio.rest()

    private fun open() = Robolectric.buildActivity(MainActivity::class.java).setup()

    private fun Activity.card(index: Int) = part<RadioButton>(Cards.FIRST + index)

    private fun Activity.sample() = part<CompareView>(R.id.sample)

    private fun View.all(): List<View> =
        if (this is ViewGroup) listOf<View>(this) + (0 until childCount).flatMap { getChildAt(it).all() } else listOf(this)

    @Test
    fun `the free style comes first, and each style shows what it does`() {
        val activity = open().get()
        val order = Regex("ORDER = \\[(.*?)]").find(File("../../web/models.mjs").readText())?.groupValues?.get(1)
        assertEquals("as the page's", order?.split(", ")?.map { it.trim('"') }, app.studio.styles)
        assertEquals("pepper", app.studio.styles[0])
        assertTrue(activity.card(0).isChecked)
        for (i in app.studio.styles.indices) assertNotNull(app.studio.styles[i], activity.card(i).compoundDrawables[1])
        assertNotNull(activity.sample().photo)
        activity.picture("start")

        val before = checkNotNull(activity.sample().cartoon)
        activity.card(1).performClick()
        assertFalse("another style, another picture", before.sameAs(activity.sample().cartoon))
        activity.picture("start-second-style")
        activity.part<View>(R.id.first_camera).performClick()
        val asked = shadowOf(activity).nextStartedActivity
        assertEquals(CameraActivity::class.java.name, asked.component?.className)
        assertTrue("in that style", asked.extras?.keySet().orEmpty().any { asked.extras?.getString(it) == app.studio.styles[1] })
    }

    @Test
    @Config(qualifiers = "w411dp-h891dp-night-xhdpi")
    fun `it can be dark`() = open().get().picture("start-dark")

    @Test
    @Config(qualifiers = "ko-w411dp-h891dp-xhdpi")
    fun `it speaks Korean`() = open().get().picture("start-ko")

    @Test
    @Config(qualifiers = "ko-w411dp-h891dp-night-xhdpi")
    fun `it speaks Korean in the dark`() = open().get().picture("start-ko-dark")

    @Test
    @Config(qualifiers = "w891dp-h411dp-land-xhdpi")
    fun `it can lie`() = open().get().picture("start-land")

    @Test
    @Config(qualifiers = "w360dp-h640dp-xhdpi")
    fun `on a small phone and with large letters all is to be reached`() {
        for (scale in listOf(1f, 1.5f)) {
            RuntimeEnvironment.setFontScale(scale)
            val activity = open().get()
            activity.picture("start-small-$scale")
            val sample = activity.sample()
            assertTrue("the sample is seen at $scale: ${sample.height}", sample.height > 60 * activity.resources.displayMetrics.density)
            val last = activity.part<View>(R.id.samples)
            val place = IntArray(2).also(last::getLocationInWindow)
            assertTrue("$scale", place[1] + last.height <= activity.resources.displayMetrics.heightPixels)
        }
    }

    @Test
    fun `what can be pressed is 48 dp large, and says what it is`() {
        val activity = open().get()
        activity.picture("start")
        fun check() {
            val density = activity.resources.displayMetrics.density
            val pressed = activity.window.decorView.all().filter { it.isShown && it.isClickable }
            assertTrue("${pressed.size}", pressed.size >= 8)
            for (one in pressed) {
                val name = one.contentDescription ?: (one as? android.widget.TextView)?.text
                assertFalse("$one is named", name.isNullOrBlank())
                assertTrue("$name: ${one.width}x${one.height}", one.width >= 48 * density && one.height >= 48 * density)
            }
        }
        check()
        (activity.part<ViewGroup>(R.id.samples).getChildAt(3) as ImageButton).performClick()
        activity.awaitCartoon()
        activity.picture("sample")
        check()
    }

    @Test
    fun `a sample is drawn at a press, in the style that was chosen, and is then a photo like any`() {
        val activity = open().get()
        activity.card(2).performClick()
        val portrait = activity.part<ViewGroup>(R.id.samples).getChildAt(1)
        assertEquals("A portrait", portrait.contentDescription)
        portrait.performClick()
        activity.awaitCartoon()
        assertEquals(512 to 600, activity.view().photo?.let { it.width to it.height })
        assertEquals(app.studio.styles[2], activity.photos.preview?.choice?.style)
        assertTrue(activity.part<View>(R.id.save).isEnabled)
        assertEquals(View.GONE, activity.sample().visibility)
    }

    @Test
    fun `when idle the cards show the photo itself in each style, also turned, and in other colours`() {
        val controller = open()
        val activity = controller.get()
        activity.part<ViewGroup>(R.id.samples).getChildAt(1).performClick()
        activity.awaitCartoon()
        val preview = checkNotNull(activity.photos.preview)
        fun awaitCards(colors: Colors) = await("the cards") {
            app.studio.styles.all { preview.cards[it]?.run { this.colors == colors && picture != null } == true }
        }
        awaitCards(Colors.AUTO)
        activity.picture("cards")
        val pictures = app.studio.styles.map { checkNotNull(preview.cards[it]?.picture) }
        for (one in pictures) assertEquals(192, maxOf(one.width, one.height))
        for ((one, other) in pictures.zipWithNext()) assertFalse(one.sameAs(other))
        controller.recreate()
        assertSame(preview, controller.get().photos.preview)
        assertSame("not drawn again", pictures[1], preview.cards[app.studio.styles[1]]?.picture)
        assertNotNull(controller.get().card(1).compoundDrawables[1])
        controller.get().picture("cards-turned")
    }

    @Test
    fun `the pictures that come with it are the styles' own`() {
        val models = ModelAssets(app)
        for (style in models.styles) {
            val shipped = checkNotNull(Sample.cartoon(app, style)) { "make_samples.py must draw $style" }
            val drawn = Cartoonizer.fromAssets(app, style).use { it.draw(checkNotNull(Sample.SHOWN.photo(app))) }
            val small = Bitmap.createScaledBitmap(drawn, shipped.width, shipped.height, true)
            val psnr = psnr(shipped, small)
            println("$style: the shipped picture is at $psnr dB")
            assertTrue("$style: $psnr dB", psnr > 27)
            for (other in models.styles - style) {
                assertTrue("$style, not $other", psnr(checkNotNull(Sample.cartoon(app, other)), small) < psnr)
            }
        }
    }

    private fun psnr(one: Bitmap, other: Bitmap): Double {
        fun levels(bitmap: Bitmap) = IntArray(bitmap.width * bitmap.height)
            .also { bitmap.getPixels(it, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height) }
            .flatMap { listOf(it shr 16 and 255, it shr 8 and 255, it and 255) }
        val error = levels(one).zip(levels(other)) { a, b -> ((a - b) * (a - b)).toDouble() }.average()
        return 10 * log10(255 * 255 / error)
    }

    @Test
    fun `a live picture's file is the quicker one, by what was measured once`() {
        val models = ModelAssets(app)
        val trial = File(app.noBackupFilesDir, "models/paprika/trial")
        assertFalse(trial.exists())
        val found = models.find("paprika", Purpose.LIVE)
        val kept = trial.readText().split(' ')
        assertEquals(kept[2].toLong() <= 0.8 * kept[3].toLong(), found.variant == "int8")
        for ((int8, variant) in listOf("1" to "int8", "900" to "float16")) {
            trial.writeText("${kept[0]} ${kept[1]} $int8 1000")
            assertEquals(variant, models.find("paprika", Purpose.LIVE).variant)
        }
        assertEquals("256x256", models.find("paprika", Purpose.LIVE).size.toString())
        assertEquals("256x256 float16", models.find("paprika", Purpose.SKETCH).let { "${it.size} ${it.variant}" })
        trial.delete()
        assertEquals("float16", models.find("paprika", Purpose.LIVE, Accelerator.GPU).variant)
        assertFalse("nothing to choose from", trial.exists())
    }

    @Test
    fun `the words are the web page's, in both languages`() {
        val same = mapOf(
            R.string.app_name to "name", R.string.promise to "promise", R.string.camera to "camera",
            R.string.save to "save", R.string.share to "share", R.string.cancel to "cutAway",
            R.string.styles to "style", R.string.strength to "strength", R.string.drawing to "draw",
            R.string.start to "example", R.string.samples to "samples", R.string.sample_face to "sampleFace",
            R.string.sample_view to "sampleView", R.string.sample_cat to "sampleCat", R.string.faces to "faces",
            R.string.before to "before", R.string.after to "after", R.string.divider to "divider",
            R.string.before_picture to "beforePicture", R.string.compare to "compare",
            R.string.shutter to "shutter", R.string.turn_camera to "switchCamera", R.string.no_camera to "noCamera",
        )
        val page = File("../../web/src/texts.js").readText()
        for ((language, start, end) in listOf(Triple("en", "  en: {", "\n  ko: {"), Triple("ko", "\n  ko: {", "STYLE_NAMES"))) {
            val words = Regex("^    (\\w+): \"(.*)\",$", RegexOption.MULTILINE)
                .findAll(page.substringAfter(start).substringBefore(end)).associate { it.groupValues[1] to it.groupValues[2] }
            val wanted = Configuration(app.resources.configuration).apply { setLocales(LocaleList(Locale.forLanguageTag(language))) }
            val here = app.createConfigurationContext(wanted).resources
            for ((id, name) in same) assertEquals(language, words.getValue(name), here.getString(id))
            for ((id, name) in mapOf(R.string.colors_auto to "colorAuto", R.string.colors_style to "colorStyle", R.string.colors_photo to "colorPhoto")) {
                assertEquals("${words["colors"]}: ${words[name]}", here.getString(id))
            }
            assertEquals(words.getValue("afterPicture").replace("{style}", "x"), here.getString(R.string.after_picture, "x"))
            for (style in app.studio.styles) {
                val name = Regex("$style: .*$language: \"(\\S+)\"").find(page)?.groupValues?.get(1)
                assertEquals(name, here.getString(here.getIdentifier("style_$style", "string", app.packageName)))
            }
        }
    }
}
