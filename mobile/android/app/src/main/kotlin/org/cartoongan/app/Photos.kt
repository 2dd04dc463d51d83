package org.cartoongan.app

import android.app.ActivityManager
import android.content.ContentValues
import android.content.Context
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.net.Uri
import android.os.Build
import android.os.Environment
import android.provider.MediaStore
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.util.UUID
import org.cartoongan.core.Bitmaps
import org.cartoongan.core.Colors
import org.cartoongan.core.Exif

/** A photo that is no photo, or too large. */
class PhotoException(val text: Int, cause: Throwable? = null) : IOException(cause)

/** The photo and its cartoon at the screen's size, upright. */
class Preview(val photo: Bitmap) {
    var cartoon: Bitmap? = null

    /** What [cartoon] was drawn with. */
    var choice: Choice? = null

    /** The photo small in each style, by the style's name; filled in idle moments. */
    val cards = mutableMapOf<String, Card>()
}

/** @param picture null where it could not be drawn. */
class Card(val colors: Colors, val picture: Bitmap?)

/**
 * The photo in work of one window, in a file of its own: it outlives the process and its sender's grant.
 *
 * @param window names it; a window that comes back gives the same.
 */
class Photos(private val context: Context, val window: String = UUID.randomUUID().toString()) {
    private val folder = File(File(context.noBackupFilesDir, FOLDER), window)
    private val file = File(folder, "photo")
    private val cartoon = SharedCartoon.file(context, window)

    /** What is on the screen, kept while it turns. */
    var preview: Preview? = null

    /** Whether a photo is there or on its way. */
    @Volatile var isExpected = file.isFile

    /** Deletes the photo. Its cartoon stays a while: whoever it was shared with may still read it. */
    fun forget() {
        folder.deleteRecursively()
    }

    /** Deletes what windows left that never came back, a week after. */
    fun tidy(now: Long = System.currentTimeMillis()) {
        for (left in listOfNotNull(folder.parentFile, cartoon.parentFile?.parentFile)) {
            left.listFiles().orEmpty().filter { it.name != window && now - it.lastModified() > WEEK }
                .forEach { it.deleteRecursively() }
        }
    }

    /** Takes a photo over from elsewhere. */
    fun take(uri: Uri) = take { context.contentResolver.openInputStream(uri) }

    /** Takes over what is opened. */
    fun take(open: () -> InputStream?) {
        file.delete() // should it fail, the photo before must not stand for it
        val from = try {
            open()
        } catch (error: IOException) {
            throw PhotoException(R.string.no_photo, error)
        } catch (error: SecurityException) { // the grant is gone, or never was
            throw PhotoException(R.string.no_photo, error)
        } ?: throw PhotoException(R.string.no_photo)
        replace { from.use { source -> source.copyTo(it) } }
    }

    /** Takes over a camera's JPEG. */
    fun take(jpeg: ByteArray) {
        replace { it.write(jpeg) }
        isExpected = true
    }

    private fun replace(write: (OutputStream) -> Unit) {
        folder.mkdirs()
        val part = File(file.path + ".part")
        part.outputStream().use(write)
        if (!part.renameTo(file)) throw PhotoException(R.string.no_photo)
    }

    /** The photo at most twice [side] long, upright. */
    fun preview(side: Int): Bitmap {
        val bounds = bounds()
        var sample = 1
        while (maxOf(bounds.outWidth, bounds.outHeight) / (sample * 2) >= side) sample *= 2
        return Bitmaps.upright(decode(sample), orientation())
    }

    /** The photo as large as there is memory for, lying as it was stored. */
    class Full(val bitmap: Bitmap, val orientation: Int, val shrunk: Boolean) {
        /** Upright. */
        val size = if (orientation < 5) bitmap.width to bitmap.height else bitmap.height to bitmap.width
    }

    fun full(): Full {
        val bounds = bounds()
        var sample = 1
        while (bounds.outWidth.toLong() * bounds.outHeight / (sample.toLong() * sample) > mostPixels()) sample *= 2
        return Full(decode(sample), orientation(), sample > 1)
    }

    /** A third of what this app may have; from Android 8 on bitmaps lie outside its heap. */
    private fun mostPixels(): Long {
        val manager = checkNotNull(context.getSystemService(ActivityManager::class.java))
        if (Build.VERSION.SDK_INT < 26) return manager.memoryClass * (1L shl 20) / 3 / 4
        val info = ActivityManager.MemoryInfo().also(manager::getMemoryInfo)
        return (info.availMem - info.threshold).coerceAtLeast(24L shl 20) / 3 / 4
    }

    private fun bounds() = BitmapFactory.Options().also {
        if (!file.isFile) throw PhotoException(R.string.no_photo)
        it.inJustDecodeBounds = true
        BitmapFactory.decodeFile(file.path, it)
        if (it.outWidth <= 0 || it.outHeight <= 0) throw PhotoException(R.string.no_photo)
    }

    private fun decode(sample: Int): Bitmap {
        val options = Bitmaps.options().apply { inSampleSize = sample }
        return BitmapFactory.decodeFile(file.path, options) ?: throw PhotoException(R.string.no_photo)
    }

    private fun orientation() = file.inputStream().use(Exif::orientation)

    /** Writes a cartoon as a JPEG that says how to turn it, for [share] and [save]. */
    fun keep(full: Full): File {
        cartoon.parentFile?.mkdirs()
        val part = File(cartoon.path + ".part")
        Exif.noting(full.orientation, part.outputStream().buffered()).use {
            if (!full.bitmap.compress(Bitmap.CompressFormat.JPEG, QUALITY, it)) throw IOException("no JPEG")
        }
        if (!part.renameTo(cartoon)) throw IOException("cannot write $cartoon")
        return cartoon
    }

    /** Puts the kept cartoon among the phone's pictures; Android 10 and later. */
    fun save() {
        val resolver = context.contentResolver
        val values = ContentValues().apply {
            put(MediaStore.Images.Media.DISPLAY_NAME, "cartoon-${System.currentTimeMillis()}.jpg")
            put(MediaStore.Images.Media.MIME_TYPE, SharedCartoon.TYPE)
            put(MediaStore.Images.Media.RELATIVE_PATH, "${Environment.DIRECTORY_PICTURES}/CartoonGAN")
            put(MediaStore.Images.Media.IS_PENDING, 1)
        }
        val uri = resolver.insert(MediaStore.Images.Media.EXTERNAL_CONTENT_URI, values)
            ?: throw IOException("the gallery takes no picture")
        try {
            save(uri)
        } catch (error: IOException) {
            resolver.delete(uri, null, null) // no half picture in the gallery
            throw error
        }
        resolver.update(uri, ContentValues().apply { put(MediaStore.Images.Media.IS_PENDING, 0) }, null, null)
    }

    /** Writes the kept cartoon where the user said. */
    fun save(uri: Uri) {
        val to = context.contentResolver.openOutputStream(uri) ?: throw IOException("cannot write $uri")
        to.use { stream -> cartoon.inputStream().use { it.copyTo(stream) } }
    }

    companion object {
        private const val FOLDER = "photos"
        private const val WEEK = 7 * 24 * 3600 * 1000L
        private const val QUALITY = 95 // flat colour shows blocks and ringing early
    }
}
