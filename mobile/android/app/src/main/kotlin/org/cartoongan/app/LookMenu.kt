package org.cartoongan.app

import android.view.View
import android.widget.PopupMenu
import org.cartoongan.core.Colors
import org.cartoongan.core.Look

/** Whose colours, and whether faces are looked for. */
internal object LookMenu {
    private val items = mapOf(
        Colors.AUTO to R.id.colors_auto, Colors.STYLE to R.id.colors_style, Colors.PHOTO to R.id.colors_photo,
    )

    /** @param then gets what was chosen. */
    fun show(anchor: View, look: Look, then: (Look) -> Unit) = PopupMenu(anchor.context, anchor).run {
        inflate(R.menu.look)
        menu.findItem(items.getValue(look.colors)).isChecked = true
        menu.findItem(R.id.faces).isChecked = look.faces
        setOnMenuItemClickListener { item ->
            val colors = items.entries.firstOrNull { it.value == item.itemId }?.key
            then(if (colors != null) look.copy(colors = colors) else look.copy(faces = !look.faces))
            true
        }
        show()
    }
}
