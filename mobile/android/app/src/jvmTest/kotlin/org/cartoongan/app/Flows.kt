package org.cartoongan.app

import android.app.Activity
import android.content.ContentProvider
import android.content.ContentValues
import android.content.Intent
import android.database.Cursor
import android.graphics.Bitmap
import android.graphics.Canvas
import android.net.Uri
import android.os.Looper
import android.os.ParcelFileDescriptor
import android.provider.MediaStore
import android.view.View
import android.widget.TextView
import java.io.ByteArrayInputStream
import java.io.File
import org.cartoongan.core.OpenCv
import org.junit.Assert.assertTrue
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** What the tests of the screens share. */
internal object Flows {
    /** A window's name. */
    const val WINDOW = "00000000-0000-4000-8000-000000000000"

    val app get() = RuntimeEnvironment.getApplication() as App
    val resolver get() = shadowOf(app.contentResolver)

    /** OpenCV for desktops, under the name that it has on Android. */
    fun loadOpenCv() {
        val folder = System.getProperty("java.library.path").split(File.pathSeparator).last()
        val file = File(folder, "lib${OpenCv.library}.so")
        if (file.exists()) return
        file.parentFile.mkdirs()
        val name = "/nu/pattern/opencv/linux/x86_64/libopencv_java490.so"
        val part = File(folder, "part").apply {
            outputStream().use { checkNotNull(Flows.javaClass.getResourceAsStream(name)).copyTo(it) }
        }
        check(part.renameTo(file))
    }

    /** A photo that lies on its side: EXIF 6. */
    fun photo(): ByteArray = File("../../core/src/jvmTest/resources/scene.jpg").readBytes().let { jpeg ->
        val exif = "457869660000" + "4d4d002a00000008" + "0001" + "011200030000000100060000" + "00000000"
        val bytes = exif.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
        val head = byteArrayOf(-1, -40, -1, -31, 0, (bytes.size + 2).toByte())
        head + bytes + jpeg.copyOfRange(2, jpeg.size)
    }

    fun send(bytes: ByteArray): Intent {
        val uri = Uri.parse("content://sender/photo")
        resolver.registerInputStream(uri, ByteArrayInputStream(bytes))
        return Intent(Intent.ACTION_SEND).setType("image/jpeg").putExtra(Intent.EXTRA_STREAM, uri)
    }

    /** Lets the studio and the screen work until something is so. */
    fun await(what: String, told: () -> String = { "" }, isSo: () -> Boolean) {
        val end = System.nanoTime() + Integer.getInteger("patience", 120) * 1_000_000_000L // the machine may be busy
        while (!isSo()) {
            assertTrue("waited for: $what, told: ${told()}", System.nanoTime() < end)
            shadowOf(Looper.getMainLooper()).idle()
            Thread.sleep(5)
        }
    }

    fun Activity.text() = part<TextView>(R.id.message).text.toString()

    fun MainActivity.view() = part<CompareView>(R.id.compare)

    fun MainActivity.awaitCartoon() = await("a cartoon", { text() }) {
        view().cartoon != null && part<View>(R.id.working).visibility == View.GONE
    }

    /** The screen as a picture, to be looked at. */
    fun Activity.picture(name: String) {
        val root = window.decorView
        val metrics = resources.displayMetrics
        root.measure(
            View.MeasureSpec.makeMeasureSpec(metrics.widthPixels, View.MeasureSpec.EXACTLY),
            View.MeasureSpec.makeMeasureSpec(metrics.heightPixels, View.MeasureSpec.EXACTLY),
        )
        root.layout(0, 0, metrics.widthPixels, metrics.heightPixels)
        val bitmap = Bitmap.createBitmap(metrics.widthPixels, metrics.heightPixels, Bitmap.Config.ARGB_8888)
        root.draw(Canvas(bitmap))
        val file = File("target/pictures/$name.png").apply { parentFile.mkdirs() }
        file.outputStream().use { check(bitmap.compress(Bitmap.CompressFormat.PNG, 100, it)) }
    }
}

/** A gallery that keeps what it is given, as MediaStore does from Android 10 on. */
class Gallery : ContentProvider() {
    val file: File = File.createTempFile("gallery", ".jpg")
    val told = mutableListOf<ContentValues>()
    var deleted = 0

    override fun onCreate() = true

    override fun insert(uri: Uri, values: ContentValues?): Uri {
        told += checkNotNull(values)
        return Uri.withAppendedPath(uri, "7")
    }

    override fun update(uri: Uri, values: ContentValues?, where: String?, args: Array<String>?): Int {
        told += checkNotNull(values)
        return 1
    }

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor =
        ParcelFileDescriptor.open(file, ParcelFileDescriptor.parseMode(mode))

    override fun delete(uri: Uri, where: String?, args: Array<String>?) = 1.also { deleted++ }

    override fun query(uri: Uri, columns: Array<String>?, where: String?, args: Array<String>?, order: String?): Cursor? = null

    override fun getType(uri: Uri): String? = null

    companion object {
        fun install(): Gallery = Robolectric.buildContentProvider(Gallery::class.java).create(MediaStore.AUTHORITY).get()
    }
}
