package org.cartoongan.core

import java.io.File
import com.google.ai.edge.litert.Accelerator
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

class ModelsTest {
    @get:Rule val folder = TemporaryFolder()

    private val contract get() = File(Fixtures.models.first().file.parentFile, Models.CONTRACT)

    @Test
    fun `the exported models are found and whole`() {
        for (model in Fixtures.models) model.verify()
        assertTrue(Fixtures.models.all { it.file.name == "${it.style}_${it.size.width}_${it.variant}.tflite" })
    }

    @Test
    fun `a folder without models is told in one line`() {
        val error = assertThrows(CartoonException::class.java) { Models.find(folder.root) }
        assertEquals(
            "A folder of models must have STYLE/tflite/model.json, which " +
                "`python -m cartoongan_tf.export --tflite` writes. Received: ${folder.root}",
            error.message,
        )
    }

    @Test
    fun `a damaged file is named`() {
        val model = Fixtures.models.first()
        val copy = folder.newFile("m.tflite")
        val bytes = model.file.readBytes()
        copy.writeBytes(bytes.copyOf(bytes.size - 1))
        val short = assertThrows(CartoonException::class.java) { model.copy(file = copy).verify() }
        assertEquals("$copy must have ${model.bytes} bytes. Received: ${model.bytes - 1}", short.message)

        bytes[bytes.size / 2] = (bytes[bytes.size / 2] + 1).toByte()
        copy.writeBytes(bytes)
        val changed = assertThrows(CartoonException::class.java) { model.copy(file = copy).verify() }
        assertTrue(changed.message!!.startsWith("$copy must have the SHA-256 ${model.sha256}. Received: "))

        copy.delete()
        val absent = assertThrows(CartoonException::class.java) { model.copy(file = copy).verify() }
        assertEquals("A model must exist. Received: $copy", absent.message)
    }

    @Test
    fun `a contract of another format, shape or kind is refused`() {
        val text = contract.readText()
        fun refusal(changed: String) = assertThrows(CartoonException::class.java) {
            Models.parse(changed, "c.json") { File(it) }
        }.message!!
        assertEquals(
            "c.json must have the format 1. Received: 2",
            refusal(text.replace(Regex("\"format\": ?1"), "\"format\": 2")),
        )
        assertTrue(refusal("{").startsWith("c.json must be what `export` wrote. Received: "))
        assertTrue("must be float32 NHWC RGB" in refusal(text.replace("NHWC", "NCHW")))
        assertTrue("must be float32 NHWC RGB" in refusal(text.replace("\"range\"", "\"range\": [0, 1], \"was\"")))
    }

    @Test
    fun `the file is chosen by its purpose, not by its place`() {
        val models = Fixtures.models.filter { it.style == "paprika" }.ifEmpty { Fixtures.models }.shuffled(java.util.Random(7))
        fun name(purpose: Purpose, accelerator: Accelerator = Accelerator.CPU) =
            Models.pick(models, purpose, accelerator).let { "${it.size} ${it.variant}" }
        assertEquals("512x512 float16", name(Purpose.PHOTO))
        assertEquals("256x256 int8", name(Purpose.LIVE))
        assertEquals("256x256 float16", name(Purpose.LIVE, Accelerator.GPU))
        val error = assertThrows(CartoonException::class.java) {
            Models.pick(models.filter { it.variant == "int8" }.take(1), Purpose.PHOTO, Accelerator.GPU)
        }
        assertEquals("A style must have a model of float16 or float32 on GPU. Received: [int8]", error.message)
    }
}
