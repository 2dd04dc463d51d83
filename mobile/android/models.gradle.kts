// What the apps of this build share: `copyModels` puts the exported models of all styles among an
// app's assets, and what finds faces with its licence; for `:app` the web page's sample photos too.
import javax.inject.Inject

abstract class CopyModels : DefaultTask() {
    @get:Internal
    abstract val folder: DirectoryProperty

    @get:InputFiles
    @get:PathSensitive(PathSensitivity.RELATIVE)
    abstract val models: ConfigurableFileCollection

    @get:InputFiles
    @get:PathSensitive(PathSensitivity.NAME_ONLY)
    abstract val beside: ConfigurableFileCollection

    @get:InputFiles
    @get:PathSensitive(PathSensitivity.NAME_ONLY)
    abstract val samples: ConfigurableFileCollection

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
            from(samples) { into("samples") }
            from(folder) {
                include("*/tflite/model.json", "*/tflite/*.tflite")
                eachFile { path = path.replace("/tflite/", "/") }
                into("models")
            }
            includeEmptyDirs = false
        }
    }
}

tasks.register<CopyModels>("copyModels") {
    val from = rootProject.file(providers.gradleProperty("models").getOrElse("../../saved_models"))
    folder.set(from)
    models.from(fileTree(from) { include("*/tflite/model.json", "*/tflite/*.tflite") })
    beside.from(rootProject.file("../../cartoongan_tf/pictures/faces.tflite"), rootProject.file("../../NOTICE"))
    if (project.name == "app") samples.from(fileTree(rootProject.file("../web/src/samples")) { include("*.jpg") })
}
