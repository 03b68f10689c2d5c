package org.example.links

import redis.clients.jedis.UnifiedJedis
import redis.clients.jedis.params.SetParams

/** Where short names are kept. */
interface Links {
    /** False when the name is taken: the first one keeps it. */
    fun claim(name: String, target: String): Boolean

    fun find(name: String): String?

    fun isReachable(): Boolean
}

class RedisLinks(private val redis: UnifiedJedis) : Links {
    override fun claim(name: String, target: String): Boolean = redis.set(key(name), target, SetParams().nx()) != null

    override fun find(name: String): String? = redis.get(key(name))

    override fun isReachable(): Boolean = runCatching { redis.ping() }.isSuccess

    private fun key(name: String) = "link:$name"
}
