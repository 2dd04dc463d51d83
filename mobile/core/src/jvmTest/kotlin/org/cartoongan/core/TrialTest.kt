package org.cartoongan.core

import java.io.File
import org.cartoongan.core.Trial.Times
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

class TrialTest {
    @get:Rule val folder = TemporaryFolder()

    private fun model(variant: String) = Fixtures.models.first { it.variant == variant && it.size == Extent(256, 256) }

    @Test
    fun `int8 is taken where it is worth its lesser pictures`() {
        assertTrue(Times(int8 = 11, float16 = 33).isInt8Quicker)
        assertTrue(Times(int8 = 8, float16 = 10).isInt8Quicker)
        assertFalse("no gain", Times(int8 = 9, float16 = 10).isInt8Quicker)
        assertFalse(Times(int8 = 33, float16 = 11).isInt8Quicker)
    }

    @Test
    fun `both files are run, once, and the answer is kept`() {
        val (int8, float16) = model("int8") to model("float16")
        val file = File(folder.root, "new/trial")
        var count = 0
        fun ask(other: Model = float16) = Trial(file).of(int8, other) { a, b ->
            count++
            Trial.measure(int8, float16).also { check(a == int8 && b == other) }
        }
        val times = ask()
        println("int8 ${times.int8 / 1e6} ms, float16 ${times.float16 / 1e6} ms: int8 is quicker: ${times.isInt8Quicker}")
        assertTrue("$times", times.int8 > 0 && times.float16 > 0)
        assertEquals(times, ask())
        assertEquals(1, count)

        ask(float16.copy(sha256 = "of a newer app")) // other files, another answer
        assertEquals(2, count)
        file.writeText("damaged")
        ask()
        assertEquals(3, count)
    }
}
