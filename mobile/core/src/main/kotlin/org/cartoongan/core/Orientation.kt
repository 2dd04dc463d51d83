package org.cartoongan.core

import java.io.DataInputStream
import java.io.EOFException
import java.io.FilterOutputStream
import java.io.InputStream
import java.io.OutputStream
import java.nio.ByteBuffer

/**
 * A photo seen upright: cameras store what the sensor gives and note in EXIF, 1..8, how to turn
 * it. Blocks are turned as they are read and written; the photo itself stays as it is.
 */
class UprightRaster(private val stored: Raster, private val orientation: Int) : Raster {
    private val swapped = orientation >= 5
    override val width = if (swapped) stored.height else stored.width
    override val height = if (swapped) stored.width else stored.height

    init {
        require(orientation in 1..8) { "An orientation must be in 1..8. Received: $orientation" }
    }

    override fun read(left: Int, top: Int, width: Int, height: Int, into: IntArray) {
        if (orientation == 1) return stored.read(left, top, width, height, into)
        val place = Place(left, top, width, height)
        val block = IntArray(width * height)
        stored.read(place.left, place.top, place.width, place.height, block)
        place.each { upright, lying -> into[upright] = block[lying] }
    }

    override fun write(left: Int, top: Int, width: Int, height: Int, from: IntArray) {
        if (orientation == 1) return stored.write(left, top, width, height, from)
        val place = Place(left, top, width, height)
        val block = IntArray(width * height)
        place.each { upright, lying -> block[lying] = from[upright] }
        stored.write(place.left, place.top, place.width, place.height, block)
    }

    /** Where an upright block lies in the stored picture. */
    private inner class Place(left: Int, top: Int, val across: Int, val down: Int) {
        // Whether the stored picture's x (y) runs against the upright axis that it follows.
        private val xBack = orientation in listOf(2, 3, 7, 8)
        private val yBack = orientation in listOf(3, 4, 6, 7)
        private val alongX = if (swapped) top else left
        private val alongY = if (swapped) left else top
        val width = if (swapped) down else across
        val height = if (swapped) across else down
        val left = if (xBack) stored.width - alongX - width else alongX
        val top = if (yBack) stored.height - alongY - height else alongY

        inline fun each(pair: (Int, Int) -> Unit) {
            for (v in 0 until down) {
                for (u in 0 until across) {
                    val x = if (swapped) v else u
                    val y = if (swapped) u else v
                    val lyingX = if (xBack) width - 1 - x else x
                    val lyingY = if (yBack) height - 1 - y else y
                    pair(v * across + u, lyingY * width + lyingX)
                }
            }
        }
    }
}

/** EXIF's note on how a photo is to be turned. */
object Exif {
    private const val ORIENTATION = 0x0112
    private const val MOST = 1 shl 20 // an APP1 segment has at most 64 KiB, a chunk should not more

    /**
     * Reads the orientation out of a JPEG, PNG or WebP file.
     *
     * @return 1..8; 1 where there is none, or the file is of another kind. HEIF is such: its
     *   decoders turn the picture themselves.
     */
    @JvmStatic
    fun orientation(file: InputStream): Int {
        val data = DataInputStream(file.buffered())
        val found = try {
            when (val start = data.readInt()) {
                0x89504E47.toInt() -> inPng(data)
                0x52494646 -> inWebp(data)
                else -> if (start ushr 16 == 0xFFD8) inJpeg(data, start and 0xFFFF) else null
            }
        } catch (_: EOFException) {
            null // cut short, or shorter than it says: what decodes it will tell
        }
        return found?.takeIf { it in 1..8 } ?: 1
    }

    /**
     * Notes an orientation in a JPEG while it is written: a picture that lies as its photo did
     * need not be turned in memory.
     *
     * @param to where to.
     * @return what an encoder writes to; its first bytes must be a JPEG's.
     */
    fun noting(orientation: Int, to: OutputStream): OutputStream {
        require(orientation in 1..8) { "An orientation must be in 1..8. Received: $orientation" }
        return object : FilterOutputStream(to) {
            private var begun = 0

            override fun write(byte: Int) {
                out.write(byte)
                if (++begun == 2) out.write(segment(orientation)) // behind the start of the image
            }

            override fun write(bytes: ByteArray, from: Int, count: Int) {
                var at = from
                while (begun < 2 && at < from + count) write(bytes[at++].toInt())
                out.write(bytes, at, from + count - at)
            }
        }
    }

    /** An APP1 with EXIF of one entry. */
    private fun segment(orientation: Int) = ByteBuffer.allocate(36).apply {
        putShort(0xFFE1.toShort()).putShort(34).put("Exif\u0000\u0000".toByteArray())
        putShort(0x4D4D).putShort(42).putInt(8) // big-endian TIFF, the directory 8 bytes on
        putShort(1).putShort(ORIENTATION.toShort()).putShort(3).putInt(1) // one entry, one short
        putShort(orientation.toShort()).putShort(0).putInt(0) // no further directory
    }.array()

    private fun inJpeg(data: DataInputStream, first: Int): Int? {
        var marker = first
        while (true) {
            while (marker == 0xFFFF) marker = 0xFF00 or data.readUnsignedByte() // fill bytes
            if (marker ushr 8 != 0xFF || marker == 0xFFDA || marker == 0xFFD9) return null
            val length = data.readUnsignedShort() - 2
            if (length < 0) return null
            if (marker == 0xFFE1) {
                val segment = ByteArray(length).also(data::readFully)
                val isExif = length > 6 && String(segment, 0, 6, Charsets.ISO_8859_1) == "Exif\u0000\u0000"
                if (isExif) return inTiff(segment.copyOfRange(6, length))
            } else {
                skip(data, length.toLong())
            }
            marker = data.readUnsignedShort()
        }
    }

    private fun inPng(data: DataInputStream): Int? {
        skip(data, 4) // the rest of the signature
        while (true) {
            val length = data.readInt()
            val type = data.readInt()
            if (length < 0 || type == 0x49454E44) return null // IEND
            if (type == 0x65584966 && length < MOST) return inTiff(ByteArray(length).also(data::readFully)) // eXIf
            skip(data, length + 4L)
        }
    }

    private fun inWebp(data: DataInputStream): Int? {
        skip(data, 4) // the file's size
        if (data.readInt() != 0x57454250) return null // WEBP
        while (true) {
            val type = data.readInt()
            val length = Integer.reverseBytes(data.readInt())
            if (length < 0) return null
            if (type == 0x45584946 && length < MOST) { // EXIF
                val chunk = ByteArray(length).also(data::readFully)
                val hasName = length > 6 && String(chunk, 0, 4, Charsets.ISO_8859_1) == "Exif"
                return inTiff(if (hasName) chunk.copyOfRange(6, length) else chunk)
            }
            skip(data, length + (length and 1).toLong())
        }
    }

    /** The first directory of a TIFF, which is what EXIF is. */
    private fun inTiff(tiff: ByteArray): Int? {
        if (tiff.size < 8) return null
        val little = tiff[0] == 'I'.code.toByte()
        fun number(at: Int, bytes: Int): Int {
            if (at < 0 || at > tiff.size - bytes) throw EOFException()
            return (0 until bytes).fold(0) { sum, i ->
                val byte = tiff[at + if (little) bytes - 1 - i else i].toInt() and 0xFF
                (sum shl 8) or byte
            }
        }
        val directory = number(4, 4)
        for (i in 0 until number(directory, 2)) {
            val entry = directory + 2 + 12 * i
            if (number(entry, 2) == ORIENTATION) return number(entry + 8, 2)
        }
        return null
    }

    private fun skip(data: DataInputStream, bytes: Long) {
        var left = bytes
        while (left > 0) {
            val step = data.skip(left)
            if (step <= 0) {
                data.readByte() // EOFException at the end
                left -= 1
            } else {
                left -= step
            }
        }
    }
}
