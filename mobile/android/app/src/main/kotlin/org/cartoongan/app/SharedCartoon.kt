package org.cartoongan.app

import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException

/** Lets the app that a window's cartoon is shared with read that one file, and nothing else. */
class SharedCartoon : ContentProvider() {
    override fun onCreate() = true

    private fun file(uri: Uri): File {
        val context = context
        val path = uri.pathSegments
        val isOurs = path.size == 2 && WINDOW.matches(path[0]) && path[1] == NAME
        if (context == null || !isOurs) throw FileNotFoundException("$uri")
        return file(context, path[0])
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
        private const val FOLDER = "shared"
        private val WINDOW = Regex("[0-9a-f-]{36}") // a UUID, and no way out of the folder
        const val NAME = "cartoon.jpg"
        const val TYPE = "image/jpeg"

        /** Where a window's cartoon lies. */
        fun file(context: Context, window: String) = File(File(File(context.cacheDir, FOLDER), window), NAME)

        /** How others reach it: the authority is the manifest's, so two builds can be on one phone. */
        fun uri(context: Context, window: String): Uri =
            Uri.parse("content://${context.packageName}.shared/$window/$NAME")
    }
}
