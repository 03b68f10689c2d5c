rootProject.name = "quotas"

dependencyResolutionManagement {
    repositories {
        mavenCentral()
    }
}
