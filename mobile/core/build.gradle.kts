// core/ as an Android library. On a desktop, Maven builds the same sources (pom.xml).
plugins {
    id("com.android.library")
}

android {
    namespace = "org.cartoongan.core"
    compileSdk = 36
    defaultConfig {
        minSdk = 24
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

dependencies {
    api("org.opencv:opencv:4.12.0") // its libraries are aligned for 16 KB pages
    api("com.google.ai.edge.litert:litert:2.3.0") // the version that the desktop tests run
    runtimeOnly("com.google.ai.edge.litert:litert-gpu:2.3.0") // Accelerator.GPU; apart since 2.3
}
