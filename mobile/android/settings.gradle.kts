pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "CartoonGAN"
include(":app", ":core", ":opencv")
project(":core").projectDir = file("../core")
project(":opencv").projectDir = file("../opencv")
