package org.cartoongan.app

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.ComponentCallbacks2
import android.content.Intent
import android.graphics.Bitmap
import android.net.Uri
import android.os.Build
import android.os.Bundle
import android.view.View
import android.widget.Button
import android.widget.ProgressBar
import android.widget.RadioGroup
import android.widget.SeekBar
import android.widget.Switch
import android.widget.TextView
import com.google.ai.edge.litert.Accelerator
import org.cartoongan.core.BitmapRaster
import org.cartoongan.core.Colors
import org.cartoongan.core.Look
import org.cartoongan.core.UprightRaster

/** One photo: chosen, taken or received; its cartoon compared, saved and shared. */
class MainActivity : Activity() {
    private val app get() = application as App
    private val compare by lazy { part<CompareView>(R.id.compare) }
    private val message by lazy { part<TextView>(R.id.message) }
    private val strength by lazy { part<SeekBar>(R.id.strength) }
    private val gpu by lazy { part<Switch>(R.id.gpu) }
    private val cards by lazy { Cards(part(R.id.styles), app.studio.styles) }
    private val beginning by lazy {
        Beginning(this, cards, app.studio.styles, { one -> take { photos.take { one.open(this) } } }) { comeBack() }
    }
    private val back = Back({ if (Build.VERSION.SDK_INT >= 33) onBackInvokedDispatcher else null }) { leave() }
    private var job: Job? = null
    private var sketch: Job? = null // in idle moments
    private var look = Look()
    private var isLeft = false // the start is seen although there is a photo
    private var isReceived = false // the photo comes from another app, to which the system's way back leads

    /** This window's; another has another. */
    internal lateinit var photos: Photos

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        setContentView(R.layout.main)
        @Suppress("DEPRECATION") // its successor is of androidx
        photos = lastNonConfigurationInstance as Photos? ?: state?.getString(WINDOW)?.let { Photos(app, it) } ?: Photos(app)
        cards.chosen = state?.getString(STYLE) ?: app.studio.styles.firstOrNull() ?: ""
        gpu.isChecked = state?.getBoolean(GPU) ?: false
        if (state != null) {
            look = Look(colors = Colors.valueOf(state.getString(COLORS, look.colors.name)), faces = state.getBoolean(FACES, true))
            isLeft = state.getBoolean(LEFT)
            isReceived = state.getBoolean(RECEIVED)
            beginning.wasUnveiled = true
        }
        strength.progress = state?.getInt(STRENGTH) ?: strength.max
        compare.border = state?.getFloat(BORDER) ?: compare.border
        compare.strength = strength.progress / 100f

        part<RadioGroup>(R.id.styles).setOnCheckedChangeListener { _, _ ->
            beginning.showSample()
            draw()
        }
        gpu.setOnCheckedChangeListener { _, _ -> draw() }
        strength.setOnSeekBarChangeListener(object : SeekBar.OnSeekBarChangeListener {
            override fun onProgressChanged(bar: SeekBar, value: Int, byUser: Boolean) {
                compare.strength = value / 100f
                if (Build.VERSION.SDK_INT >= 30) bar.stateDescription = getString(R.string.strength_value, value)
            }

            override fun onStartTrackingTouch(bar: SeekBar) = Unit

            override fun onStopTrackingTouch(bar: SeekBar) = Unit
        })
        click(R.id.look) {
            LookMenu.show(part(R.id.look), look) {
                look = it
                draw()
            }
        }
        for (id in listOf(R.id.choose, R.id.first_choose)) click(id) { choose() }
        for (id in listOf(R.id.camera, R.id.first_camera)) click(id) {
            startActivityForResult(CameraActivity.intent(this, choice(), photos.window), CAMERA)
        }
        click(R.id.save) { if (Build.VERSION.SDK_INT >= 29) save(null) else askWhere() }
        click(R.id.share) { share() }
        click(R.id.cancel) {
            stop()
            showButtons()
        }
        click(R.id.back) { leave() }
        compare.onPeek = ::rememberPeek
        beginning.onPeek(::rememberPeek)
        showButtons() // before there is a photo, nothing can be saved
        if (state == null) {
            app.studio.prepare({ photos.tidy() }) {}
            receive(intent)
        }
    }

    private fun click(id: Int, act: () -> Unit) = part<View>(id).setOnClickListener { act() }

    private fun choice() = Choice(
        cards.chosen,
        if (gpu.isChecked) Accelerator.GPU else Accelerator.CPU,
        look = look,
    )

    override fun onSaveInstanceState(state: Bundle) {
        super.onSaveInstanceState(state)
        state.putString(WINDOW, photos.window)
        state.putString(STYLE, choice().style)
        state.putBoolean(GPU, gpu.isChecked)
        state.putString(COLORS, look.colors.name)
        state.putBoolean(FACES, look.faces)
        state.putInt(STRENGTH, strength.progress)
        state.putFloat(BORDER, compare.restingBorder)
        state.putBoolean(LEFT, isLeft)
        state.putBoolean(RECEIVED, isReceived)
    }

    @Deprecated("its successor is of androidx")
    override fun onRetainNonConfigurationInstance(): Any = photos

    override fun onTrimMemory(level: Int) {
        super.onTrimMemory(level)
        if (level < ComponentCallbacks2.TRIM_MEMORY_BACKGROUND) return
        photos.preview = null // off the screen it can be made again
        compare.photo = null
        compare.cartoon = null
    }

    override fun onStart() {
        super.onStart()
        if (compare.photo == null && job == null && photos.isExpected) show() else if (job == null) drawCards()
    }

    override fun onStop() {
        sketch?.cancel()
        super.onStop()
    }

    override fun onDestroy() {
        stop() // what it was to show on is gone; the next screen begins it again
        if (isFinishing) app.studio.prepare(photos::forget) {}
        super.onDestroy()
    }

    // ------------------------------------------------------------ a photo comes

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        receive(intent)
    }

    private fun receive(intent: Intent) {
        if (intent.action != Intent.ACTION_SEND) return
        @Suppress("DEPRECATION") // its successor is of Android 13
        val uri = intent.getParcelableExtra<Uri>(Intent.EXTRA_STREAM)
        if (uri == null || uri.scheme != "content") return tell(getString(R.string.no_photo)) // no file of our own
        take(isFromElsewhere = true) { photos.take(uri) }
    }

    private fun choose() {
        val pick = Intent(Intent.ACTION_GET_CONTENT).setType("image/*").addCategory(Intent.CATEGORY_OPENABLE)
        begin(pick, CHOOSE)
    }

    private fun begin(intent: Intent, request: Int) {
        try {
            startActivityForResult(intent, request)
        } catch (_: ActivityNotFoundException) {
            tell(getString(R.string.no_app))
        }
    }

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        super.onActivityResult(request, result, data)
        if (result != RESULT_OK) return
        val uri = data?.data
        when (request) {
            CHOOSE -> if (uri != null) take { photos.take(uri) }
            CAMERA -> {
                expect(isFromElsewhere = false)
                show()
            }
            WHERE -> if (uri != null) save(uri)
        }
    }

    private fun expect(isFromElsewhere: Boolean) {
        stop()
        photos.preview = null
        photos.isExpected = true
        isReceived = isFromElsewhere
        isLeft = false
    }

    private fun take(isFromElsewhere: Boolean = false, from: () -> Unit) {
        expect(isFromElsewhere)
        app.studio.prepare(from) {} // show's preview comes after it, and tells
        show()
    }

    // ------------------------------------------------------------ to the start and back

    /** To the start; the photo stays: one that the camera took is nowhere else. */
    private fun leave() {
        stop()
        isLeft = true
        show()
    }

    private fun comeBack() {
        stop()
        isLeft = false
        isReceived = false // who went round by the start did not come straight from the other app
        show()
    }

    @Deprecated("its successor is of Android 13: Back")
    override fun onBackPressed() {
        @Suppress("DEPRECATION")
        if (back.isOurs) leave() else super.onBackPressed()
    }

    // ------------------------------------------------------------ the cartoon

    /** Brings the screen up to what there is: after a turn, after the process's death. */
    private fun show() {
        val preview = photos.preview
        compare.photo = preview?.photo
        compare.cartoon = preview?.cartoon
        showButtons()
        if (preview != null) return draw()
        if (!photos.isExpected) return
        if (!isLeft) working(R.string.drawing)
        job = app.studio.prepare({ photos.preview(PREVIEW) }) { result ->
            if (!failed(result)) {
                photos.preview = Preview(result.getOrThrow())
                show()
            }
        }
    }

    private fun draw() {
        val preview = photos.preview ?: return
        if (isLeft) return // once it is come back to
        val choice = choice()
        stop()
        if (preview.choice == choice && preview.cartoon != null) return showButtons()
        working(R.string.drawing)
        job = app.studio.draw(choice, { cartoonizer, watch ->
            val cartoon = Bitmap.createBitmap(preview.photo.width, preview.photo.height, Bitmap.Config.ARGB_8888)
            cartoonizer.draw(BitmapRaster(preview.photo), BitmapRaster(cartoon), look = choice.look, watch = watch)
            cartoon
        }, ::progress) { result ->
            if (!failed(result)) {
                val isFirst = preview.cartoon == null
                preview.cartoon = result.getOrThrow()
                preview.choice = choice
                compare.cartoon = preview.cartoon
                if (isFirst) compare.unveil()
                showButtons()
            }
        }
    }

    /** The photo in each style on the styles' cards, one after the other while nothing else is to be done. */
    private fun drawCards() {
        sketch?.cancel()
        val preview = photos.preview ?: return
        if (isLeft || preview.cartoon == null) return
        preview.cards.forEach { (style, card) -> card.picture?.let { cards.show(style, it) } }
        val colors = look.colors
        val next = app.studio.styles.firstOrNull { preview.cards[it]?.colors != colors } ?: return
        sketch = app.studio.sketch(next, colors, preview.photo) { result ->
            preview.cards[next] = Card(colors, result.getOrNull()) // one that fails is not tried again
            drawCards()
        }
    }

    /** Draws the whole photo, not its preview, and keeps it as a file. */
    private fun finish(text: Int, then: () -> Unit, done: (Photos.Full) -> Unit) {
        stop()
        working(text)
        val strength = strength.progress / 100f
        val choice = choice()
        job = app.studio.draw(choice, { cartoonizer, watch ->
            val full = photos.full()
            try {
                val raster = UprightRaster(BitmapRaster(full.bitmap), full.orientation)
                cartoonizer.draw(raster, raster, strength, choice.look, watch)
                photos.keep(full)
                then()
                full
            } finally {
                full.bitmap.recycle()
            }
        }, ::progress) { result ->
            if (!failed(result)) {
                showButtons()
                done(result.getOrThrow())
            }
        }
    }

    private fun save(uri: Uri?) = finish(R.string.saving, { if (uri == null) photos.save() else photos.save(uri) }) {
        val text = if (uri == null) R.string.saved else R.string.saved_there
        tell(if (it.shrunk) getString(R.string.shrunk, it.size.first, it.size.second) else getString(text))
    }

    /** Before Android 10 the gallery asks a permission of those who write; a document does not. */
    private fun askWhere() {
        val create = Intent(Intent.ACTION_CREATE_DOCUMENT).setType(SharedCartoon.TYPE)
            .addCategory(Intent.CATEGORY_OPENABLE).putExtra(Intent.EXTRA_TITLE, SharedCartoon.NAME)
        begin(create, WHERE)
    }

    private fun share() = finish(R.string.drawing, {}) {
        val uri = SharedCartoon.uri(this, photos.window)
        val send = Intent(Intent.ACTION_SEND).setType(SharedCartoon.TYPE)
            .putExtra(Intent.EXTRA_STREAM, uri)
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        send.clipData = ClipData.newRawUri(null, uri) // the grant goes with it
        startActivity(Intent.createChooser(send, getString(R.string.share)))
    }

    // ------------------------------------------------------------ what is told

    private fun stop() {
        sketch?.cancel()
        job?.cancel()
        job = null
    }

    private fun tell(text: String) {
        message.text = text
    }

    private fun working(text: Int) {
        showParts(isBeginning = false)
        tell(getString(text))
        part<ProgressBar>(R.id.progress).progress = 0
        part<View>(R.id.working).visibility = View.VISIBLE
        listOf(R.id.save, R.id.share).forEach { part<Button>(it).isEnabled = false }
    }

    private fun progress(part: Float) {
        part<ProgressBar>(R.id.progress).progress = (100 * part).toInt()
    }

    private fun showButtons() {
        job = null
        part<View>(R.id.working).visibility = View.GONE
        val isDrawn = photos.preview?.cartoon != null
        listOf(R.id.save, R.id.share).forEach { part<Button>(it).isEnabled = isDrawn }
        val isBeginning = isLeft || photos.preview == null
        showParts(isBeginning)
        tell(if (isBeginning) getString(R.string.start) else if (isDrawn && !hasPeeked) getString(R.string.compare) else "")
        drawCards()
    }

    /** Either the start, with an example, or the photo and what can be done with it. */
    private fun showParts(isBeginning: Boolean) {
        beginning.isShown = isBeginning
        for (id in listOf(R.id.bar, R.id.compare, R.id.tools)) part<View>(id).visibility = if (isBeginning) View.GONE else View.VISIBLE
        back.isOurs = !isBeginning && !isReceived
        compare.styleName = cards.name(cards.chosen)
        if (!isBeginning) return
        beginning.showSample()
        beginning.showOwn(photos.preview?.photo)
    }

    /** That the photo is seen by holding is told until it was done once. */
    private val hasPeeked get() = getPreferences(MODE_PRIVATE).getBoolean(PEEKED, false)

    private fun rememberPeek() {
        if (!hasPeeked) getPreferences(MODE_PRIVATE).edit().putBoolean(PEEKED, true).apply()
    }

    private fun failed(result: Result<*>): Boolean {
        val error = result.exceptionOrNull() ?: return false
        showButtons()
        tell(explain(this, error, choice()))
        return true
    }

    companion object {
        private const val CHOOSE = 1
        private const val CAMERA = 2
        private const val WHERE = 3
        private const val WINDOW = "window"
        private const val STYLE = "style"
        private const val GPU = "gpu"
        private const val COLORS = "colors"
        private const val FACES = "faces"
        private const val STRENGTH = "strength"
        private const val BORDER = "border"
        private const val LEFT = "left"
        private const val RECEIVED = "received"
        private const val PEEKED = "peeked"
        private const val PREVIEW = 1024 // pixels; the preview is this to twice this long
    }
}
