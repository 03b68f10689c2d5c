package org.example.quotas;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

@Component
public class RedisCallCounter implements CallCounter {

    private final StringRedisTemplate redis;
    private final Quota quota;

    public RedisCallCounter(StringRedisTemplate redis, Quota quota) {
        this.redis = redis;
        this.quota = quota;
    }

    @Override
    public long count(String key, long window) {
        var name = "quota:" + key + ":" + window;
        Long calls = redis.opsForValue().increment(name);
        // Every time, not only the first: a crash in between would leave a counter for ever.
        redis.expire(name, quota.window().multipliedBy(2));
        return calls == null ? 0 : calls;
    }
}
