// From version 9 on, the Android plugin brings Kotlin with it.
plugins {
    id("com.android.application") version "9.1.1" apply false
    id("com.android.library") version "9.1.1" apply false
}
