package org.cartoongan.app

import android.content.ContentProvider
import android.content.ContentValues
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException

/** Lets the app that a cartoon is shared with read that one file, and nothing else. */
class SharedCartoon : ContentProvider() {
    override fun onCreate() = true

    private fun file(uri: Uri): File {
        val context = context
        if (context == null || uri.pathSegments != listOf(NAME)) throw FileNotFoundException("$uri")
        return File(File(context.cacheDir, FOLDER), NAME)
    }

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        if (mode != "r") throw SecurityException("A cartoon must be opened to read. Received: $mode")
        return ParcelFileDescriptor.open(file(uri), ParcelFileDescriptor.MODE_READ_ONLY)
    }

    override fun getType(uri: Uri) = TYPE

    override fun query(
        uri: Uri, projection: Array<String>?, selection: String?, args: Array<String>?, order: String?,
    ): Cursor {
        val known = listOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)
        val columns = projection?.filter(known::contains) ?: known
        val row = columns.map { if (it == OpenableColumns.SIZE) file(uri).length() else NAME }
        return MatrixCursor(columns.toTypedArray(), 1).apply { addRow(row) }
    }

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun delete(uri: Uri, selection: String?, args: Array<String>?) = 0

    override fun update(uri: Uri, values: ContentValues?, selection: String?, args: Array<String>?) = 0

    companion object {
        const val FOLDER = "shared"
        const val NAME = "cartoon.jpg"
        const val TYPE = "image/jpeg"
        val URI: Uri = Uri.parse("content://org.cartoongan.app.shared/$NAME")
    }
}
