package org.cartoongan.app

import android.content.ComponentCallbacks2
import android.content.Intent
import android.graphics.BitmapFactory
import android.os.Bundle
import android.provider.MediaStore
import android.view.View
import android.view.ViewGroup
import android.widget.RadioGroup
import android.widget.SeekBar
import android.widget.Switch
import java.io.File
import org.cartoongan.app.Flows.app
import org.cartoongan.app.Flows.await
import org.cartoongan.app.Flows.awaitCartoon
import org.cartoongan.app.Flows.picture
import org.cartoongan.app.Flows.text
import org.cartoongan.app.Flows.view
import org.cartoongan.core.Colors
import org.cartoongan.core.Exif
import org.cartoongan.core.FaceFinder
import org.cartoongan.core.Look
import org.cartoongan.core.ModelAssets
import org.junit.After
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNotSame
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowPopupMenu

@RunWith(RobolectricTestRunner::class)
class MainActivityTest {
    private val opened = mutableListOf<ActivityController<MainActivity>>()

    @Before
    fun libraries() = Flows.loadOpenCv()

    @After
    fun rest() = app.studio.rest()

    private fun open(intent: Intent? = null) = Robolectric.buildActivity(MainActivity::class.java, intent)
        .also { opened += it }.setup()

    @Test
    fun `a received photo is turned upright, drawn, and survives turning and the process's death`() {
        val controller = open(Flows.send(Flows.photo()))
        val first = controller.get()
        first.awaitCartoon()
        val cartoon = checkNotNull(first.view().cartoon)
        assertTrue("stands", cartoon.height > cartoon.width)
        assertFalse("is drawn", cartoon.sameAs(first.view().photo))
        await("it to be left whole") { first.view().border == 0f }
        first.picture("main")

        first.part<SeekBar>(R.id.strength).progress = 60
        first.view().border = 0.25f
        controller.recreate()
        val turned = controller.get()
        assertNotSame(first, turned)
        assertSame("not drawn again", cartoon, turned.view().cartoon)
        assertEquals(0.6f, turned.view().strength)
        assertEquals(0.25f, turned.view().border)

        turned.part<RadioGroup>(R.id.styles).check(Cards.FIRST + 1)
        turned.awaitCartoon()
        val kept = Bundle()
        controller.saveInstanceState(kept).pause().stop().destroy()
        // the process died; files and the bundle remain
        val revived = Robolectric.buildActivity(MainActivity::class.java).setup(kept).get()
        revived.awaitCartoon()
        assertEquals(Cards.FIRST + 1, revived.part<RadioGroup>(R.id.styles).checkedRadioButtonId)
        assertEquals(60, revived.part<SeekBar>(R.id.strength).progress)
        assertEquals(app.studio.styles[1], revived.photos.preview?.choice?.style)
    }

    @Test
    @Config(qualifiers = "ko-w411dp-h891dp-night-xhdpi")
    fun `the screen speaks Korean, in the dark too`() {
        val activity = open().get()
        assertEquals("예시 그림입니다. 내 사진을 골라 보세요.", activity.text())
        val drawn = open(Flows.send(Flows.photo())).get()
        drawn.awaitCartoon()
        drawn.picture("main-ko")
    }

    @Test
    @Config(qualifiers = "w891dp-h411dp-land-xhdpi")
    fun `the screen can lie`() {
        val activity = open(Flows.send(Flows.photo())).get()
        activity.awaitCartoon()
        activity.picture("main-land")
        assertTrue(activity.view().width < activity.view().rootView.width)
    }

    @Test
    fun `before there is a photo nothing can be saved or shared`() {
        val activity = open().get()
        for (id in listOf(R.id.save, R.id.share)) assertFalse(activity.part<View>(id).isEnabled)
        assertEquals("This is an example. Choose a photo of your own.", activity.text())
    }

    @Test
    fun `two windows do not mix their photos`() {
        val one = open(Flows.send(Flows.photo()))
        one.get().awaitCartoon()
        val shown = one.get().photos.preview
        val two = open()
        assertNull("empty", two.get().view().photo)
        assertSame("untouched", shown, one.get().photos.preview)
        two.newIntent(Flows.send(File("../../core/src/jvmTest/resources/photo.png").readBytes()))
        two.get().awaitCartoon()
        one.recreate()
        assertSame(shown?.cartoon, one.get().view().cartoon)
        assertEquals(97, two.get().photos.full().bitmap.width)
        assertEquals(512, one.get().photos.full().bitmap.width)
        two.get().finish()
        two.pause().stop().destroy()
        await("the second window's file to go") { runCatching { two.get().photos.full() }.isFailure }
        assertEquals("the first's stays", 512, one.get().photos.full().bitmap.width)
    }

    @Test
    fun `what a window left is deleted after a week`() {
        val left = Photos(app, Flows.WINDOW).apply { take(Flows.photo()) }
        val new = Photos(app)
        new.tidy()
        left.full() // is there
        new.tidy(System.currentTimeMillis() + 8 * 24 * 3600 * 1000L)
        assertTrue(runCatching { left.full() }.exceptionOrNull() is PhotoException)
    }

    @Test
    fun `the provider's name goes with the app's`() {
        val info = app.packageManager.getPackageInfo(app.packageName, android.content.pm.PackageManager.GET_PROVIDERS)
        assertEquals(listOf("${app.packageName}.shared"), info.providers?.map { it.authority })
        assertTrue("\${applicationId}.shared" in File("src/main/AndroidManifest.xml").readText())
    }

    @Test
    fun `what is no photo is told`() {
        val activity = open(Flows.send("no photo".toByteArray())).get()
        await("an error") { activity.text() == "The photo cannot be read." }
        assertEquals(View.GONE, activity.part<View>(R.id.working).visibility)
        assertFalse(activity.part<View>(R.id.save).isEnabled)
    }

    @Test
    fun `an app cannot have our own files drawn`() {
        val own = android.net.Uri.fromFile(java.io.File(app.filesDir, "secret"))
        val activity = open(Intent(Intent.ACTION_SEND).setType("image/*").putExtra(Intent.EXTRA_STREAM, own)).get()
        assertEquals("The photo cannot be read.", activity.text())
    }

    @Test
    fun `a GPU that is not there is told and not replaced, and the processor draws again`() {
        val activity = open(Flows.send(Flows.photo())).get()
        activity.awaitCartoon()
        activity.part<Switch>(R.id.gpu).isChecked = true
        await("an error", { activity.text() }) { "GPU" in activity.text() }
        assertTrue(activity.text(), "on GPU must" in activity.text())
        activity.picture("main-gpu")
        activity.part<Switch>(R.id.gpu).isChecked = false
        assertEquals("Hold the picture to see the photo.", activity.text())
        activity.part<RadioGroup>(R.id.styles).check(Cards.FIRST + 1)
        await("the second style") { activity.photos.preview?.choice?.style == app.studio.styles[1] }
    }

    @Test
    fun `a cartoon is saved whole, full size, upright, and only then shown in the gallery`() {
        val gallery = Gallery.install()
        val activity = open(Flows.send(Flows.photo())).get()
        activity.awaitCartoon()
        activity.part<View>(R.id.save).performClick()
        await("saved", { activity.text() }) { activity.text() == "Saved to Pictures/CartoonGAN." }
        assertEquals(listOf(1, 0), gallery.told.map { it.getAsInteger(MediaStore.Images.Media.IS_PENDING) })
        assertEquals("Pictures/CartoonGAN", gallery.told[0].getAsString(MediaStore.Images.Media.RELATIVE_PATH))
        val saved = checkNotNull(BitmapFactory.decodeFile(gallery.file.path))
        assertEquals(512 to 384, saved.width to saved.height)
        assertEquals(6, gallery.file.inputStream().use(Exif::orientation))
        gallery.file.copyTo(java.io.File("target/pictures/saved.jpg"), overwrite = true)
    }

    @Test
    fun `a cartoon is shared by one file that others may read and nothing else`() {
        val activity = open(Flows.send(Flows.photo())).get()
        activity.awaitCartoon()
        activity.part<View>(R.id.share).performClick()
        var started: Intent? = null
        await("a chooser") { shadowOf(activity).nextStartedActivity?.also { started = it } != null }
        @Suppress("DEPRECATION")
        val send = checkNotNull(started?.getParcelableExtra<Intent>(Intent.EXTRA_INTENT))
        assertTrue(send.flags and Intent.FLAG_GRANT_READ_URI_PERMISSION != 0)
        val uri = SharedCartoon.uri(activity, activity.photos.window)
        assertEquals(uri, send.clipData?.getItemAt(0)?.uri)
        val provider = Robolectric.setupContentProvider(SharedCartoon::class.java)
        provider.openFile(uri, "r").use { assertTrue(it.statSize > 10_000) }
        for ((path, mode) in listOf(uri.path to "rw", "cartoon.jpg" to "r", "../photo" to "r", "../photos/cartoon.jpg" to "r", "other" to "r")) {
            val asked = uri.buildUpon().path(path).build()
            assertTrue("$path $mode", runCatching { provider.openFile(asked, mode) }.isFailure)
        }
    }

    @Test
    fun `colours and faces are chosen from a menu, and survive turning`() {
        val controller = open(Flows.send(Flows.photo()))
        val activity = controller.get()
        activity.awaitCartoon()
        assertEquals(Look(), activity.photos.preview?.choice?.look)
        assertEquals("pepper", activity.photos.preview?.choice?.style)
        val before = activity.view().cartoon
        fun choose(screen: MainActivity, item: Int): Boolean {
            screen.part<View>(R.id.look).performClick()
            val menu = ShadowPopupMenu.getLatestPopupMenu()
            val entry = menu.menu.findItem(item)
            val wasChecked = entry.isChecked
            shadowOf(menu).onMenuItemClickListener.onMenuItemClick(entry)
            screen.awaitCartoon()
            return wasChecked
        }
        assertTrue(choose(activity, R.id.faces))
        assertFalse(choose(activity, R.id.colors_style))
        await("the style's colours") { controller.get().photos.preview?.choice?.look == Look(colors = Colors.STYLE, faces = false) }
        assertFalse("drawn anew", activity.view().cartoon!!.sameAs(before))
        controller.recreate()
        assertTrue(choose(controller.get(), R.id.colors_style))
        assertFalse(choose(controller.get(), R.id.colors_photo))
        await("the photo's colours") { controller.get().photos.preview?.choice?.look == Look(colors = Colors.PHOTO, faces = false) }
        controller.get().picture("main-colors-photo")
    }

    @Test
    fun `what finds faces is among the assets, whole and with its licence`() {
        val models = ModelAssets(app)
        val file = checkNotNull(models.unpackFaces())
        assertArrayEquals(File("../../../cartoongan_tf/pictures/faces.tflite").readBytes(), file.readBytes())
        file.writeText("damaged")
        assertEquals(file.path, models.unpackFaces()?.path)
        FaceFinder.open(file).close()
        assertTrue("BlazeFace" in app.assets.open("NOTICE").use { it.reader().readText() })
    }

    @Test
    fun `cancel stops the drawing and leaves the photo`() {
        val activity = open(Flows.send(Flows.photo())).get()
        activity.awaitCartoon()
        val before = activity.view().cartoon
        activity.part<RadioGroup>(R.id.styles).check(Cards.FIRST + 1)
        activity.part<View>(R.id.cancel).performClick()
        assertEquals(View.GONE, activity.part<View>(R.id.working).visibility)
        activity.part<RadioGroup>(R.id.styles).check(Cards.FIRST + 0) // what is still shown
        assertSame(before, activity.view().cartoon)
        assertEquals(app.studio.styles[0], activity.photos.preview?.choice?.style)
    }

    @Test
    fun `in the background the pictures' memory is given back, and comes again`() {
        val controller = open(Flows.send(Flows.photo()))
        controller.get().awaitCartoon()
        controller.pause().stop()
        app.onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_BACKGROUND)
        controller.get().onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_BACKGROUND)
        assertNull(controller.get().photos.preview)
        assertNull(controller.get().view().photo)
        controller.restart().start().resume()
        controller.get().awaitCartoon()
        assertNotNull(controller.get().photos.preview)
    }

    @Test
    fun `back leads to the start, and from there to the photo as it was`() {
        val controller = open()
        val activity = controller.get()
        val samples = activity.part<ViewGroup>(R.id.samples)
        assertEquals("nothing to come back to", View.GONE, samples.getChildAt(0).visibility)
        samples.getChildAt(1).performClick()
        activity.awaitCartoon()
        val cartoon = activity.view().cartoon
        @Suppress("DEPRECATION")
        activity.onBackPressed()
        assertFalse(activity.isFinishing)
        fun isAtStart(screen: MainActivity) = screen.part<View>(R.id.sample).isShown && !screen.view().isShown && !screen.part<View>(R.id.bar).isShown
        assertTrue(isAtStart(activity))
        assertEquals("This is an example. Choose a photo of your own.", activity.text())
        activity.picture("start-again")

        controller.recreate()
        val turned = controller.get()
        assertTrue(isAtStart(turned))
        val own = turned.part<ViewGroup>(R.id.samples).getChildAt(0)
        assertTrue(own.isShown)
        assertEquals("Back to your photo", own.contentDescription)
        own.performClick()
        assertFalse(isAtStart(turned))
        assertSame("not drawn again", cartoon, turned.view().cartoon)
        assertEquals("whole, and not unveiled again", 0f, turned.view().border)

        turned.part<View>(R.id.back).performClick()
        assertTrue(isAtStart(turned))
        turned.part<RadioGroup>(R.id.styles).check(Cards.FIRST + 3)
        assertSame("nothing is drawn meanwhile", cartoon, turned.photos.preview?.cartoon)
        turned.part<ViewGroup>(R.id.samples).getChildAt(0).performClick()
        await("the style that was chosen there") { turned.photos.preview?.choice?.style == app.studio.styles[3] }

        turned.part<View>(R.id.back).performClick()
        val kept = Bundle()
        controller.saveInstanceState(kept).pause().stop().destroy()
        val revived = Robolectric.buildActivity(MainActivity::class.java).setup(kept).get()
        assertTrue(isAtStart(revived))
        await("the photo, read again") { revived.part<ViewGroup>(R.id.samples).getChildAt(0).isShown }
        @Suppress("DEPRECATION")
        revived.onBackPressed()
        assertTrue("from the start out of the app", revived.isFinishing)
    }

    @Test
    fun `the system's way back leads to the app that sent a photo, the arrow to the start`() {
        val activity = open(Flows.send(Flows.photo())).get()
        activity.awaitCartoon()
        activity.part<View>(R.id.back).performClick()
        assertTrue(activity.part<View>(R.id.sample).isShown)
        activity.part<ViewGroup>(R.id.samples).getChildAt(0).performClick()
        @Suppress("DEPRECATION")
        activity.onBackPressed()
        assertFalse("went round by the start", activity.isFinishing)
        val other = open(Flows.send(Flows.photo())).get()
        other.awaitCartoon()
        @Suppress("DEPRECATION")
        other.onBackPressed()
        assertTrue(other.isFinishing)
    }

    @Test
    fun `back while a photo is read or drawn stops that, and it is there to come back to`() {
        val activity = open().get()
        activity.part<ViewGroup>(R.id.samples).getChildAt(2).performClick()
        assertTrue(activity.part<View>(R.id.working).isShown)
        activity.part<View>(R.id.back).performClick()
        assertFalse(activity.part<View>(R.id.working).isShown)
        val own = activity.part<ViewGroup>(R.id.samples).getChildAt(0)
        await("the photo") { own.isShown }
        assertNull("not drawn meanwhile", activity.photos.preview?.cartoon)
        own.performClick()
        activity.awaitCartoon()
    }

    @Test
    fun `a new photo's cartoon is unveiled, another style's is not, and holding is told until it was done`() {
        val activity = open(Flows.send(Flows.photo())).get()
        activity.awaitCartoon()
        assertEquals("Hold the picture to see the photo.", activity.text())
        activity.view().border = 0.5f
        activity.part<RadioGroup>(R.id.styles).check(Cards.FIRST + 1)
        await("the second style") { activity.photos.preview?.choice?.style == app.studio.styles[1] }
        shadowOf(android.os.Looper.getMainLooper()).idleFor(java.time.Duration.ofSeconds(2))
        assertEquals("the divider stays", 0.5f, activity.view().border)
        activity.picture("main-half")
        activity.view().onPeek()
        activity.part<RadioGroup>(R.id.styles).check(Cards.FIRST)
        await("the first style") { activity.photos.preview?.choice?.style == app.studio.styles[0] }
        assertEquals("", activity.text())
        activity.part<ViewGroup>(R.id.samples).getChildAt(3).performClick()
        await("a new photo") { activity.photos.preview?.cartoon != null }
        await("it to be left whole") { activity.view().border == 0f }
        assertTrue(activity.view().contentDescription.startsWith("The photo as a cartoon, style Pepper"))
    }
}
