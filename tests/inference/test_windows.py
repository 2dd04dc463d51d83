"""Facts about windows; those with a screen are in tests/test_live.py."""

import pytest

from cartoongan_tf.inference import windows


def test_without_a_screen_it_is_said(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9876")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(ValueError, match="must be a screen"):
        with windows.sure_of_screen():
            raise AssertionError


def test_an_opencv_without_windows_is_said(monkeypatch):
    # what opencv-python-headless raises, word for word
    code = (
        "raise SystemExit('error: (-2:Unspecified error) The function is not "
        "implemented. Rebuild the library with Windows, GTK+ 2.x or Cocoa support.')"
    )
    monkeypatch.setattr(windows, "PROBE", code)
    with pytest.raises(ImportError, match="pip uninstall opencv-python-headless"):
        with windows.sure_of_screen():
            raise AssertionError
