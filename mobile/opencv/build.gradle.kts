import javax.inject.Inject

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
        abi { // OpenCV is 23 MB for an arm64 phone, 136 MB for all processors
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

/** Puts the exported models of all styles among the app's assets, and what finds faces with its licence. */
abstract class CopyModels : DefaultTask() {
    @get:Internal
    abstract val folder: DirectoryProperty

    @get:InputFiles
    @get:PathSensitive(PathSensitivity.RELATIVE)
    abstract val models: ConfigurableFileCollection

    @get:InputFiles
    @get:PathSensitive(PathSensitivity.NAME_ONLY)
    abstract val beside: ConfigurableFileCollection

    @get:OutputDirectory
    abstract val assets: DirectoryProperty

    @get:Inject
    abstract val files: FileSystemOperations

    @TaskAction
    fun copy() {
        if (models.isEmpty) {
            throw GradleException(
                "The models must lie in STYLE/tflite/, with their model.json. " +
                    "Received: none in ${folder.get()}; name another: -Pmodels=DIR"
            )
        }
        files.sync {
            into(assets)
            from(beside)
            from(folder) {
                include("*/tflite/model.json", "*/tflite/*.tflite")
                eachFile { path = path.replace("/tflite/", "/") }
                into("models")
            }
            includeEmptyDirs = false
        }
    }
}

val copyModels = tasks.register<CopyModels>("copyModels") {
    val from = rootProject.file(providers.gradleProperty("models").getOrElse("../../saved_models"))
    folder = from
    models.from(fileTree(from) { include("*/tflite/model.json", "*/tflite/*.tflite") })
    beside.from(rootProject.file("../../cartoongan_tf/pictures/faces.tflite"), rootProject.file("../../NOTICE"))
}

androidComponents {
    onVariants { variant ->
        variant.sources.assets?.addGeneratedSourceDirectory(copyModels, CopyModels::assets)
    }
}
