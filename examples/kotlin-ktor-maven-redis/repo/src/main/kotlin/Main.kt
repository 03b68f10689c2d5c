package org.example.links

import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import redis.clients.jedis.JedisPooled

fun main() {
    val port = System.getenv("PORT")?.toInt() ?: 8080
    val links = RedisLinks(JedisPooled(System.getenv("REDIS_URL") ?: "redis://localhost:6379"))
    embeddedServer(Netty, port = port) { shortener(links) }.start(wait = true)
}
