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
    // The newest that Maven Central has, aligned for 16 KB pages; 4.12.0 serves as well, and is 10 MB smaller
    api("org.opencv:opencv:5.0.0.1")
    api("com.google.ai.edge.litert:litert:2.3.0") // the version that the desktop tests run
    runtimeOnly("com.google.ai.edge.litert:litert-gpu:2.3.0") // Accelerator.GPU; apart since 2.3
}
