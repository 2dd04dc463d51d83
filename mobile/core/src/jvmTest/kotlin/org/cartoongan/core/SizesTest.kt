package org.cartoongan.core

import org.junit.Assert.assertEquals
import org.junit.Test

class SizesTest {
    private val box = Extent(256, 256)

    @Test
    fun `a photo is fitted with its ratio kept and never enlarged`() {
        assertEquals(Extent(256, 192), Extent(4000, 3000).fittedInto(box))
        assertEquals(Extent(192, 256), Extent(3000, 4000).fittedInto(box))
        assertEquals(Extent(100, 30), Extent(100, 30).fittedInto(box))
        assertEquals(Extent(256, 1), Extent(100_000, 3).fittedInto(box))
    }

    @Test
    fun `half pixels round to even as in Python`() {
        assertEquals(Extent(256, 2), Extent(512, 5).fittedInto(box)) // 2.5
        assertEquals(Extent(256, 4), Extent(512, 7).fittedInto(box)) // 3.5
    }

    @Test
    fun `shrinking and enlarging give Pillow's levels exactly`() {
        val photo = Fixtures.read("photo.png")
        for (name in listOf("shrunk.png", "enlarged.png")) {
            val python = Fixtures.read(name)
            val ours = Fixtures.rgb(Lanczos.resize(photo, Extent(python.width, python.height)) {})
            assertEquals(name, 0, Fixtures.off(ours, python))
        }
    }

    @Test
    fun `a photo of the size that is wanted stays as it is`() {
        val photo = Fixtures.read("photo.png")
        val same = Fixtures.rgb(Lanczos.resize(photo, Extent(photo.width, photo.height)) {})
        assertEquals(0, Fixtures.off(same, photo))
    }
}
