package org.example.links

import io.ktor.http.HttpStatusCode
import io.ktor.server.application.Application
import io.ktor.server.request.receiveText
import io.ktor.server.response.respond
import io.ktor.server.response.respondRedirect
import io.ktor.server.response.respondText
import io.ktor.server.routing.Route
import io.ktor.server.routing.get
import io.ktor.server.routing.put
import io.ktor.server.routing.route
import io.ktor.server.routing.routing
import java.net.URI

private val NAME = Regex("[a-z0-9-]{1,40}")

fun Application.shortener(links: Links) {
    routing {
        get("/healthz") { call.respondText("ok") }
        get("/readyz") { call.respond(if (links.isReachable()) HttpStatusCode.OK else HttpStatusCode.ServiceUnavailable) }
        route("/links") { names(links) }
    }
}

private fun Route.names(links: Links) {
    put("/{name}") {
        val name = call.parameters["name"].orEmpty()
        val target = call.receiveText()
        val status =
            when {
                !NAME.matches(name) || !isAddress(target) -> HttpStatusCode.BadRequest
                links.claim(name, target) -> HttpStatusCode.Created
                else -> HttpStatusCode.Conflict
            }
        call.respond(status)
    }
    get("/{name}") {
        val target = links.find(call.parameters["name"].orEmpty())
        if (target == null) call.respond(HttpStatusCode.NotFound) else call.respondRedirect(target)
    }
}

private fun isAddress(text: String): Boolean = runCatching { URI(text).scheme in setOf("http", "https") }.getOrDefault(false)
