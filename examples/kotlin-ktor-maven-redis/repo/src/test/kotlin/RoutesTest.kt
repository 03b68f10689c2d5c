package org.example.links

import io.ktor.client.request.get
import io.ktor.client.request.put
import io.ktor.client.request.setBody
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpStatusCode
import io.ktor.server.testing.ApplicationTestBuilder
import io.ktor.server.testing.testApplication
import kotlin.test.Test
import kotlin.test.assertEquals

private class Kept(private val reachable: Boolean = true) : Links {
    private val targets = mutableMapOf<String, String>()

    override fun claim(name: String, target: String): Boolean = targets.putIfAbsent(name, target) == null

    override fun find(name: String): String? = targets[name]

    override fun isReachable(): Boolean = reachable
}

class RoutesTest {
    private fun served(links: Links = Kept(), test: suspend ApplicationTestBuilder.() -> Unit) = testApplication {
        application { shortener(links) }
        client = createClient { followRedirects = false }
        test()
    }

    private suspend fun ApplicationTestBuilder.claim(name: String, target: String) = client.put("/links/$name") { setBody(target) }.status

    @Test
    fun `lives without its store, and is not ready then`() = served(Kept(reachable = false)) {
        assertEquals(HttpStatusCode.OK, client.get("/healthz").status)
        assertEquals(HttpStatusCode.ServiceUnavailable, client.get("/readyz").status)
    }

    @Test
    fun `sends on to what was claimed`() = served {
        assertEquals(HttpStatusCode.Created, claim("docs", "https://example.org/docs"))
        val answer = client.get("/links/docs")
        assertEquals(HttpStatusCode.Found, answer.status)
        assertEquals("https://example.org/docs", answer.headers[HttpHeaders.Location])
    }

    @Test
    fun `the first one keeps a name`() = served {
        claim("docs", "https://example.org/first")
        assertEquals(HttpStatusCode.Conflict, claim("docs", "https://example.org/second"))
    }

    @Test
    fun `takes no address of another kind`() = served {
        assertEquals(HttpStatusCode.BadRequest, claim("docs", "javascript:alert(1)"))
        assertEquals(HttpStatusCode.NotFound, client.get("/links/docs").status)
    }
}
