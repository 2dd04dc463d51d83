package org.cartoongan.app;

import android.content.Context;
import android.graphics.Bitmap;
import android.net.Uri;
import org.cartoongan.core.Bitmaps;
import org.cartoongan.core.CartoonException;
import org.cartoongan.core.Cartoonizer;
import org.cartoongan.core.Colors;
import org.cartoongan.core.Look;
import org.cartoongan.core.OpenCv;
import org.cartoongan.core.Purpose;
import org.opencv.core.Mat;

/** The calls that the READMEs show, as Java writes them: that this compiles is half of the test. */
final class JavaCaller {
    private JavaCaller() {}

    static Bitmap draw(Context context, Bitmap photo) throws CartoonException {
        try (Cartoonizer cartoonizer = Cartoonizer.fromAssets(context, "paprika")) {
            return cartoonizer.draw(photo);
        }
    }

    static Bitmap draw(Context context, Uri photo) throws CartoonException {
        return draw(context, Bitmaps.read(context, photo));
    }

    static Mat drawFrame(Context context, Mat rgba, Mat into) throws CartoonException {
        OpenCv.load();
        try (Cartoonizer cartoonizer = Cartoonizer.fromAssets(context, "pepper", Purpose.LIVE)) {
            return cartoonizer.draw(rgba, into, true, 1f, new Look(256, Colors.PHOTO));
        }
    }

    /** What is told of a style that is not there; that it is caught shows that it is declared. */
    static String refusal(Context context) {
        try (Cartoonizer cartoonizer = Cartoonizer.fromAssets(context, "none")) {
            return "opened " + cartoonizer.getSize();
        } catch (CartoonException error) {
            return error.getMessage();
        }
    }
}
