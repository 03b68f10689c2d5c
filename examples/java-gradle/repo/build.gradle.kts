plugins {
    java
    jacoco
    checkstyle
    alias(libs.plugins.spring.boot)
}

java {
    toolchain {
        languageVersion = JavaLanguageVersion.of(libs.versions.java.get())
    }
}

checkstyle {
    toolVersion = libs.versions.checkstyle.get()
    maxWarnings = 0
}

jacoco {
    toolVersion = libs.versions.jacoco.get()
}

dependencies {
    implementation(platform(libs.spring.boot.bom))
    implementation(libs.spring.boot.starter.web)
    implementation(libs.spring.boot.starter.actuator)
    implementation(libs.spring.boot.starter.data.redis)
}

testing {
    suites {
        withType<JvmTestSuite>().configureEach {
            useJUnitJupiter(libs.versions.junit)
            dependencies {
                implementation(platform(libs.spring.boot.bom))
                implementation(libs.spring.boot.starter.test)
            }
        }
        // Needs the Redis of REDIS_URL, so it is not part of "check".
        register<JvmTestSuite>("integrationTest") {
            dependencies {
                implementation(project())
                implementation(libs.spring.boot.starter.web)
                implementation(libs.spring.boot.starter.data.redis)
            }
        }
    }
}

tasks.withType<JavaCompile>().configureEach {
    options.compilerArgs.addAll(listOf("-parameters", "-Xlint:all,-processing", "-Werror"))
}

tasks.jacocoTestReport {
    dependsOn(tasks.test)
}

tasks.bootJar {
    archiveFileName = "quotas.jar"
}
