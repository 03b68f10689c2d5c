package org.example.links

import redis.clients.jedis.JedisPooled
import java.util.UUID
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** The store against the Redis of REDIS_URL; without one it fails. */
class RedisLinksIT {
    private val links = RedisLinks(JedisPooled(System.getenv("REDIS_URL") ?: "redis://localhost:6379"))
    private val name = "it-${UUID.randomUUID()}"

    @Test
    fun `is reachable`() = assertTrue(links.isReachable())

    @Test
    fun `keeps what was claimed first`() {
        assertNull(links.find(name))
        assertTrue(links.claim(name, "https://example.org/first"))
        assertFalse(links.claim(name, "https://example.org/second"))
        assertEquals("https://example.org/first", links.find(name))
    }
}
