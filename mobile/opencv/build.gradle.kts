plugins {
    id("com.android.application")
}

android {
    namespace = "org.cartoongan.opencv"
    compileSdk = 36
    defaultConfig {
        applicationId = "org.cartoongan.opencv"
        minSdk = 24
        targetSdk = 36
        versionCode = 1
        versionName = "1.0"
    }
    buildTypes {
        release {
            isMinifyEnabled = false
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
    androidResources {
        noCompress += "tflite" // weights do not shrink, and a file that is stored can be mapped
    }
    splits {
        abi { // OpenCV 5 is 33 MB for an arm64 phone, 177 MB for all processors
            isEnable = true
            reset()
            include("arm64-v8a", "x86_64") // LiteRT has no others: google-ai-edge/LiteRT#3926
            isUniversalApk = false
        }
    }
}

dependencies {
    implementation(project(":core"))
}

apply(from = rootProject.file("models.gradle.kts")) // copyModels

androidComponents {
    onVariants { variant ->
        // the task's class is known to that script alone, so its folder is asked for by name
        variant.sources.assets?.addGeneratedSourceDirectory(tasks.named("copyModels")) { it.property("assets") as DirectoryProperty }
    }
}
